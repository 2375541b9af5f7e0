"""Small ABF1 and ABF2 files with the headers that pCLAMP writes, for the tests of how they are read."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

BLOCK = 512
RANGE_V, COUNTS = 10.0, 32768
# Volts at the converter for a unit of the signal: a count is then 0.0305 units.
SCALE = 0.01
EVENTS = 1  # of variable length
STEP, RAMP, PULSES, TRIANGLES, COSINES, RESISTANCE, BIPHASIC = range(1, 8)


@dataclass(frozen=True)
class Adc:
    """A recorded channel; `telegraph` is amplifier, gain and mode of the clamp."""

    name: str = "IN 0"
    unit: str = "mV"
    number: int = 0
    offset: float = 0.0
    telegraph: tuple[int, float, int] | None = None


@dataclass(frozen=True)
class Dac:
    """An output; an epoch is its kind, level, increment, duration, increment, period, width."""

    name: str = "Cmd 0"
    unit: str = "pA"
    holding: float = 0.0
    enabled: int = 1
    source: int = 1
    keeps_last: int = 0
    telegraphed: int = 0
    epochs: tuple[tuple[float, ...], ...] = ()
    user_list: tuple[int, str, int] | None = None  # parameter, values, whether it repeats
    file: str = ""
    train: tuple[float, float] | None = None  # length and level after a train before each sweep


@dataclass(frozen=True)
class Abf:
    """A file: `sweeps` are arrays of shape (channel, sample), in the units of the channels."""

    sweeps: list[np.ndarray]
    adcs: tuple[Adc, ...] = (Adc(),)
    dacs: tuple[Dac, ...] = (Dac(),)
    mode: int = 5
    sample_us: float = 50.0
    floats: bool = False
    announced: int | None = None  # samples of one channel of a sweep
    counted: int | None = None  # samples of all channels of all sweeps
    synch: bool = True
    alternating: int = 0
    planned: int = 0
    version: tuple[int, int] = field(default=(2, 6))

    @property
    def channels(self) -> int:
        return len(self.adcs)

    def samples(self) -> bytes:
        """The samples as the file keeps them."""
        gains = np.array([SCALE * (adc.telegraph[1] if adc.telegraph else 1.0) for adc in self.adcs])
        offsets = np.array([adc.offset for adc in self.adcs])
        kept = b""
        for sweep in self.sweeps:
            flat = np.asarray(sweep, float).T
            if not self.floats:
                flat = np.round((flat - offsets) * gains * COUNTS / RANGE_V)
            kept += flat.astype("<f4" if self.floats else "<i2").tobytes()
        size = 4 if self.floats else 2
        return kept if self.counted is None else kept[: self.counted * size]

    def numbers(self) -> tuple[int, int, list[tuple[int, int]]]:
        """Samples of all channels of all sweeps, of one sweep as announced, and the table of sweeps."""
        size = 4 if self.floats else 2
        total = len(self.samples()) // size
        each = (self.announced or len(self.sweeps[0][0])) * self.channels
        lengths = [min(each, total - each * k) for k in range(len(self.sweeps))] if self.mode == 5 else []
        if self.mode == EVENTS:
            lengths = [len(sweep[0]) * self.channels for sweep in self.sweeps]
        table = [(k * each, length) for k, length in enumerate(lengths)] if self.synch else []
        return total, each, table


def write_abf1(path: Path, file: Abf) -> Path:
    """Write the file as pCLAMP 9 does: a header of 12 blocks."""
    head = bytearray(12 * BLOCK)

    def put(kind: str, at: int, *values: object) -> None:
        struct.pack_into(f"<{kind}", head, at, *values)

    total, each, table = file.numbers()
    samples = file.samples()
    after = 12 + -(-len(samples) // BLOCK)
    put("4sfhih", 0, b"ABF ", 1.83, file.mode, total, 0)
    put("i", 16, len(file.sweeps))
    put("i", 40, 12)
    put("2i", 92, after, len(table))
    put("h", 100, int(file.floats))
    put("hf", 120, file.channels, file.sample_us / file.channels)
    put("i", 138, each)
    put("i", 146, file.planned or len(file.sweeps))
    put("f", 244, RANGE_V)
    put("i", 252, COUNTS)
    put("16h", 410, *([adc.number for adc in file.adcs] + [-1] * (16 - file.channels)))
    for place in range(16):
        put("f", 730 + 4 * place, 1.0)
        put("f", 922 + 4 * place, SCALE)
        put("f", 1050 + 4 * place, 1.0)
        put("h", 378 + 2 * place, place)
    for adc in file.adcs:
        put("10s", 442 + 10 * adc.number, adc.name.encode("latin-1").ljust(10))
        put("8s", 602 + 8 * adc.number, adc.unit.encode("latin-1").ljust(8))
        put("f", 986 + 4 * adc.number, adc.offset)
        if adc.telegraph:
            amplifier, gain, mode = adc.telegraph
            put("h", 4512 + 2 * adc.number, 1)
            put("h", 4544 + 2 * adc.number, amplifier)
            put("f", 4576 + 4 * adc.number, gain)
            put("h", 4768 + 2 * adc.number, mode)
    for number, dac in enumerate(file.dacs):
        put("10s", 1306 + 10 * number, dac.name.encode().ljust(10))
        put("8s", 1346 + 8 * number, dac.unit.encode().ljust(8))
        put("f", 1394 + 4 * number, dac.holding)
        put("h", 4800 + 2 * number, dac.telegraphed)
        if number > 1:
            continue
        put("h", 2296 + 2 * number, dac.enabled)
        put("h", 2300 + 2 * number, dac.source)
        put("h", 2304 + 2 * number, dac.keeps_last)
        for place, (kind, *values) in enumerate(dac.epochs):
            put("h", 2308 + 20 * number + 2 * place, int(kind))
            for code, start, value in zip("ffiiii", (2348, 2428, 2508, 2588, 2136, 2216), values, strict=True):
                put(code, start + 40 * number + 4 * place, int(value) if code == "i" else value)
        put("256s", 2736 + 256 * number, dac.file.encode())
        if dac.train:
            put("h", 3260 + 2 * number, 1)
            put("f", 3304 + 4 * number, dac.train[0])
            put("f", 3312 + 4 * number, dac.train[1])
        if dac.user_list:
            parameter, written, repeats = dac.user_list
            put("h", 3360 + 2 * number, 1)
            put("h", 3368 + 2 * number, parameter)
            put("256s", 3376 + 256 * number, written.encode())
            put("h", 4400 + 2 * number, repeats)
    put("h", 5876, file.alternating)
    rest = b"".join(struct.pack("<2i", *one) for one in table)
    path.write_bytes(head + samples.ljust((after - 12) * BLOCK, b"\0") + rest)
    return path


def write_abf2(path: Path, file: Abf) -> Path:
    """Write the file as pCLAMP 10 does: a block with a directory, and sections."""
    words = ["Clampex", r"C:\protocols\steps.pro"]

    def word(text: str) -> int:
        words.append(text)
        return len(words)

    total, each, table = file.numbers()
    protocol = bytearray(512)
    struct.pack_into("<hf", protocol, 0, file.mode, file.sample_us)
    struct.pack_into("<i", protocol, 22, each)
    struct.pack_into("<i", protocol, 30, file.planned or len(file.sweeps))
    struct.pack_into("<ff2i", protocol, 110, RANGE_V, 10.0, COUNTS, COUNTS)
    struct.pack_into("<h", protocol, 182, file.alternating)
    inputs = b"".join(_adc(adc, word) for adc in file.adcs)
    outputs = b"".join(_dac(number, dac, word) for number, dac in enumerate(file.dacs))
    epochs = b"".join(
        struct.pack("<3h2f4i18x", place, number, int(kind), *values[:2], *map(int, values[2:]))
        for number, dac in enumerate(file.dacs)
        for place, (kind, *values) in enumerate(dac.epochs)
    )
    lists = b"".join(
        struct.pack("<4hi52x", number, 0, dac.user_list[0], dac.user_list[2], word(dac.user_list[1]))
        for number, dac in enumerate(file.dacs)
        if dac.user_list
    )
    strings = struct.pack("<4s4I24x", b"SSCH", 1, len(words), 64, 64)
    strings += b"".join(text.encode("latin-1") + b"\0" for text in words)
    synch = b"".join(struct.pack("<2i", *one) for one in table)
    sections = [
        (76, bytes(protocol), 512, 1),
        (92, inputs, 128, file.channels),
        (108, outputs, 256, len(file.dacs)),
        (156, epochs, 48, len(epochs) // 48),
        (172, lists, 64, len(lists) // 64),
        (220, strings, len(strings), 1),
        (236, file.samples(), 4 if file.floats else 2, total),
        (316, synch, 8, len(table)),
    ]
    head = bytearray(BLOCK)
    major, minor = file.version
    struct.pack_into("<4s4B2I", head, 0, b"ABF2", 0, 0, minor, major, 512, len(file.sweeps))
    struct.pack_into("<2H", head, 28, 1, int(file.floats))
    struct.pack_into("<I", head, 72, 2)
    body = b""
    for at, content, size, number in sections:
        block = 1 + len(body) // BLOCK
        struct.pack_into("<2Iq", head, at, block if number else 0, size, number)
        body += content.ljust(-(-len(content) // BLOCK) * BLOCK, b"\0")
    path.write_bytes(head + body)
    return path


def _adc(adc: Adc, word) -> bytes:
    entry = bytearray(128)
    amplifier, gain, mode = adc.telegraph or (0, 1.0, 0)
    struct.pack_into("<3hf", entry, 0, adc.number, int(adc.telegraph is not None), amplifier, gain)
    struct.pack_into("<h", entry, 18, mode)
    struct.pack_into("<f", entry, 28, 1.0)
    struct.pack_into("<4f", entry, 40, SCALE, adc.offset, 1.0, 0.0)
    struct.pack_into("<2i", entry, 74, word(adc.name), word(adc.unit))
    return bytes(entry)


def _dac(number: int, dac: Dac, word) -> bytes:
    entry = bytearray(256)
    struct.pack_into("<2h", entry, 0, number, dac.telegraphed)
    struct.pack_into("<f", entry, 12, dac.holding)
    struct.pack_into("<2i", entry, 24, word(dac.name), word(dac.unit))
    struct.pack_into("<3h", entry, 40, dac.enabled, dac.source, dac.keeps_last)
    if dac.train:
        struct.pack_into("<h", entry, 60, 1)
        struct.pack_into("<2f", entry, 82, *dac.train)
    if dac.file:
        struct.pack_into("<i", entry, 118, word(dac.file))
    return bytes(entry)
