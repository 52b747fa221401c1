"""A second cohort that a model labels: a teacher within each split, review, and what each kind of labels is worth."""

from discgrade.reliability.plan import arm_plans, teacher_plans

if PSEUDO:
    TEACHERS = {plan.run.split: plan for plan in teacher_plans(STUDY)}
    TABLES += tables_of("pseudo_labels").values()
    TABLE_VALUES += [tables_of("pseudo_labels")["json"]]

    rule pseudo_label:
        input:
            predictions=predictions_of_teacher,
            discs=discs_to_label,
            splits=f"{TRAINING}/splits.parquet",
        output:
            labels=f"{RESULTS}/pseudo/{{split}}.parquet",
        log:
            f"{RESULTS}/logs/pseudo_label/{{split}}.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            teacher=lambda wildcards: plain(TEACHERS[wildcards.split]),
            cohort=PSEUDO.cohort,
            code=code("pseudo_label.py"),
            lock=lock("pseudo_label.py"),
        script:
            "../workflow_scripts/pseudo_label.py"

    rule review_queue:
        input:
            labels=expand(f"{RESULTS}/pseudo/{{split}}.parquet", split=LABEL_SPLITS),
            discs=f"{TRAINING}/discs.parquet",
        output:
            queue=f"{RESULTS}/review_queue.csv",
        log:
            f"{RESULTS}/logs/review_queue.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            deviation=PSEUDO.deviation,
            code=code("review_queue.py"),
            lock=lock("review_queue.py"),
        script:
            "../workflow_scripts/review_queue.py"

    rule take_answers:
        input:
            queue=f"{RESULTS}/review_queue.csv",
            discs=f"{TRAINING}/discs.parquet",
            answers=PSEUDO.answers or [],
        output:
            answers=f"{RESULTS}/answers.parquet",
        log:
            f"{RESULTS}/logs/take_answers.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            where=(
                f"Read them: discgrade rate {EXPORT} --study private/{STUDY.name}-review --raters FILE --review "
                f"{RESULTS}/review_queue.csv, where FILE (name,role) names each reviewer with the role adjudicator; "
                "then `discgrade rate export` with the same --study, name its readings.csv in pseudo_labels.answers, and "
                "run the study again. One that cannot be graded needs a row of its own in that sheet, or leaves the "
                "study's"
            ),
            code=code("take_answers.py"),
            lock=lock("take_answers.py"),
        script:
            "../workflow_scripts/take_answers.py"

    rule merge_labels:
        input:
            pseudo=f"{RESULTS}/pseudo/{{split}}.parquet",
            answers=f"{RESULTS}/answers.parquet" if PSEUDO.review == "queue" else [],
        output:
            labels=f"{RESULTS}/labels/{{split}}.parquet",
        log:
            f"{RESULTS}/logs/merge_labels/{{split}}.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            deviation=PSEUDO.deviation,
            code=code("merge_labels.py"),
            lock=lock("merge_labels.py"),
        script:
            "../workflow_scripts/merge_labels.py"

    rule score_pseudo_labels:
        input:
            predictions=output_of(
                [plan.run for plan in arm_plans(STUDY)], "predictions.parquet"
            ),
            labels=LABELS_OF_SPLITS,
            discs=f"{RESULTS}/discs.parquet",
            splits=f"{RESULTS}/splits.parquet",
        output:
            scores=f"{RESULTS}/pseudo_labels.parquet",
        log:
            f"{RESULTS}/logs/score_pseudo_labels.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(4000),
            runtime=growing(30),
        params:
            runs=plain(arm_plans(STUDY)),
            teachers=plain([plan.run for plan in TEACHERS.values()]),
            cohort=PSEUDO.cohort,
            intervals=plain(STUDY.intervals),
            code=code("score_pseudo_labels.py"),
            lock=lock("score_pseudo_labels.py"),
        script:
            "../workflow_scripts/score_pseudo_labels.py"

    rule pseudo_labels_table:
        input:
            scores=f"{RESULTS}/pseudo_labels.parquet",
        output:
            **tables_of("pseudo_labels", "What pseudo-labels are worth"),
        log:
            f"{RESULTS}/logs/pseudo_labels_table.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            context=COMPARED_CONTEXT,
            settings=plain(PSEUDO),
            code=code("pseudo_labels_table.py"),
            lock=lock("pseudo_labels_table.py"),
        script:
            "../workflow_scripts/pseudo_labels_table.py"
