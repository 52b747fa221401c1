"""The paper's tables, and two more: each a rule of its own, so that one can be made alone."""

TABLES = [
    path
    for name in ("table1", "table2", "table3", "table4", "statements", "cohort")
    for path in tables_of(name).values()
]


rule table1:
    input:
        network=f"{RESULTS}/runs/{study.default_run(config).path}/network.parquet",
    output:
        **tables_of("table1"),
    log:
        f"{RESULTS}/logs/table1.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        code=code("table1.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/table1.py"
