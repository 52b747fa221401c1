"""Files for who writes a paper: tables as documents and workbooks, and an archive of everything."""


rule manuscript:
    input:
        TABLES,
        FIGURES,
        tables=TABLE_VALUES,
        figures=[path for path in FIGURES if path.endswith(".json")],
        texts=[f"{RESULTS}/writing/{name}" for name in WRITING],
    output:
        documents=[path.removesuffix("json") + "docx" for path in TABLE_VALUES],
        workbooks=[path.removesuffix("json") + "xlsx" for path in TABLE_VALUES],
        archive=f"{RESULTS}/manuscript.zip",
    log:
        f"{RESULTS}/logs/manuscript.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study=STUDY.name,
        code=code("manuscript.py"),
        lock=lock("manuscript.py"),
    script:
        "../workflow_scripts/manuscript.py"
