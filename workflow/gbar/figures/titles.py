"""What the figures are called. One file name may stand for one figure, or for a kind of which a study has several."""

TITLES = {
    "family": "Action potentials over each scaling",
    "settings": "Beating and silent settings",
    "predictions": "Predicted and simulated action potentials",
    "errors": "Error by current and level",
    "apd": "Predicted and simulated action potential durations",
    "smoothing": "Width of the smoothing",
    "losses": "Loss over training",
    "learning": "Error against the number of settings",
    "spread": "Spread of an ensemble against its error",
    "subthreshold_validation": "Subthreshold voltages, validation paths",
    "subthreshold_test": "Subthreshold voltages, test paths",
    "subthreshold_weights": "Error of the filters against their size",
    "subthreshold_losses": "Loss of the filters over training",
    "gating_scheme": "What the gating network learns from what",
    "gating_control": "Voltage and calcium of the unaltered cell",
    "gating_cells": "Voltages of the altered cells",
    "gating_rmse": "Errors of gates and other states",
    "gating_loop": "The cell driven by networks",
    "gating_curves": "Gates as the networks have learnt them",
    "gating_retrained_loop": "The cell driven by retrained networks",
    "gating_etas": "Altered currents by the published second stage, over its weight",
    "gating_factors": "Factors found on the currents",
    "gating_held_out": "Altered cells on held-out cycle lengths",
}
# Figures KIND_NAME, a name being that of a sweep, an inverter, a recording or a cell.
TITLES_OF_KINDS = {
    "traces": "Traces of sweep {}",
    "invert_scan": "Inverter {}: the scan over designs",
    "invert_stability": "Inverter {}: the best designs with other seeds",
    "invert_predictions": "Inverter {}: predicted and true parameters",
    "invert_residuals": "Inverter {}: correlations between residuals",
    "invert_coverage": "Inverter {}: coverage of the intervals",
    "invert_range": "Inverter {}: the out-of-range score",
    "invert_cross": "Inverter {}: what it makes of other cells",
    "invert_sizes": "Inverter {}: accuracy against training size",
    "invert_round_trip": "Inverter {}: held-out cells simulated again",
    "invert_refine": "Inverter {}: parameters fitted to the trace",
    "invert_recording": "Recording {}",
    "gating_currents": "Altered cell {}: currents by both second stages",
    "gating_gates": "Altered cell {}: gates by the published second stage",
}


def kind_of(figure: str) -> str:
    """Return the kind of a figure by its file name without ending: figures of a kind share a caption."""
    return next((kind for kind in TITLES_OF_KINDS if figure.startswith(f"{kind}_")), figure)


def title_of(figure: str) -> str:
    """Return the heading of a figure."""
    kind = kind_of(figure)
    if kind in TITLES_OF_KINDS:
        return TITLES_OF_KINDS[kind].format(figure.removeprefix(f"{kind}_"))
    return TITLES.get(figure, figure)
