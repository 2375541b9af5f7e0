"""The header of ABF1: fields at fixed places; from version 1.6 on a second part holds the waveforms of two outputs."""

from typing import Any

from gbar.recordings.abf_fields import gain, numbers, synch_lengths, text, unit
from gbar.recordings.abf_header import BLOCK, EPOCHS, MULTICLAMP, Epoch, Header, Input, Output, UserList

EXTENDED_FROM = 1.6
# Bytes of a header that has all parts; older ones end before.
WHOLE = 6144
OUTPUTS, WAVEFORMS, EPOCHS_EACH = 4, 2, 10
LIST_BYTES = 256


def read(content: Any) -> Header:
    """Return the header of an ABF1 file; see `gbar.recordings.abf_header.read_header`."""

    def one(kind: str, at: int) -> Any:
        return numbers(content, kind, at)[0]

    version = one("f", 4)
    extended = version > EXTENDED_FROM - 0.01
    channels = one("h", 120)
    if not 1 <= channels <= 16:
        raise ValueError(f"it counts {channels} channels")
    used = one("h", 1440)
    waveforms = _waveforms(content) if extended else {used: _old_waveform(content)}
    outputs = []
    for number in range(OUTPUTS):
        waveform = waveforms.get(number, {})
        name, kind = content[1306 + 10 * number :][:10], content[1346 + 8 * number :][:8]
        telegraphed = extended and one("h", 4800 + 2 * number) == 1
        holding = one("f", 1394 + 4 * number)
        outputs.append(Output(number, text(name), unit(kind), holding, telegraphed=telegraphed, **waveform))
    floats = one("h", 100) == 1
    listed = one("i", 96)
    return Header(
        version=version,
        mode=one("h", 8),
        sample_us=float(one("f", 122)) * channels,
        inputs=_inputs(content, channels, extended),
        outputs=outputs,
        alternating=one("i", 40) * BLOCK >= WHOLE and one("h", 5876) == 1,
        sweeps=one("i", 16),
        sweep_samples=one("i", 138),
        planned=one("i", 146),
        samples=one("i", 10),
        lengths=synch_lengths(content, listed, one("i", 92) * BLOCK) if listed > 0 else (),
        starts_at=one("i", 40) * BLOCK + one("h", 14) * (4 if floats else 2),
        floats=floats,
        protocol=text(content[4898:5154]) if extended else "",
    )


def _inputs(content: Any, channels: int, extended: bool) -> list[Input]:
    full_scale, counts = numbers(content, "f", 244)[0], numbers(content, "i", 252)[0]
    places = numbers(content, "16h", 410)[:channels]
    if len({place for place in places if 0 <= place < 16}) < channels:
        places = range(channels)  # files saved again by other programs lose the sequence
    found = []
    for place in places:
        amplified, scaled, offset, signal, shift = (
            numbers(content, "f", start + 4 * place)[0] for start in (730, 922, 986, 1050, 1114)
        )
        tells, amplifier, mode = (
            numbers(content, "h", start + 2 * place)[0] if extended else 0 for start in (4512, 4544, 4768)
        )
        telegraphed = numbers(content, "f", 4576 + 4 * place)[0] if tells == 1 else None
        found.append(
            Input(
                number=place,
                name=text(content[442 + 10 * place :][:10]),
                unit=unit(content[602 + 8 * place :][:8]),
                gain=gain(full_scale, counts, (scaled, signal, amplified), telegraphed),
                offset=offset - shift,
                telegraphed=tells == 1,
                clamp=mode if tells == 1 and amplifier == MULTICLAMP else -1,
            )
        )
    return found


def _waveforms(content: Any) -> dict[int, dict[str, Any]]:
    """Return what the second part of a header tells of the waveforms, as arguments of `Output`."""
    found = {}
    for number in range(WAVEFORMS):
        enabled, source, keeps_last = (numbers(content, "h", start + 2 * number)[0] for start in (2296, 2300, 2304))
        kinds = numbers(content, "10h", 2308 + 20 * number)
        columns = [
            numbers(content, f"10{kind}", start + 40 * number)
            for kind, start in zip("ffiiii", (2348, 2428, 2508, 2588, 2136, 2216), strict=True)
        ]
        epochs = {place: Epoch(*values) for place, values in enumerate(zip(kinds, *columns, strict=True)) if values[0]}
        found[number] = {
            "source": source if enabled else 0,
            "keeps_last": bool(keeps_last),
            "after_train": _after_train(content, number),
            "epochs": epochs,
            "user_list": _user_list(content, number),
        }
    return found


def _after_train(content: Any, number: int) -> float | None:
    (enabled,) = numbers(content, "h", 3260 + 2 * number)
    lasts, level = (numbers(content, "f", start + 4 * number)[0] for start in (3304, 3312))
    return level if enabled and lasts > 0 else None


def _user_list(content: Any, number: int) -> UserList | None:
    enabled, parameter, repeats = (numbers(content, "h", start + 2 * number)[0] for start in (3360, 3368, 4400))
    if not enabled:
        return None
    written = text(content[3376 + LIST_BYTES * number :][:LIST_BYTES])
    return UserList(parameter, tuple(float(one) for one in written.split(",") if one.strip()), bool(repeats))


def _old_waveform(content: Any) -> dict[str, Any]:
    """Return the one waveform of a header without a second part, as arguments of `Output`."""
    source, keeps_last = (numbers(content, "h", at)[0] for at in (1438, 1442))
    columns = [
        numbers(content, f"10{kind}", at) for kind, at in zip("hffhh", (1444, 1464, 1504, 1544, 1564), strict=True)
    ]
    epochs = {place: Epoch(*values) for place, values in enumerate(zip(*columns, strict=True)) if values[0]}
    return {"source": source if source != EPOCHS or epochs else 0, "keeps_last": bool(keeps_last), "epochs": epochs}
