"""An inverter: the networks that infer a cell's parameters from a trace, their errors, and when not to believe them.

Its folder holds the files of `gbar.models.model_files`: the model card, the networks' numbers stacked under
`networks/`, what held-out traces measured under `out_of_range/`, and the losses of every network's epochs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

import gbar
from gbar.config.explain import checked
from gbar.config.invert import TracesSection
from gbar.config.sweep import SweepSection
from gbar.errors import UserError, wrong
from gbar.invert.answer import Answer
from gbar.invert.calibration import ERROR_LEVEL, INTERVAL_LEVEL, Calibration, spread_of
from gbar.invert.card import InverterCard
from gbar.invert.designs.members import BLOCK, Members
from gbar.invert.out_of_range import Detector, Familiar, measures, saturation_warnings, voltage_quantiles
from gbar.invert.traces import UnitParameter
from gbar.invert.view import View
from gbar.models.model_files import INVERTER, damaged, read_model_files, write_model_files
from gbar.records.files import whole, write_csv

HISTORY = ("fold", "seed", "epoch", "train_loss", "validation_loss", "learning_rate")
NETWORKS, OUT_OF_RANGE = "networks/", "out_of_range/"


class Inverter:
    """Networks with their card, calibration and detector: ask it by `predict`.

    Attributes:
        card: what there is to know about it.
        window: which part of a stored trace it sees, and what it is clipped to.
        view: from a trace at any sampling interval to what its networks see.
        calibration: factors on the spread.
        detector: of traces it does not know.
    """

    def __init__(self, card: InverterCard, arrays: Mapping[str, np.ndarray]):
        """Take up a card and the numbers under their paths in the folder.

        Raises:
            ValueError, KeyError: they do not belong together.
        """
        self.card = card
        self.window = checked(TracesSection, card.window)
        networks = {name.removeprefix(NETWORKS): array for name, array in arrays.items() if name.startswith(NETWORKS)}
        self._members = Members(card.architecture, card.samples, len(card.parameters), self.window.clip_mV, networks)
        self._familiar = Familiar(**{name: arrays[OUT_OF_RANGE + name] for name in Familiar.__dataclass_fields__})
        self.detector = Detector.from_json(card.out_of_range, arrays[OUT_OF_RANGE + "held_out"])
        self.calibration = Calibration.from_json(card.calibration)
        if len(self._members) != len(self._familiar.centres) or self.calibration.factors.shape[1:] != (
            len(card.parameters),
        ):
            raise ValueError("networks, features and calibration are not of one ensemble")
        self.view = View.of(self.window, card.sample_ms / self.window.every)
        if card.samples != self.view.samples:
            raise ValueError(f"{card.samples} samples are not those of the window")

    @property
    def parameters(self) -> tuple[UnitParameter, ...]:
        """What it infers."""
        return self.card.parameters

    @property
    def samples(self) -> int:
        """Number of samples of a trace."""
        return self.card.samples

    @property
    def sample_ms(self) -> float:
        """Interval of the samples, ms."""
        return self.card.sample_ms

    @property
    def sweep(self) -> SweepSection:
        """The sweep it learned from.

        Raises:
            UserError: its stimulus is in a file that is not here.
        """
        return checked(SweepSection, self.card.sweep)

    def __len__(self) -> int:
        return len(self._members)

    def predict(self, V_mV: np.ndarray, sample_ms: float | None = None, begin_ms: float = 0.0) -> Answer:
        """Infer the parameters of n > 0 traces, under the stimulus the inverter learned with.

        Args:
            V_mV: membrane potential, mV. With `sample_ms`, traces as recorded or simulated that cover the window,
                (n, any number of samples). Without, what the networks see of them, (n, `samples`) at the inverter's
                own `sample_ms`, as `view.see` and a data set's traces are.
            sample_ms: sampling interval of the traces.
            begin_ms: time of their first sample from the start of the window, 0 or below.

        Raises:
            UserError: another number of samples, a window that is not covered, or a voltage that is not finite.
        """
        V = self._checked(V_mV if sample_ms is None else self._seen(np.asarray(V_mV), sample_ms, begin_ms))
        return self.answer(V[start : start + BLOCK] for start in range(0, len(V), BLOCK))

    def answer(self, blocks: Iterable[np.ndarray]) -> Answer:
        """Infer the parameters of traces that come in blocks, mV, float32, (n, samples)."""
        parts = []
        for V_mV in blocks:
            members, features = self._members.say(V_mV)
            voltages = voltage_quantiles(V_mV, self.window.clip_mV)
            parts.append((members, self._familiar.distances(features, voltages)))
        members = np.concatenate([of_members for of_members, _ in parts], axis=1)
        unit, spread = members.mean(axis=0, dtype=float), spread_of(members)
        low, high = self.calibration.interval(unit, spread, INTERVAL_LEVEL)
        measured = measures(members, np.concatenate([distances for _, distances in parts]))
        score = self.detector.score(measured)
        return Answer(
            parameters=self.parameters,
            members=members,
            unit=unit,
            unit_spread=spread,
            unit_low=low,
            unit_high=high,
            unit_error=self.calibration.half_width(spread, ERROR_LEVEL),
            measures=measured,
            score=score,
            verdict=self.detector.verdicts(score),
            reasons=self.detector.reasons(measured),
            warnings=saturation_warnings(unit),
        )

    def _seen(self, V_mV: np.ndarray, sample_ms: float, begin_ms: float) -> np.ndarray:
        view = self.view
        if not (np.isfinite(sample_ms) and sample_ms > 0):
            raise wrong("sample_ms", sample_ms, "the sampling interval of the traces, ms")
        end_ms = begin_ms + (V_mV.shape[-1] - 0.5) * sample_ms if V_mV.ndim == 2 else -np.inf
        if not (begin_ms < sample_ms / 2 and end_ms >= view.length_ms):
            allowed = f"(n, samples) that cover the {view.length_ms:g} ms of the window"
            raise wrong("shape of the traces", V_mV.shape, allowed)
        return view.see(V_mV, sample_ms, begin_ms)

    def _checked(self, V_mV: np.ndarray) -> np.ndarray:
        V = np.asarray(V_mV, np.float32)
        if V.ndim != 2 or V.shape[1] != self.samples or not len(V):
            allowed = f"(n, {self.samples}): {self.samples} samples at {self.sample_ms:g} ms each"
            raise wrong("shape of the traces", V.shape, allowed)
        if not np.isfinite(V).all():
            raise UserError("traces: a voltage is not a finite number; leave such traces out")
        return V


def save_inverter(
    path: str | Path, card: InverterCard, arrays: Mapping[str, np.ndarray], history: Iterable[Sequence[object]]
) -> None:
    """Write an inverter's folder, whole or not at all.

    Args:
        path: the folder to write.
        card: what it is.
        arrays: the numbers under their paths in the folder.
        history: rows of history.csv, columns as in `HISTORY`.
    """
    with whole(path) as made:
        made.mkdir()
        write_csv(made / "history.csv", HISTORY, history)
        write_model_files(made, asdict(card), dict(arrays))


def load_inverter(path: str | Path) -> Inverter:
    """Return the inverter in a folder, ready to predict.

    Raises:
        UserError: the folder holds no model, a damaged one, one of another kind or another format version, or one that
            learned from traces prepared in another way.
    """
    path = Path(path)
    values, arrays = read_model_files(path, INVERTER)
    try:
        inverter = Inverter(InverterCard.from_json(values), arrays)
    except (ValueError, KeyError, TypeError, OverflowError, UserError) as reason:
        raise damaged(path, reason) from None
    if inverter.card.preprocessing != inverter.view.preprocessing:
        raise UserError(
            f"{path}: the inverter learned from traces that were prepared in another way than gbar {gbar.__version__} "
            "prepares them; train it again"
        )
    return inverter
