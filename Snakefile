# gbar: from ion-channel conductances to action potentials and back.
# The study is config.yaml, or config.yaml with a file of workflow/studies/ or your own laid over it (--configfile).
import copy
import os

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.27")

# Where this file stands, whatever folder it is run from, included from, or a module of.
CLONE = os.path.relpath(workflow.current_basedir.get_path_or_uri(secret_free=True))
if not os.path.isdir(os.path.join(CLONE, "workflow")):
    raise WorkflowError(
        "the library gbar stands beside the Snakefile: clone the repository and give the path of its Snakefile"
    )
BASE = "config.yaml" if os.path.exists("config.yaml") else os.path.join(CLONE, "config.yaml")
LAID_OVER = copy.deepcopy(config)  # of the command line, of a Snakefile that includes this one, of a module


configfile: os.path.normpath(BASE)


report: "workflow/report/workflow.rst"


# Of no effect without `--sdm apptainer`.
if CLONE == os.curdir:

    container: "envs/gbar.sif"

elif len(CLONE.split()) == 1:  # Snakemake takes no image whose path has spaces, even where none is used

    container: os.path.join(CLONE, "envs/gbar.sif")


include: "workflow/rules/common.smk"
include: "workflow/rules/jobs_common.smk"
include: "workflow/rules/figures_common.smk"
include: "workflow/rules/simulate.smk"


if STUDY.calibrate:

    include: "workflow/rules/populations.smk"


if STUDY.drug_sweeps:

    include: "workflow/rules/drugs_common.smk"
    include: "workflow/rules/drugs.smk"


if STUDY.emulate:

    include: "workflow/rules/emulate_common.smk"
    include: "workflow/rules/emulate.smk"


if STUDY.invert:

    include: "workflow/rules/invert_common.smk"
    include: "workflow/rules/invert_design.smk"
    include: "workflow/rules/invert.smk"


if STUDY.subthreshold:

    include: "workflow/rules/subthreshold_common.smk"
    include: "workflow/rules/subthreshold.smk"


if STUDY.gating:

    include: "workflow/rules/gating_common.smk"
    include: "workflow/rules/gating.smk"


include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    input:
        f"{RESULTS}/report.html",
        expand(f"{RESULTS}/figures/{{figure}}.{{format}}", figure=FIGURES, format=["svg", "png"]),
        # Blocks, stores and models, too: Snakemake does not miss an intermediate file whose product is there.
        lambda w: [block for sweep in STUDY.sweeps for block in blocks_of(sweep)],
        expand(f"{RESULTS}/sweeps/{{sweep}}/{{made}}", sweep=STUDY.sweeps, made=GATHERED),
        expand(f"{RESULTS}/sweeps/{{sweep}}/{{made}}.csv", sweep=STUDY.drug_sweeps, made=["labels", "shares"]),
        expand(f"{RESULTS}/populations/{{population}}/{{made}}", population=STUDY.calibrate, made=CALIBRATED),
        expand(f"{RESULTS}/risk/{{risk}}/{{made}}", risk=STUDY.risk, made=["metrics.json", "drugs.csv"]),
        expand(f"{RESULTS}/emulate/{{model}}/{{made}}", model=TRAININGS, made=["model", *EVALUATED]),
        f"{RESULTS}/emulate/windows.zarr" if STUDY.emulate else [],
        expand(f"{RESULTS}/invert/{{inverter}}/{{made}}", inverter=STUDY.invert, made=INVERTER),
        f"{RESULTS}/subthreshold/currents.zarr" if STUDY.subthreshold else [],
        expand(f"{RESULTS}/subthreshold/filters/{{filter}}/{{made}}", filter=FILTERS, made=FILTERED),
        expand(f"{RESULTS}/subthreshold/baselines/{{baseline}}/metrics.json", baseline=BASELINES),
        expand(f"{RESULTS}/gating/{{made}}", made=GATED),
