"""The figures of inverters, among those of `gbar figure`."""

import argparse
from pathlib import Path

PREDICTIONS = "what the inverter answers for its test traces, predictions.npz"
METRICS = "its scores, metrics.json"
CROSS = "what it answers to other simulators' traces, cross.npz"
SCAN = "table of the scan, scan.csv"


def add_figures(drawings: argparse._SubParsersAction) -> None:
    """Add a verb for each figure of an inverter."""
    scan = drawings.add_parser("invert_scan", help="trials of a scan over networks, ranked")
    scan.add_argument("--table", type=Path, required=True, help=SCAN)
    scan.add_argument("--top", type=int, default=3, help="number of trials that are ringed; 3 when left out")
    scan.set_defaults(draw=_scan)

    stability = drawings.add_parser("invert_stability", help="the best trials trained again with many seeds")
    stability.add_argument("--stability", type=Path, required=True, nargs="+", help="the file of each design")
    stability.add_argument("--golden", type=Path, required=True, help="the design chosen, golden.json")
    stability.add_argument("--scan", type=Path, required=True, help=SCAN)
    stability.set_defaults(draw=_stability)

    predictions = drawings.add_parser("invert_predictions", help="predicted against true parameters")
    predictions.add_argument("--predictions", type=Path, required=True, help=PREDICTIONS)
    predictions.set_defaults(draw=_predictions)

    residuals = drawings.add_parser("invert_residuals", help="residuals of the parameters, and how they correlate")
    residuals.add_argument("--predictions", type=Path, required=True, help=PREDICTIONS)
    residuals.set_defaults(draw=_residuals)

    coverage = drawings.add_parser("invert_coverage", help="coverage of an inverter's intervals, residual and spread")
    coverage.add_argument("--predictions", type=Path, required=True, help=PREDICTIONS)
    coverage.add_argument("--metrics", type=Path, required=True, help=METRICS)
    coverage.set_defaults(draw=_coverage)

    scores = drawings.add_parser("invert_range", help="out-of-range scores of own and foreign traces")
    scores.add_argument("--predictions", type=Path, required=True, help=PREDICTIONS)
    scores.add_argument("--metrics", type=Path, required=True, help=METRICS)
    scores.add_argument("--cross", type=Path, help=CROSS)
    scores.set_defaults(draw=_range)

    cross = drawings.add_parser("invert_cross", help="parameters predicted for traces of other simulators")
    cross.add_argument("--cross", type=Path, required=True, help=CROSS)
    cross.set_defaults(draw=_cross)

    sizes = drawings.add_parser("invert_sizes", help="error against the number of training traces")
    sizes.add_argument("--metrics", type=Path, required=True, nargs="+", help="scores of each training, metrics.json")
    sizes.add_argument(
        "--cell", help="the cell; published errors are shown, too, where they are of it and its parameters"
    )
    sizes.set_defaults(draw=_sizes)

    round_trip = drawings.add_parser("invert_round_trip", help="traces simulated again from predicted parameters")
    round_trip.add_argument("--table", type=Path, required=True, help="errors of each cell, roundtrip.csv")
    round_trip.add_argument("--examples", type=Path, required=True, help="traces of some cells, roundtrip.npz")
    round_trip.set_defaults(draw=_round_trip)

    refine = drawings.add_parser("invert_refine", help="parameters before and after they were fitted to the trace")
    refine.add_argument("--table", type=Path, required=True, help="errors of each cell, refined.csv")
    refine.set_defaults(draw=_refine)

    recording = drawings.add_parser("invert_recording", help="a recording and what an inverter makes of it")
    recording.add_argument("--answer", type=Path, required=True, help="what it answers, .json")
    recording.add_argument("--traces", type=Path, required=True, help="the recorded and the simulated trace, .npz")
    recording.set_defaults(draw=_recording)


def _scan(options: argparse.Namespace) -> object:
    from gbar.figures.invert.scan import draw_scan
    from gbar.figures.invert.scan_data import narrow, read_trials, top_table

    trials = read_trials(options.table)
    header, rows = top_table(trials)
    return draw_scan(trials, header, narrow(header, rows), top=options.top)


def _stability(options: argparse.Namespace) -> object:
    from gbar.figures.invert.scan_data import read_designs
    from gbar.figures.invert.stability import draw_stability

    return draw_stability(read_designs(options.stability, options.golden, options.scan))


def _predictions(options: argparse.Namespace) -> object:
    from gbar.figures.invert.data import read_answers
    from gbar.figures.invert.predictions import draw_inverter_predictions

    return draw_inverter_predictions(read_answers(options.predictions))


def _residuals(options: argparse.Namespace) -> object:
    from gbar.figures.invert.data import read_answers
    from gbar.figures.invert.residuals import draw_residuals

    return draw_residuals(read_answers(options.predictions))


def _coverage(options: argparse.Namespace) -> object:
    from gbar.figures.invert.coverage import draw_coverage
    from gbar.figures.invert.data import read_answers, read_coverage

    answers = read_answers(options.predictions)
    coverage = read_coverage(options.metrics, [parameter.name for parameter in answers.parameters])
    return draw_coverage(coverage, answers)


def _range(options: argparse.Namespace) -> object:
    from gbar.figures.invert.data import read_scores
    from gbar.figures.invert.range import draw_range

    own, others, threshold, wanted = read_scores(options.predictions, options.metrics, options.cross)
    return draw_range(own, others, threshold=threshold, false_alarms=wanted)


def _cross(options: argparse.Namespace) -> object:
    from gbar.figures.invert.cross import draw_cross
    from gbar.figures.invert.data import read_cross

    return draw_cross(*read_cross(options.cross))


def _sizes(options: argparse.Namespace) -> object:
    from gbar.figures.invert.sizes import draw_sizes, published_of
    from gbar.figures.invert.sizes_data import read_sizes

    sizes = read_sizes(options.metrics)
    return draw_sizes(sizes, published=published_of(options.cell, sizes.parameters))


def _round_trip(options: argparse.Namespace) -> object:
    from gbar.figures.invert.round_trip import draw_round_trip
    from gbar.figures.invert.round_trip_data import read_round_trip

    return draw_round_trip(*read_round_trip(options.table, options.examples))


def _refine(options: argparse.Namespace) -> object:
    from gbar.figures.invert.refine import draw_refine
    from gbar.figures.invert.round_trip_data import read_refined

    return draw_refine(read_refined(options.table))


def _recording(options: argparse.Namespace) -> object:
    from gbar.figures.invert.recording import draw_recording
    from gbar.figures.invert.recording_data import read_recorded

    return draw_recording(read_recorded(options.answer, options.traces))
