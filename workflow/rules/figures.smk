# The figures: one rule for all that gbar/figures/registry.py lists.
FIGURES = list(figure_names())


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
                labels={"figure": figure.kind, "sweep": "{sweep}"} if figure.of == "sweep" else None,
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
