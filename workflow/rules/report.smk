# The report.


rule report:
    input:
        figures=expand(f"{RESULTS}/figures/{{figure}}.svg", figure=FIGURES),
        captions=sorted({f"{CAPTIONS}/{caption_of(figure)}.rst" for figure in FIGURES}),
        biomarkers=expand(f"{RESULTS}/sweeps/{{sweep}}/biomarkers.csv", sweep=sorted(STUDY.sweeps)),
        metrics=expand(f"{RESULTS}/emulate/{{model}}/metrics.json", model=MODELS),
        template=f"{os.path.relpath(LIBRARY)}/gbar/report/template.html.j2",
        code=code("gbar.report.study"),
    output:
        report(f"{RESULTS}/report.html", caption="../report/workflow.rst", category="Report"),
    log:
        f"{RESULTS}/logs/report.log",
    benchmark:
        f"{RESULTS}/benchmarks/report.tsv"
    conda:
        "../../envs/gbar.yaml"
    threads: 1
    resources:
        mem_mb=mem_mb(need_of_page),
        runtime=runtime(need_of_page),
    params:
        settings=STUDY.canonical(),
        captions=lambda wildcards, input: os.path.dirname(input.captions[0]),
        sweeps=[f"{sweep}={RESULTS}/sweeps/{sweep}/biomarkers.csv" for sweep in sorted(STUDY.sweeps)],
        metrics=named_files(f"{RESULTS}/emulate/{{model}}/metrics.json"),
    message:
        "Writing {output}"
    shell:
        "python -m gbar report --figures {input.figures} --captions {params.captions} --sweeps {params.sweeps}"
        " --metrics {params.metrics} --settings {params.settings:q} --out {output} > {log} 2>&1"
