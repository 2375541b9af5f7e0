# The report.


rule report:
    input:
        figures=expand(f"{RESULTS}/figures/{{figure}}.svg", figure=FIGURES),
        captions=sorted({f"{CAPTIONS}/{kind_of(figure)}.rst" for figure in FIGURES}),
        biomarkers=expand(f"{RESULTS}/sweeps/{{sweep}}/biomarkers.csv", sweep=sorted(STUDY.sweeps)),
        metrics=expand(f"{RESULTS}/emulate/{{model}}/metrics.json", model=MODELS),
        inverters=expand(f"{RESULTS}/invert/{{inverter}}/metrics.json", inverter=STUDY.invert),
        scans=[f"{RESULTS}/invert/{name}/scan.csv" for name in STUDY.invert if STUDY.invert[name].scan],
        filters=expand(f"{RESULTS}/subthreshold/filters/{{filter}}/metrics.json", filter=FILTERS),
        baselines=expand(f"{RESULTS}/subthreshold/baselines/{{baseline}}/metrics.json", baseline=BASELINES),
        gating=expand(f"{RESULTS}/gating/{{made}}", made=[made for made in GATED if made.endswith(".json")]),
        recordings=expand(f"{RESULTS}/recordings/{{recording}}.json", recording=STUDY.recordings),
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
        # A function, since Snakemake would take {words} of a title for wildcards.
        settings=lambda wildcards: STUDY.canonical(),
        captions=lambda wildcards, input: os.path.dirname(input.captions[0]),
        sweeps=[f"{sweep}={RESULTS}/sweeps/{sweep}/biomarkers.csv" for sweep in sorted(STUDY.sweeps)],
        metrics=named_files(f"{RESULTS}/emulate/{{model}}/metrics.json"),
        inverters=[f"{name}={RESULTS}/invert/{name}/metrics.json" for name in STUDY.invert],
        recordings=[f"{name}={RESULTS}/recordings/{name}.json" for name in STUDY.recordings],
        filters=[f"{name}={RESULTS}/subthreshold/filters/{name}/metrics.json" for name in FILTERS],
        baselines=[f"{name}={RESULTS}/subthreshold/baselines/{name}/metrics.json" for name in BASELINES],
        gating_networks=[f"{name}={RESULTS}/gating/networks/{name}/metrics.json" for name in GATES_BY],
        gating_published=[f"{cell}={RESULTS}/gating/published/{cell}.json" for cell in ALTERED],
        gating_identified=[f"{one}={RESULTS}/gating/identified/{one}.json" for one in IDENTIFIED],
        gating_held_out=[f"{cell}={RESULTS}/gating/held_out/{cell}.json" for cell in ALTERED],
    message:
        "Writing {output}"
    shell:
        "python -m gbar report --figures {input.figures:q} --captions {params.captions:q} --sweeps {params.sweeps:q}"
        " --metrics {params.metrics:q} --inverters {params.inverters:q} --recordings {params.recordings:q}"
        " --filters {params.filters:q} --baselines {params.baselines:q}"
        " --gating-networks {params.gating_networks:q} --gating-published {params.gating_published:q}"
        " --gating-identified {params.gating_identified:q} --gating-held-out {params.gating_held_out:q}"
        " --settings {params.settings:q} --out {output:q} > {log:q} 2>&1"
