"""Names of all tables, and the paper's; each a rule of its own, so that one can be made alone."""

from discgrade.publication.context import compared_context_of, context_of
from discgrade.publication.wording import data_words, variant_name
from discgrade.settings.members import bundle_variant

CONTEXT = plain(context_of(STUDY))
COMPARED_CONTEXT = plain(compared_context_of(STUDY))
LABELS = {name: variant.label for name, variant in STUDY.variants.items()}
DEFAULT_RUN = grid.default_run(STUDY)
BUNDLED = bundle_variant(STUDY).name

TABLE_NAMES = [
    "table1",
    "table2",
    "table3",
    "table4",
    "statements",
    "subgroups",
    "limits",
    "certainty",
    "stability",
    "sample_size",
    "cohort",
    "claim",
    "tripod",
    "grras",
]
TABLES = [path for name in TABLE_NAMES for path in tables_of(name).values()]
TABLE_VALUES = [tables_of(name)["json"] for name in TABLE_NAMES]


rule table1:
    input:
        network=f"{RESULTS}/runs/{DEFAULT_RUN.path}/network.parquet",
    output:
        **tables_of("table1", "Architecture of the network"),
    log:
        f"{RESULTS}/logs/table1.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        run=plain(DEFAULT_RUN),
        label=lambda _: variant_name(DEFAULT_RUN.variant, LABELS),
        compare=STUDY.report.compare_with_paper,
        code=code("table1.py"),
        lock=lock("table1.py"),
    script:
        "../workflow_scripts/table1.py"


rule table2:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        comparisons=f"{RESULTS}/comparisons.parquet",
    output:
        **tables_of("table2", "Global scores of raters and models"),
    log:
        f"{RESULTS}/logs/table2.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=COMPARED_CONTEXT,
        code=code("table2.py"),
        lock=lock("table2.py"),
    script:
        "../workflow_scripts/table2.py"


rule table3:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
    output:
        **tables_of("table3", "Scores of each grade"),
    log:
        f"{RESULTS}/logs/table3.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=COMPARED_CONTEXT,
        code=code("table3.py"),
        lock=lock("table3.py"),
    script:
        "../workflow_scripts/table3.py"


rule table4:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
    output:
        **tables_of("table4", "Hold-out test set and cross-validation"),
    log:
        f"{RESULTS}/logs/table4.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=COMPARED_CONTEXT,
        code=code("table4.py"),
        lock=lock("table4.py"),
    script:
        "../workflow_scripts/table4.py"


rule statements:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        comparisons=f"{RESULTS}/comparisons.parquet",
        graded=f"{RESULTS}/graded.parquet",
        pseudo=f"{RESULTS}/pseudo_labels.parquet" if PSEUDO else [],
    output:
        **tables_of("statements", "Statements of the Results"),
    log:
        f"{RESULTS}/logs/statements.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=COMPARED_CONTEXT,
        code=code("statements.py"),
        lock=lock("statements.py"),
    script:
        "../workflow_scripts/statements.py"
