"""The RO-Crate of the study, and one file with every table and figure that works offline and sent by mail."""


rule crate:
    input:
        TABLES,
        FIGURES,
    output:
        crate=f"{RESULTS}/provenance/ro-crate-metadata.json",
    log:
        f"{RESULTS}/logs/crate.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study={key: config[key] for key in ("study", "provenance")},
        results=RESULTS,
        code=code("crate.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/crate.py"


rule report:
    input:
        TABLES,
        FIGURES,
        crate=f"{RESULTS}/provenance/ro-crate-metadata.json",
    output:
        report=f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/report.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        captions=texts_digest("rules/captions/*"),
        code=code("report.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/report.py"
