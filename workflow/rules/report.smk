# The report, and what it tells of beside figures: NAME=FILE by option of its verb.
REPORTED = {
    "sweeps": named(f"{RESULTS}/sweeps/{{}}/biomarkers.csv", sorted(STUDY.sweeps)),
    "populations": named(f"{RESULTS}/populations/{{}}/metrics.json", STUDY.calibrate),
    "shares": named(f"{RESULTS}/sweeps/{{}}/shares.csv", STUDY.drug_sweeps),
    "risks": named(f"{RESULTS}/risk/{{}}/metrics.json", STUDY.risk),
    "metrics": named(f"{RESULTS}/emulate/{{}}/metrics.json", MODELS),
    "inverters": named(f"{RESULTS}/invert/{{}}/metrics.json", STUDY.invert),
    "recordings": named(f"{RESULTS}/recordings/{{}}.json", STUDY.recordings),
    "filters": named(f"{RESULTS}/subthreshold/filters/{{}}/metrics.json", FILTERS),
    "baselines": named(f"{RESULTS}/subthreshold/baselines/{{}}/metrics.json", BASELINES),
    "gating_networks": named(f"{RESULTS}/gating/networks/{{}}/metrics.json", GATES_BY),
    "gating_published": named(f"{RESULTS}/gating/published/{{}}.json", ALTERED),
    "gating_identified": named(f"{RESULTS}/gating/identified/{{}}.json", IDENTIFIED),
    "gating_held_out": named(f"{RESULTS}/gating/held_out/{{}}.json", ALTERED),
}


use rule solve as report with:
    input:
        **{option: [file for _, file in files] for option, files in REPORTED.items()},
        figures=expand(f"{RESULTS}/figures/{{figure}}.svg", figure=FIGURES),
        caption_files=sorted({f"{CAPTIONS}/{registry.kind_of(figure)}.rst" for figure in FIGURES}),
        labels=expand(f"{RESULTS}/sweeps/{{sweep}}/labels.csv", sweep=STUDY.drug_sweeps),
        scans=[f"{RESULTS}/invert/{name}/scan.csv" for name in STUDY.invert if STUDY.invert[name].scan],
        variants=expand(f"{RESULTS}/gating/variants/{{cell}}.json", cell=ALTERED),
        template=f"{os.path.relpath(LIBRARY)}/gbar/report/template.html.j2",
        code=code("report"),
    output:
        out=report(f"{RESULTS}/report.html", caption="../report/workflow.rst", category="Report"),
    log:
        f"{RESULTS}/logs/report.log",
    benchmark:
        f"{RESULTS}/benchmarks/report.tsv"
    resources:
        **asks("report"),
    params:
        **job(
            "report",
            settings=STUDY.canonical(),
            captions=CAPTIONS,
            **{option: [name for name, _ in files] for option, files in REPORTED.items()},
        ),
