# The figures: one rule for all that gbar/figures/registry.py lists.
FIGURES = list(figure_names())
LABELLED = ("sweep", "risk", "population")  # what Snakemake's report tells of figures that are named after it


for figure in drawn():

    rule:
        name:
            f"figure_{figure.kind}"
        input:
            **files_of(figure),
            code=sweep_code(figure.job) if figure.of == "sweep" else code(figure.job),
        output:
            svg=report(
                f"{RESULTS}/figures/{figure.file}.svg",
                caption=f"../report/{figure.kind}.rst",
                category=figure.category,
                labels={"figure": figure.kind, figure.of: f"{{{figure.of}}}"} if figure.of in LABELLED else None,
            ),
            png=f"{RESULTS}/figures/{figure.file}.png",
        log:
            f"{RESULTS}/logs/figures/{figure.file}.log",
        benchmark:
            f"{RESULTS}/benchmarks/figures/{figure.file}.tsv"
        conda:
            "../../envs/gbar.yaml"
        resources:
            **asks(figure.job, STUDIED.get(figure.study, nothing)),
        params:
            **job_of(figure),
        message:
            "{params.doing}"
        shell:
            "python -m gbar {params.command} > {log:q} 2>&1"
