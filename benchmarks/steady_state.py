"""How far leaps bring a cell to where full pacing does, and what they save: 1,000 beats of ventricular cells.

Drugs at 1 and 4 times their therapeutic concentration where the cell binds them, and random scalings of six currents.
Both ways end in two beats solved alike; compared are APD90 and qNet of the last, and the concentrations after it.
"""

import time

import common
import contest
import numpy as np

CELLS = (("ohara2011", "cipa", 2000.0), ("ohara2011", "cipa_1hz", 1000.0), ("tomek2019", "endo", 1000.0))
SCALED, RANGE, SEED = ("IKr", "ICaL", "INaL", "IK1", "IKs", "Ito"), (0.5, 1.5), 3
DOSES_CMAX = (1.0, 4.0)
KEPT = 2
RTOL = 1e-4
BAR_MS, BAR_PERCENT, BAR_COST = 0.5, 1.0, 0.2


def main() -> None:
    """Measure and write the section of RESULTS.md."""
    options = common.parser(__doc__)
    options.add_argument("--beats", type=int, default=1000, help="number of beats (default %(default)s)")
    options.add_argument("--rows", type=int, default=64, help="of each cell (default %(default)s)")
    given = options.parse_args()
    contest.begin()
    found = [_compared(name, variant, cycle_ms, given.rows, given.beats) for name, variant, cycle_ms in CELLS]
    common.write_section("Steady states by leaps", _report(found, given.rows, given.beats))


def _rows(cell, count: int) -> dict[str, np.ndarray]:
    """Return the settings: the control, drugs where the cell binds them, random scalings."""
    from gbar.drugs.table import cipa
    from gbar.drugs.targets import CONCENTRATION, PARAMETERS, binds, currents_of

    rows = [dict(cell.own_values)]
    for drug in cipa().values():
        for dose_nM in (times * drug.free_cmax_nM for times in DOSES_CMAX):
            if binds(cell, drug):
                left = drug.left(dose_nM, True)
                factors = {name: left[channel] for channel in left for name in currents_of(cell, channel)}
                binding = {own: getattr(drug.binding, name).value for name, own in PARAMETERS.items()}
                rows.append(cell.own_values | factors | binding | {CONCENTRATION: dose_nM})
    random = np.random.default_rng(SEED)
    while len(rows) < count:
        rows.append(cell.own_values | {name: float(random.uniform(*RANGE)) for name in SCALED})
    return {name: np.array([row[name] for row in rows[:count]]) for name in cell.own_values}


def _compared(name: str, variant: str, cycle_ms: float, count: int, beats: int) -> tuple:
    """Return the name, both costs in s and the beats simulated, and the differences in APD90, qNet, concentrations."""
    from gbar import cells, stimuli
    from gbar.cells.outputs import NET, output_of
    from gbar.config.explain import checked
    from gbar.config.protocol import ProtocolSection
    from gbar.solve import SolverSettings, solve_rows
    from gbar.solve.pacing import SAMPLE_MS, Pacing, durations, pace

    cell = cells.get(name, variant)
    section = checked(ProtocolSection, {"stimulus": {"kind": "pacing", "cycle_length_ms": cycle_ms}}).stimulus_of(cell)
    values, settings = _rows(cell, count), SolverSettings(rtol=RTOL)
    outputs = {NET: output_of(cell, NET).currents}

    def train(beats, _=None):
        return stimuli.build(section, cell.stimulus, beats * cycle_ms, [0])

    def ended(leaping: bool, beats: int):
        begun = time.process_time()
        paced = pace(cell, values, Pacing(cycle_ms, beats - KEPT, leaping), train, settings, outputs=outputs)
        cost_s = time.process_time() - begun
        kept = solve_rows(
            cell, *cell.split(values), KEPT * cycle_ms, SAMPLE_MS, settings,
            stimulus=train(KEPT), initial=paced.states, outputs=outputs, charged_from_ms=(KEPT - 1) * cycle_ms,
        )  # fmt: skip
        return cost_s, paced.simulated, durations(kept.traces["V"], KEPT)[:, -1], kept.charges[NET], kept.final_state

    ended(False, KEPT + 1)  # compiles
    full, leapt = ended(False, beats), ended(True, beats)
    concentrations = [k for k, state in enumerate(cell.states) if state.kind == "concentration"]
    off = np.abs(leapt[4][:, concentrations] / full[4][:, concentrations] - 1).max(axis=1)
    return f"{name} {variant}, {cycle_ms:g} ms", full, leapt, np.abs(leapt[2] - full[2]), leapt[3] - full[3], off


def _report(found: list[tuple], rows: int, beats: int) -> str:
    lines, verdicts = [], []
    for what, full, leapt, apd90, qnet, off in found:
        cost, share = leapt[0] / full[0], leapt[1].mean() / beats
        worst_ms, percent = float(np.nanmax(apd90)), 100 * float(off.max())
        lines.append(
            (
                what,
                f"{leapt[1].min()} to {leapt[1].max()}",
                f"{share:.3f}",
                f"{full[0]:.1f}, {leapt[0]:.1f}",
                f"{cost:.3f}",
                f"{worst_ms:.3f}, {float(np.nanmedian(apd90)):.5f}",
                f"{float(np.abs(qnet).max()) / 1e3:.2g}",
                f"{percent:.2g}",
            )
        )
        met = worst_ms <= BAR_MS and percent <= BAR_PERCENT and cost <= BAR_COST
        verdicts.append(f"{what}: {common.verdict(met)}")
    header = (
        "cell, cycle length",
        "beats simulated",
        "share",
        "CPU s, full and with leaps",
        "ratio",
        "APD90 off, ms, worst and median",
        "qNet off, C/F, worst",
        "concentrations off, %, worst",
    )
    bars = f"{BAR_MS:g} ms of APD90, {BAR_PERCENT:g} % of concentrations, {BAR_COST:g} of the cost"
    return "\n\n".join(
        (
            f"{rows} settings of each cell, {beats} beats at rtol {RTOL:g} in float64:",
            common.table(header, lines),
            f"Bars, at most {bars}: {'; '.join(verdicts)}.",
        )
    )


if __name__ == "__main__":
    main()
