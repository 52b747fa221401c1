"""discgrade: from DICOM and readings to the tables and figures of Niemeyer et al. 2021."""

from pathlib import Path

from snakemake.utils import min_version

min_version("9.20")


# Beside this file, whatever folder Snakemake works in.
configfile: Path(workflow.basedir, "config.yaml")


report: "rules/captions/workflow.rst"


include: "rules/common.smk"
include: "rules/functions.smk"
include: "rules/source.smk"
include: "rules/runs.smk"
include: "rules/cohort.smk"
include: "rules/rois.smk"
include: "rules/samples.smk"
include: "rules/training.smk"
include: "rules/reliability.smk"
include: "rules/tables.smk"
include: "rules/further_tables.smk"
include: "rules/figures.smk"
include: "rules/further_figures.smk"
include: "rules/labels.smk"
include: "rules/pseudo.smk"
include: "rules/locator.smk"
include: "rules/localisation.smk"
include: "rules/external.smk"
include: "rules/bundle.smk"
include: "rules/stability.smk"
include: "rules/report.smk"
include: "rules/manuscript.smk"


rule all:
    default_target: True
    input:
        LAYOUT_FILE,
        # Named one by one: what is deleted of these is made again, though the report stands.
        TABLES,
        FIGURES,
        DOCUMENTS,
        WORKBOOKS,
        f"{RESULTS}/report.html",
        f"{RESULTS}/workflow.html",
        f"{RESULTS}/provenance/ro-crate-metadata.json",
        [f"{RESULTS}/writing/{name}" for name in WRITING],
        f"{RESULTS}/bundle.zip",
        f"{RESULTS}/manuscript.zip",
        [f"{PRIVATE}/readings.csv"] if SOURCE == "rating" else [],


rule tables:
    input:
        LAYOUT_FILE,
        TABLES,


rule figures:
    input:
        LAYOUT_FILE,
        FIGURES,
