"""`gbar drug`: a cell under some doses of one drug, as a table."""

import math
from typing import Literal

import numpy as np

from gbar import cells
from gbar.config.explain import checked
from gbar.config.protocol import ProtocolSection
from gbar.drugs.doses import Dose, solve_doses
from gbar.drugs.drug import Drug
from gbar.drugs.table import cipa, drug_called, read_drugs
from gbar.drugs.targets import binds, without_current
from gbar.errors import UserError, wrong
from gbar.jobs.job import Above0, Input, Output, job
from gbar.records.files import write_csv
from gbar.solve.settings import SolverSettings

MEASURES = ("apd30_ms", "apd50_ms", "apd90_ms", "mdp_mV", "peak_mV", "dvdt_max_V_s", "apd90_drift_ms")
BEATS = 20
FAR_FROM_CMAX = 1e3  # so many times the therapeutic concentration, or its inverse, is more likely a slip of units


@job("drug", jax="float64")
def drug(
    cell: str,
    drug: str,
    conc: str = "1x,2x,4x",
    variant: str = "",
    drugs: Input | None = None,
    beats: int = BEATS,
    cycle_length_ms: Above0 | None = None,
    hERG: Literal["as known", "static", "dynamic"] = "as known",
    out: Output | None = None,
) -> None:
    """Simulate a cell under doses of a drug: what each leaves of the currents, its beats, Bnet.

    Args:
        cell: a cell of `gbar cells`, or a model of yours.
        drug: name of a drug; one of the 28 of the CiPA initiative, or of `--drugs`.
        conc: free concentrations, in nM or in multiples of the therapeutic one such as 1x,2x,4x (the default).
        variant: of the cell; its default when left out.
        drugs: table of drugs of your own, .csv, in place of those of the CiPA initiative (docs/drugs.md).
        beats: number of beats; 20 when left out.
        cycle_length_ms: from pulse to pulse; the cell's own when left out.
        hERG: whether its block is static or that of a drug that binds; "as known", the default, binds where the drug's
            binding is known and the cell has such a channel.
        out: table to write, a line a dose, .csv.

    Raises:
        UserError: an unknown cell, variant or drug, a concentration that is none, a cell without the currents.
    """
    described = cells.get(cell, variant or None)
    known = cipa() if drugs is None else read_drugs(drugs)
    chosen = drug_called(drug, known, "the CiPA initiative" if drugs is None else str(drugs))
    concentrations_nM = [chosen.concentration_nM(text) for text in conc.split(",")]
    if beats < 1:
        raise wrong("--beats", beats, "a number of at least 1")
    if hERG == "dynamic" and not binds(described, chosen):
        raise UserError(f"--hERG dynamic: {chosen.name} has no known binding, or {described.name} no channel for it")
    dynamic = hERG != "static" and binds(described, chosen)
    pacing = {"kind": "pacing"} | ({} if cycle_length_ms is None else {"cycle_length_ms": cycle_length_ms})
    stimulus = checked(ProtocolSection, {"stimulus": pacing}).stimulus_of(described)
    every_ms = float(stimulus.model_dump()["cycle_length_ms"])
    settings = SolverSettings().of_cell(described)
    doses = solve_doses(described, chosen, concentrations_nM, stimulus, beats * every_ms, settings, dynamic=dynamic)
    if out is not None:
        _write(out, doses)
    print(f"{described.name} {described.variant}, {beats} beats every {every_ms:g} ms under {_told(chosen, dynamic)}")
    for dose in doses:
        print(_line(dose, chosen))
    for note in _notes(chosen, doses, without_current(described, chosen, dynamic=dynamic)):
        print(f"  note: {note}")


def _told(drug: Drug, dynamic: bool) -> str:
    risk = f" ({drug.risk} risk)" if drug.risk else ""
    return f"{drug.name}{risk}, hERG {'bound' if dynamic else 'blocked'}"


def _line(dose: Dose, drug: Drug) -> str:
    known = math.isfinite(drug.free_cmax_nM) and dose.concentration_nM
    times = f" ({dose.concentration_nM / drug.free_cmax_nM:.3g}x)" if known else ""
    left = " ".join(f"{channel} {part:.2f}" for channel, part in dose.left.items() if part < 0.995)
    apd90_ms = dose.reading.biomarkers.apd90_ms
    apd90 = "undefined" if np.isnan(apd90_ms) else f"{apd90_ms:.1f} ms"
    return (
        f"  {f'{dose.concentration_nM:.4g} nM{times}':<18} APD90 {apd90:<10} {dose.course:<22} Bnet {dose.bnet:+.3f}"
        f"  {left and 'left of '}{left}"
    ).rstrip()


def _notes(drug: Drug, doses: list[Dose], missing: tuple[str, ...]) -> list[str]:
    notes = []
    if missing:
        notes.append(f"the cell has no {', '.join(missing)}, whose block is left out")
    far = [dose.concentration_nM / drug.free_cmax_nM for dose in doses if dose.concentration_nM]
    if any(times >= FAR_FROM_CMAX or times <= 1 / FAR_FROM_CMAX for times in far):
        notes.append(f"a dose is a thousand times off the therapeutic {drug.free_cmax_nM:g} nM; is it in nM?")
    drifts = np.abs([dose.reading.biomarkers.apd90_drift_ms for dose in doses])
    if np.isfinite(drifts).any() and np.nanmax(drifts) >= 0.1:
        notes.append(f"APD90 still changes by up to {np.nanmax(drifts):.2g} ms a beat: pace for longer (--beats)")
    return notes


def _write(path: str | Output, doses: list[Dose]) -> None:
    channels = list(doses[0].left)
    lines = (
        [
            f"{dose.concentration_nM:.6g}",
            *(f"{dose.left[channel]:.6g}" for channel in channels),
            f"{dose.bnet:.6g}",
            dose.course,
            *(
                "" if np.isnan(value) else f"{value:.6g}"
                for value in (getattr(dose.reading.biomarkers, name) for name in MEASURES)
            ),
        ]
        for dose in doses
    )
    write_csv(path, ["concentration_nM", *(f"{one}_left" for one in channels), "Bnet", "class", *MEASURES], lines)
