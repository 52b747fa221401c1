"""Files for who writes a paper: tables as documents and workbooks, and an archive of everything."""

DOCUMENTS = [path.removesuffix("json") + "docx" for path in TABLE_VALUES]
WORKBOOKS = [path.removesuffix("json") + "xlsx" for path in TABLE_VALUES]


rule documents:
    input:
        tables=TABLE_VALUES,
        values=[path.removesuffix("json") + "csv" for path in TABLE_VALUES],
    output:
        documents=DOCUMENTS,
        workbooks=WORKBOOKS,
    log:
        f"{RESULTS}/logs/documents.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        study=STUDY.name,
        code=code("documents.py"),
        lock=lock("documents.py"),
    script:
        "../workflow_scripts/documents.py"


rule manuscript:
    input:
        DOCUMENTS,
        WORKBOOKS,
        TABLES,
        FIGURES,
        tables=TABLE_VALUES,
        figures=[path for path in FIGURES if path.endswith(".json")],
        texts=[f"{RESULTS}/writing/{name}" for name in WRITING],
    output:
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
