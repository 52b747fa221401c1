"""The RO-Crate of the study, and one file with every table and figure that works offline and sent by mail."""

import jinja2.defaults
from discgrade.publication.captions import caption_words

WORDS = caption_words(STUDY)
# Captions are templates. Snakemake renders them in a new Jinja environment, whose names begin with these: neither config
# nor params hold the words, so that other words rerun the report alone.
jinja2.defaults.DEFAULT_NAMESPACE.update(words=WORDS)

# Snakemake, which makes the report, and what it colours code with.
REPORTER = ["snakemake", "pygments"]

WORKFLOW_FILES = ["Snakefile"] + sorted(
    path.relative_to(workflow.basedir).as_posix()
    for path in Path(workflow.basedir, "rules").glob("*.smk")
)


rule crate:
    input:
        TABLES,
        FIGURES,
        bundle=f"{RESULTS}/bundle.zip",
    output:
        crate=f"{RESULTS}/provenance/ro-crate-metadata.json",
        workflow=[f"{RESULTS}/provenance/workflow/{name}" for name in WORKFLOW_FILES],
    log:
        f"{RESULTS}/logs/crate.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study=STUDY.name,
        provenance=plain(STUDY.provenance),
        workflow=texts_digest("Snakefile", "rules/*.smk"),
        version=__version__,
        code=code("crate.py"),
        lock=lock("crate.py"),
    script:
        "../workflow_scripts/crate.py"


rule chains:
    input:
        TABLES,
        FIGURES,
        bundle=f"{RESULTS}/bundle.zip",
    output:
        chains=report(
            f"{RESULTS}/provenance/chains.html",
            category="Record",
            labels={"page": "Where numbers came from"},
        ),
    log:
        f"{RESULTS}/logs/chains.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        code=code("chains.py"),
        lock=lock("chains.py"),
    script:
        "../workflow_scripts/chains.py"


rule report:
    input:
        TABLES,
        FIGURES,
        chains=f"{RESULTS}/provenance/chains.html",
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
        words=content_digest(WORDS),
        programs=REPORTER,
        code=code("report.py"),
        lock=lock("report.py", programs=REPORTER),
    script:
        "../workflow_scripts/report.py"
