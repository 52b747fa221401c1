"""The tables that the paper lacks: certainty, stability, the cohort, checklists and what agreement makes of groups."""


rule certainty:
    input:
        certainty=f"{RESULTS}/certainty.parquet",
        calibration=f"{RESULTS}/calibration.json",
    output:
        **tables_of("certainty", "How sure a grade is"),
    log:
        f"{RESULTS}/logs/certainty.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        code=code("certainty.py"),
        lock=lock("certainty.py"),
    script:
        "../workflow_scripts/certainty.py"


rule stability:
    input:
        stability=f"{RESULTS}/stability.parquet",
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
    output:
        **tables_of("stability", "How stable a grade is"),
    log:
        f"{RESULTS}/logs/stability.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        code=code("stability.py"),
        lock=lock("stability.py"),
    script:
        "../workflow_scripts/stability.py"


rule cohort:
    input:
        discs=f"{RESULTS}/discs.parquet",
        ratings=f"{RESULTS}/ratings.parquet",
        flow=f"{RESULTS}/flow.json",
    output:
        **tables_of("cohort", "Cohort"),
    log:
        f"{RESULTS}/logs/cohort.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        data=data_words(STUDY.name, SOURCE),
        headers=STUDY.bundle.headers,
        compare=STUDY.report.compare_with_paper,
        code=code("cohort.py"),
        lock=lock("cohort.py"),
    script:
        "../workflow_scripts/cohort.py"


rule checklist:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
    output:
        **tables_of("{checklist}"),
    log:
        f"{RESULTS}/logs/{{checklist}}.log",
    wildcard_constraints:
        checklist="claim|tripod|grras",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(),
        ethics=bool(STUDY.provenance.ethics),
        dataset=STUDY.provenance.dataset is not None,
        headers=STUDY.bundle.headers,
        ensembles=any(one["members"] for one in CONTEXT["variants"].values()),
        code=code("checklist.py"),
        lock=lock("checklist.py"),
    script:
        "../workflow_scripts/checklist.py"


rule subgroups:
    input:
        agreement=f"{RESULTS}/agreement.parquet",
    output:
        **tables_of("subgroups", "Agreement by group"),
    log:
        f"{RESULTS}/logs/subgroups.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        code=code("subgroups.py"),
        lock=lock("subgroups.py"),
    script:
        "../workflow_scripts/subgroups.py"


rule limits:
    input:
        agreement=f"{RESULTS}/agreement.parquet",
    output:
        **tables_of("limits", "Limits of agreement"),
    log:
        f"{RESULTS}/logs/limits.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        code=code("limits.py"),
        lock=lock("limits.py"),
    script:
        "../workflow_scripts/limits.py"


rule sample_size:
    input:
        agreement=f"{RESULTS}/agreement.parquet",
    output:
        **tables_of("sample_size", "Sample size of the next study"),
    log:
        f"{RESULTS}/logs/sample_size.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        code=code("sample_size.py"),
        lock=lock("sample_size.py"),
    script:
        "../workflow_scripts/sample_size.py"
