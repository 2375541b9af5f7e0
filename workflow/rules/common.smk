# The configuration, checked; the plans of its sweeps; what the rules share.
import os
import shlex
import sys
from itertools import groupby
from pathlib import Path

from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

LIBRARY = Path(CLONE).resolve() / "workflow"
sys.path.insert(0, str(LIBRARY))

from gbar import cells
from gbar.config.base import canonical
from gbar.config.gating import CONTROL
from gbar.config.layers import check_yaml, inherited, joined, typed
from gbar.config.study import load_study
from gbar.drugs.rows import notes
from gbar.emulate.split import check_rows
from gbar.errors import UserError
from gbar.figures import registry
from gbar.records.files import check_links
from gbar.jobs.contracts import contracts
from gbar.jobs.sources import code_of, data_of, offer_to_jobs
from gbar.sweeps.plan import plan_sweep, plan_sweeps

offer_to_jobs()  # cluster jobs read this file, too


def layers():
    """The configurations that make up the study, the lowest first, each with a name."""
    settings = workflow.config_settings
    said = [(str(path), load_configfile(path)) for path in settings.configfiles]
    said += [("--config", typed(settings.config))] if settings.config else []
    if LAID_OVER and LAID_OVER != settings.overwrite_config:
        said = [("the Snakefile above", LAID_OVER)]  # which has the command line in it
    is_whole = workflow.modifier.skip_configfile or (said and settings.replace_workflow_config)
    return said if is_whole or not os.path.exists(BASE) else [(BASE, load_configfile(BASE)), *said]


try:
    for file in dict.fromkeys([*workflow.configfiles, *workflow.config_settings.configfiles]):
        check_yaml(file)
    STUDY = load_study(joined(layers()))
    RESULTS = STUDY.results
    if workflow.modifier.path_modifier.replace_prefix(RESULTS) != RESULTS:
        raise UserError(
            "prefix: does not work, since plans are written when the Snakefile is read; set `results` instead"
        )
    check_links(RESULTS)
    DRUGS = STUDY.drugs.known() if STUDY.drug_sweeps else {}
    # Of a sweep whose population is calibrated first there is none yet: see `plan_of`.
    PLANS = plan_sweeps(
        {name: sweep for name, sweep in STUDY.sweeps.items() if name not in STUDY.later_sweeps},
        f"{RESULTS}/sweeps",
        DRUGS,
    )
    if STUDY.emulate:
        check_rows(PLANS[STUDY.emulate.sweep].rows, STUDY.emulate)
except UserError as error:
    raise WorkflowError("\n".join(filter(None, [str(error), inherited(str(error), layers())]))) from None

MODELS = sorted(STUDY.emulate.models) if STUDY.emulate else []
TRAININGS = STUDY.emulate.trainings() if STUDY.emulate else {}  # the models, and those of the learning curves
FILTERS = STUDY.subthreshold.trainings() if STUDY.subthreshold else {}
BASELINES = STUDY.subthreshold.baselines if STUDY.subthreshold else {}
ALTERED = list(STUDY.gating.cells) if STUDY.gating else []
PACED = [CONTROL, *ALTERED] if STUDY.gating else []
GATES_BY = list(STUDY.gating.networks) if STUDY.gating else []  # the networks that tell the gates
# What factors are identified from: a cell, and a kind of record of it.
IDENTIFIED = [f"{cell}/{record}" for cell in PACED for record in STUDY.gating.identification.records]
GATED = [
    *(f"paced/{cell}.zarr" for cell in PACED),
    *(f"networks/{network}/{made}" for network in GATES_BY for made in ("model", "metrics.json", "closed_loop.npz")),
    *(f"retrained/{cell}/model" for cell in PACED),
    *(f"identified/{one}.json" for one in IDENTIFIED),
    *(
        f"{judged}/{cell}.{kind}"
        for judged in ("published", "held_out")
        for cell in ALTERED
        for kind in ("json", "npz")
    ),
    *(f"variants/{cell}.json" for cell in ALTERED),
]
ROWS_OF_BLOCKS = {}  # counted once
GATHERED = ["store.zarr", "biomarkers.csv", "beats.csv", "design.csv", "design.json"]
CALIBRATED = ["accepted.csv", "rejections.csv", "metrics.json"]
FILTERED = ["model", "metrics.json", "predictions.npz"]
INVERTER = ["traces.zarr", "model", "metrics.json", "predictions.npz"]
EVALUATED = ["metrics.json", "predictions.npz", "scores.csv"]
CAPTIONS = os.path.relpath(LIBRARY / "report")


def one_of(names):
    """A pattern of the names that the study has; what it has not is no file that a rule makes."""
    return "|".join(names) or "(?!)"


wildcard_constraints:
    sweep=one_of(STUDY.sweeps),
    block="[0-9a-f]{16}",
    model=one_of(TRAININGS),


def block_file(sweep, block):
    return f"{RESULTS}/sweeps/{sweep}/blocks/{block}.npz"


def members_of(sweep):
    """The table of the members of a sweep's population, known once it is calibrated; nothing where it has none."""
    if sweep not in STUDY.later_sweeps:
        return []
    return checkpoints.calibrate.get(population=STUDY.later_sweeps[sweep]).output.accepted


def plan_of(sweep):
    """The plan of a sweep; of one with a population it is looked up anew, since that may just have been calibrated."""
    if sweep not in STUDY.later_sweeps:
        return PLANS[sweep]
    try:
        return plan_sweep(STUDY.sweeps[sweep], f"{RESULTS}/sweeps/{sweep}", DRUGS, members_of(sweep))
    except UserError as error:
        raise WorkflowError(f"sweeps.{sweep}: {error}") from None


def blocks_of(sweep):
    return [block_file(sweep, block) for block in plan_of(sweep).blocks]


def told_of_copied_results():
    """Say what to do about results that were not made in this folder, whose time stamps say nothing."""
    made = [f"{RESULTS}/report.html", *(block_file(sweep, block) for sweep in PLANS for block in PLANS[sweep].blocks)]
    records = Path(".snakemake/metadata")
    is_new_here = not records.is_dir() or not any(records.iterdir())
    if workflow.is_main_process and is_new_here and any(map(os.path.exists, made)):
        logger.warning(
            f"{RESULTS} holds results that this folder has no records of. Where they were copied, cloned or unpacked, "
            "their time stamps say nothing and they would be made again: `snakemake --touch --cores 1`, with the same "
            f"configuration, takes them as they are; `gbar verify {RESULTS}` checks them."
        )


told_of_copied_results()


def told_of_drugs():
    """Say what is odd about designs of drugs, such as units that look mixed."""
    if workflow.is_main_process:
        for name, design in STUDY.drug_sweeps.items():
            for note in notes(design, STUDY.sweeps[name].cell.cell(), DRUGS):
                logger.warning(f"sweeps.{name}: {note}")


told_of_drugs()


def settings_of_block(wildcards):
    sweep = STUDY.sweeps[wildcards.sweep].model_dump(mode="json")
    return canonical({key: sweep[key] for key in ("cell", "protocol", "solver", "voltage", "outputs") if key in sweep})


def settings_of_sweep(wildcards):
    """All of a sweep but the size of its jobs, which leaves its numbers alone."""
    return canonical(STUDY.sweeps[wildcards.sweep].model_dump(mode="json", exclude={"rows_per_job"}))


def rows_of_block(sweep, block):
    """The rows of a planned block: a line each below the header."""
    if block not in ROWS_OF_BLOCKS:
        with open(f"{RESULTS}/sweeps/{sweep}/blocks/{block}.csv", "rb") as table:
            ROWS_OF_BLOCKS[block] = sum(1 for _ in table) - 1
    return ROWS_OF_BLOCKS[block]


def block(wildcards):
    return STUDY.sweeps[wildcards.sweep], rows_of_block(wildcards.sweep, wildcards.block)


def sweep_in_blocks(wildcards):
    plan = plan_of(wildcards.sweep)
    largest = max(rows_of_block(wildcards.sweep, block) for block in plan.blocks)
    return STUDY.sweeps[wildcards.sweep], plan.rows, largest
