"""The header of ABF2: a directory of sections, each a table of entries of one size, one of them of all words."""

from collections.abc import Iterator
from typing import Any

from gbar.recordings.abf_fields import gain, numbers, synch_lengths, text, unit
from gbar.recordings.abf_header import BLOCK, MULTICLAMP, Epoch, Header, Input, Output, UserList

# Where the directory keeps each section.
PROTOCOL, ADC, DAC, EPOCH, USER_LIST, STRINGS, DATA, SYNCH = 76, 92, 108, 156, 172, 220, 236, 316
WORDS_AT = 44


def read(content: Any) -> Header:
    """Return the header of an ABF2 file; see `gbar.recordings.abf_header.read_header`."""
    (protocol, *_) = _entries(content, PROTOCOL)

    def told(kind: str, at: int) -> Any:
        return numbers(content, kind, protocol + at)[0]

    words = _words(content)
    full_scale, counts = told("f", 110), told("i", 118)
    inputs = [_input(content, at, words, full_scale, counts) for at in _entries(content, ADC)]
    if not inputs:
        raise ValueError("it has no channel")
    starts, size, samples = _section(content, DATA)
    floats = numbers(content, "H", 30)[0] == 1
    if size != (4 if floats else 2):
        raise ValueError(f"its samples take {size} bytes")
    synch, _, sweeps_listed = _section(content, SYNCH)
    build, fix, minor, major = content[4:8]
    return Header(
        version=float(f"{major}.{minor}{fix}{build}"),
        mode=told("h", 0),
        sample_us=float(told("f", 2)),
        inputs=inputs,
        outputs=_outputs(content, words),
        alternating=told("h", 182) == 1,
        sweeps=numbers(content, "I", 12)[0],
        sweep_samples=told("i", 22),
        planned=told("i", 30),
        samples=samples,
        lengths=synch_lengths(content, sweeps_listed, synch) if sweeps_listed else (),
        starts_at=starts,
        floats=floats,
        protocol=text(_word(words, numbers(content, "I", 72)[0])),
    )


def _section(content: Any, place: int) -> tuple[int, int, int]:
    """Return the first byte of a section, the size of its entries, their number."""
    block, size, number = numbers(content, "IIq", place)
    if number < 0 or block * BLOCK + size * number > len(content):
        raise ValueError(f"a section of {number} times {size} bytes lies beyond its end; it is cut short or damaged")
    return block * BLOCK, size, number


def _entries(content: Any, place: int) -> Iterator[int]:
    """Return the first byte of each entry of a section."""
    first, size, number = _section(content, place)
    return iter(range(first, first + size * number, size)) if size else iter(())


def _words(content: Any) -> list[bytes]:
    """Return all words of the file, the first of them number 1."""
    first, size, number = _section(content, STRINGS)
    return bytes(content[first : first + size * number])[WORDS_AT:].split(b"\0") if number else []


def _word(words: list[bytes], number: int) -> bytes:
    return words[number - 1] if 1 <= number <= len(words) else b""


def _input(content: Any, at: int, words: list[bytes], full_scale: float, counts: int) -> Input:
    number, tells, amplifier = numbers(content, "3h", at)
    (amplified,) = numbers(content, "f", at + 28)
    scaled, offset, signal, shift = numbers(content, "4f", at + 40)
    name, kind = numbers(content, "2i", at + 74)
    return Input(
        number=number,
        name=text(_word(words, name)),
        unit=unit(_word(words, kind)),
        gain=gain(full_scale, counts, (scaled, signal, amplified), numbers(content, "f", at + 6)[0] if tells else None),
        offset=offset - shift,
        telegraphed=tells == 1,
        clamp=numbers(content, "h", at + 18)[0] if tells == 1 and amplifier == MULTICLAMP else -1,
    )


def _outputs(content: Any, words: list[bytes]) -> list[Output]:
    epochs: dict[int, dict[int, Epoch]] = {}
    for at in _entries(content, EPOCH):
        place, output, kind, level, level_step, duration, longer, period, width = numbers(content, "3h2f4i", at)
        if kind:
            epochs.setdefault(output, {})[place] = Epoch(kind, level, level_step, duration, longer, period, width)
    lists = {numbers(content, "h", at)[0]: at for at in _entries(content, USER_LIST)}
    found = []
    for at in _entries(content, DAC):
        number, telegraphed = numbers(content, "2h", at)
        name, kind = numbers(content, "2i", at + 24)
        enabled, source, keeps_last = numbers(content, "3h", at + 40)
        lasts, level = numbers(content, "2f", at + 82)
        trained = numbers(content, "h", at + 60)[0] and lasts > 0
        found.append(
            Output(
                number=number,
                name=text(_word(words, name)),
                unit=unit(_word(words, kind)),
                holding=numbers(content, "f", at + 12)[0],
                source=source if enabled else 0,
                keeps_last=bool(keeps_last),
                after_train=level if trained else None,
                telegraphed=telegraphed == 1,
                epochs=dict(sorted(epochs.get(number, {}).items())),
                user_list=_user_list(content, lists[number], words) if number in lists else None,
            )
        )
    return found


def _user_list(content: Any, at: int, words: list[bytes]) -> UserList | None:
    _, _, parameter, repeats = numbers(content, "4h", at)
    written = text(_word(words, numbers(content, "i", at + 8)[0]))
    values = tuple(float(one) for one in written.split(",") if one.strip())
    return UserList(parameter, values, bool(repeats)) if parameter > 0 and values else None
