"""Which figures there are, in the order of the report: a line a figure.

A figure is drawn by `gbar figure KIND`, whose function says by its parameters what data it takes; the rules know the
data of a study by these names. Its caption is workflow/report/KIND.rst.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

SIMULATIONS, EMULATORS, INVERTERS, RECORDINGS = "Simulations", "Emulators", "Inverters", "Recordings"
FILTERS, GATES, DRUGS = "Subthreshold filters", "Hidden gates", "Drugs"


@dataclass(frozen=True)
class Drawn:
    """A figure, or a kind of figure of which a study has several.

    Attributes:
        kind: its name; where there are several, files are named KIND_NAME.
        title: its heading, {} being the name.
        category: where Snakemake's report has it.
        study: whose data it shows.
        of: what it is named after, where there are several: a wildcard of the rules.
        verb: word of `gbar figure`, where it is not the kind.
        takes: parameter -> name of the data, where they differ.
    """

    kind: str
    title: str
    category: str
    study: str
    of: str = ""
    verb: str = ""
    takes: Mapping[str, str] = field(default_factory=dict)

    @property
    def job(self) -> str:
        """Verb of the command line."""
        return f"figure {self.verb or self.kind}"

    @property
    def file(self) -> str:
        """Name of its files without ending, with a wildcard where there are several."""
        return f"{self.kind}_{{{self.of}}}" if self.of else self.kind


def _inverted(kind: str, title: str, **takes: str) -> Drawn:
    return Drawn(f"invert_{kind}", f"Inverter {{}}: {title}", INVERTERS, "invert", "inverter", takes=takes)


def _gated(kind: str, title: str, of: str = "", **takes: str) -> Drawn:
    return Drawn(f"gating_{kind}", title, GATES, "gating", of, takes=takes)


def _filtered(kind: str, title: str, verb: str = "", **takes: str) -> Drawn:
    return Drawn(f"subthreshold_{kind}", title, FILTERS, "subthreshold", verb=verb, takes=takes)


LEARNT = {"metrics": "learning_metrics", "models": "model_names"}

FIGURES = (
    Drawn("family", "Action potentials over each scaling", SIMULATIONS, "emulate"),
    Drawn("settings", "Beating and silent settings", SIMULATIONS, "emulate"),
    Drawn("predictions", "Predicted and simulated action potentials", EMULATORS, "emulate"),
    Drawn("errors", "Error by current and level", EMULATORS, "emulate"),
    Drawn("apd", "Predicted and simulated action potential durations", EMULATORS, "emulate"),
    Drawn("smoothing", "Width of the smoothing", EMULATORS, "emulate"),
    Drawn("losses", "Loss over training", EMULATORS, "emulate"),
    Drawn("learning", "Error against the number of settings", EMULATORS, "emulate", takes=LEARNT),
    Drawn("spread", "Spread of an ensemble against its error", EMULATORS, "emulate"),
    Drawn("traces", "Traces of sweep {}", SIMULATIONS, "sweeps", "sweep"),
    Drawn("population", "Population {} before and after its calibration", DRUGS, "populations", "population"),
    Drawn("doses", "APD90 over the doses of sweep {}", DRUGS, "drugs", "sweep"),
    Drawn("under", "Action potentials over the doses of sweep {}", DRUGS, "drugs", "sweep"),
    Drawn("ladder", "Scores of drugs by class of risk, {}", DRUGS, "drugs", "risk"),
    _inverted("scan", "the scan over designs", table="scan"),
    _inverted("stability", "the best designs with other seeds"),
    _inverted("predictions", "predicted and true parameters"),
    _inverted("residuals", "correlations between residuals"),
    _inverted("coverage", "coverage of the intervals"),
    _inverted("range", "the out-of-range score"),
    _inverted("cross", "what it makes of other cells"),
    _inverted("sizes", "accuracy against training size", metrics="sizes"),
    _inverted("round_trip", "held-out cells simulated again", table="round_trip"),
    _inverted("refine", "parameters fitted to the trace", table="refined"),
    Drawn("invert_recording", "Recording {}", RECORDINGS, "invert", "recording"),
    _filtered("validation", "Subthreshold voltages, validation paths", "subthreshold_samples", part="validation"),
    _filtered("test", "Subthreshold voltages, test paths", "subthreshold_samples", part="test"),
    _filtered("weights", "Error of the filters against their size"),
    _filtered("losses", "Loss of the filters over training", "losses"),
    _gated("scheme", "What the gating network learns from what"),
    _gated("control", "Voltage and calcium of the unaltered cell"),
    _gated("cells", "Voltages of the altered cells"),
    _gated("rmse", "Errors of gates and other states"),
    _gated("loop", "The cell driven by networks"),
    _gated("curves", "Gates as the networks have learnt them"),
    _gated("retrained_loop", "The cell driven by retrained networks", traces="published_traces", scores="published"),
    _gated("etas", "Altered currents by the published second stage, over its weight", scores="published"),
    _gated(
        "currents",
        "Altered cell {}: currents by both second stages",
        "altered",
        published="own",
        identified="own_found",
    ),
    _gated("gates", "Altered cell {}: gates by the published second stage", "altered", published="own"),
    _gated("factors", "Factors found on the currents"),
    _gated("held_out", "Altered cells on held-out cycle lengths", identified="held_out"),
)


def kind_of(figure: str) -> str:
    """Return the kind of a figure by its file name without ending: figures of a kind share a caption."""
    several = (one.kind for one in FIGURES if one.of and figure.startswith(f"{one.kind}_"))
    return next(several, figure)


def title_of(figure: str) -> str:
    """Return the heading of a figure."""
    kind = kind_of(figure)
    titles = (one.title for one in FIGURES if one.kind == kind)
    return next(titles, figure).format(figure.removeprefix(f"{kind}_"))
