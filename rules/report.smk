"""The report, one page that works offline and sent by mail; the RO-Crate, and Snakemake's own report for the record."""

import jinja2.defaults
from discgrade.publication.captions import caption_words
from discgrade.publication.page.shown_settings import told_of

WORDS = caption_words(STUDY)
# Captions are templates. Snakemake renders them in a new Jinja environment, whose names begin with these: neither config
# nor params hold the words, so that other words rerun the report alone.
jinja2.defaults.DEFAULT_NAMESPACE.update(words=WORDS)

# Snakemake, which makes the report, and what it colours code with.
REPORTER = ["snakemake", "pygments"]

TOLD = plain(told_of(STUDY))

# What the report reads next to tables and figures, by the fields of `publication.page.findings.Sources`.
FINDINGS = {
    **{
        name: f"{RESULTS}/{name}.parquet"
        for name in (
            "scores",
            "intervals",
            "comparisons",
            "agreement",
            "discs",
            "splits",
            "flagged",
            "certainty",
        )
    },
    "shown": f"{RESULTS}/shown_intervals.parquet",
    "flow": f"{RESULTS}/flow.json",
    "labels": [f"{RESULTS}/labels/holdout.parquet"] if LEARNED_LABELS else [],
    "network": f"{RESULTS}/runs/{DEFAULT_RUN.path}/network.parquet",
}

WRITING = ["methods.md", "references.bib", "CITATION.cff"]

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
        values=f"{RESULTS}/provenance/chains.json",
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
        **FINDINGS,
        tables=TABLE_VALUES,
        figures=FIGURE_WORDS,
        pictures=[path.replace(".json", ".png") for path in FIGURE_WORDS],
        csv=[path.replace(".json", ".csv") for path in TABLE_VALUES],
        cell_keys=[path.replace(".json", ".keys.csv") for path in TABLE_VALUES],
        regions=[f"{RESULTS}/figures/{name}.png" for name in ("rois", "flagged")],
        chains=f"{RESULTS}/provenance/chains.json",
    output:
        report=f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/report.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=COMPARED_CONTEXT,
        told=TOLD,
        code=code("report.py"),
        lock=lock("report.py"),
    script:
        "../workflow_scripts/report.py"


rule writing:
    input:
        **FINDINGS,
        chains=f"{RESULTS}/provenance/chains.json",
    output:
        methods=f"{RESULTS}/writing/methods.md",
        references=f"{RESULTS}/writing/references.bib",
        citation=f"{RESULTS}/writing/CITATION.cff",
    log:
        f"{RESULTS}/logs/writing.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=COMPARED_CONTEXT,
        told=TOLD,
        version=__version__,
        citation=texts_digest("CITATION.cff"),
        code=code("writing.py"),
        lock=lock("writing.py"),
    script:
        "../workflow_scripts/writing.py"


rule workflow_report:
    input:
        TABLES,
        FIGURES,
        chains=f"{RESULTS}/provenance/chains.html",
    output:
        report=f"{RESULTS}/workflow.html",
    log:
        f"{RESULTS}/logs/workflow_report.log",
    priority: 1  # It takes longest of the last.
    localrule: True
    conda:
        ENVIRONMENT
    params:
        captions=texts_digest("rules/captions/*"),
        words=content_digest(WORDS),
        programs=REPORTER,
        code=code("workflow_report.py"),
        lock=lock("workflow_report.py", programs=REPORTER),
    script:
        "../workflow_scripts/workflow_report.py"
