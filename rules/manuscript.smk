"""Files for who writes a paper: tables as documents and workbooks, and an archive of everything."""


rule manuscript:
    input:
        TABLES,
        FIGURES,
        tables=TABLE_VALUES,
        figures=[figure_of(name)["words"] for name in FIGURE_NAMES],
        texts=[f"{RESULTS}/writing/{name}" for name in WRITING],
    output:
        documents=[f"{RESULTS}/tables/{name}.docx" for name in TABLE_NAMES],
        workbooks=[f"{RESULTS}/tables/{name}.xlsx" for name in TABLE_NAMES],
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
