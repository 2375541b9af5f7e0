"""The waveforms by the name they have in the configuration; the kind "none" is no waveform."""

from gbar.stimuli.chirps import Chirp05, Chirp16a, Chirp23a, ChirpDamp
from gbar.stimuli.noise import Noise
from gbar.stimuli.steps import Constant, Steps, Table
from gbar.stimuli.trains import S1S2, Pacing
from gbar.stimuli.waveform import Waveform

KINDS: dict[str, type[Waveform]] = {
    waveform.kind: waveform
    for waveform in (Chirp23a, Chirp16a, Chirp05, ChirpDamp, Pacing, S1S2, Constant, Steps, Noise, Table)
}
