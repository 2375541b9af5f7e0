"""What the header of an Axon binary file tells, in one form for ABF1 (pCLAMP 9 and older) and ABF2 (pCLAMP 10 on).

The numbers are taken from where the format keeps them, not through a library: those that read ABF leave out what
matters here (trains and user lists of ABF1, floats, the interval in less than whole Hz, sweeps that were stopped early)
or look for the file of a stimulus in the working directory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

BLOCK = 512
# Modes of acquisition, nOperationMode.
VARIABLE_EVENTS, FIXED_EVENTS, GAP_FREE, SCOPE, EPISODIC = 1, 2, 3, 4, 5
MODES = {
    VARIABLE_EVENTS: "events of variable length",
    FIXED_EVENTS: "events of fixed length",
    GAP_FREE: "gap-free",
    SCOPE: "oscilloscope",
    EPISODIC: "episodic",
}
# Telegraphs of this amplifier, MultiClamp 700, tell the mode of the clamp: voltage, current, or no current at all.
MULTICLAMP = 24
VOLTAGE_CLAMP, CURRENT_CLAMP, NO_CURRENT = 0, 1, 2
# nWaveformSource of an output.
EPOCHS, A_FILE = 1, 2


@dataclass(frozen=True)
class Epoch:
    """One epoch of an output's waveform: levels in its unit, times in samples of one channel."""

    kind: int
    level: float
    level_step: float
    duration: int
    duration_step: int
    period: int = 0
    width: int = 0


@dataclass(frozen=True)
class UserList:
    """Values that a waveform takes sweep by sweep in the place of a number of its epochs.

    Attributes:
        parameter: its number in the file.
        values: one a sweep.
        repeats: whether they start again at their end.
    """

    parameter: int
    values: tuple[float, ...]
    repeats: bool


@dataclass(frozen=True)
class Channel:
    """What tells a channel of the converter.

    Attributes:
        number: of the ADC or DAC.
        name: as the user named it.
        unit: of its values.
    """

    number: int
    name: str
    unit: str


@dataclass(frozen=True)
class Output(Channel):
    """A digital-to-analogue channel (DAC), which commands an amplifier.

    Attributes:
        holding: its level outside of a waveform.
        source: EPOCHS, A_FILE, or 0 where the waveform is switched off.
        keeps_last: whether the last level stays until the next sweep.
        after_train: level that a train of pulses before each sweep ends at; None where there is no such train.
        telegraphed: whether an amplifier told its scale.
        epochs: the waveform, by their numbers.
        user_list: None where it is not used.
    """

    holding: float
    source: int = 0
    keeps_last: bool = False
    after_train: float | None = None
    telegraphed: bool = False
    epochs: dict[int, Epoch] = field(default_factory=dict)
    user_list: UserList | None = None

    @property
    def drives(self) -> bool:
        """Whether it has a waveform."""
        return self.source == A_FILE or (self.source == EPOCHS and any(one.duration for one in self.epochs.values()))


@dataclass(frozen=True)
class Input(Channel):
    """A recorded channel (ADC).

    Attributes:
        gain: value of one count.
        offset: value of no count.
        telegraphed: whether an amplifier told its gain.
        clamp: VOLTAGE_CLAMP, CURRENT_CLAMP or NO_CURRENT, as the amplifier told; -1 where it told none.
    """

    gain: float
    offset: float
    telegraphed: bool
    clamp: int


@dataclass(frozen=True)
class Header:
    """What is known of a file.

    Attributes:
        version: of the format.
        mode: of the acquisition.
        sample_us: interval of the samples of one channel.
        inputs: recorded channels, in the order of their samples.
        outputs: commands.
        alternating: whether two outputs take turns, sweep by sweep.
        sweeps: number of sweeps counted.
        sweep_samples: announced length of a sweep, of all channels together.
        planned: sweeps of the protocol.
        samples: there are, of all channels together.
        lengths: of each sweep, where the file lists them.
        starts_at: byte of the first sample.
        floats: whether samples are 4-byte floats in their unit; else 2-byte counts.
        protocol: file of the protocol, as the header names it.
    """

    version: float
    mode: int
    sample_us: float
    inputs: Sequence[Input]
    outputs: Sequence[Output]
    alternating: bool
    sweeps: int
    sweep_samples: int
    planned: int
    samples: int
    lengths: Sequence[int]
    starts_at: int
    floats: bool
    protocol: str


def read_header(content: Any) -> Header:
    """Return the header of an ABF file.

    Args:
        content: its bytes.

    Raises:
        ValueError: it is none.
        struct.error: it ends before its header does.
    """
    from gbar.recordings import abf1, abf2

    match bytes(content[:4]):
        case b"ABF ":
            return abf1.read(content)
        case b"ABF2":
            return abf2.read(content)
    raise ValueError("it does not begin as one")
