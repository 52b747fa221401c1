"""Names that the stage files share. Nothing heavy is imported here: every job pays for it again."""

import gc
import os
import re
import sys
from pathlib import Path

# A plan makes many objects and drops few: looking less often for dropped ones makes it a sixth quicker.
gc.freeze()
gc.set_threshold(100_000, 20, 20)

# This checkout's package for this process and for its jobs, whatever other discgrade the environment holds.
SCRIPTS = Path(workflow.basedir, "workflow_scripts")
ENVS = Path(workflow.basedir, "envs")
PACKAGE = str(Path(workflow.basedir, "src"))
sys.path.insert(0, PACKAGE)
os.environ.update(PYTHONPATH=PACKAGE)

from discgrade import __version__
from discgrade.deidentification.apart import with_apart
from discgrade.environment import keep_shards, kept_shards, settle_jobs
from discgrade.forkserver.starting import start
from discgrade.places import check_writable
from discgrade.provenance.chain import LAYOUT
from discgrade.publication.context import data_of
from discgrade.settings import grid
from discgrade.settings.loading import ConfigurationError, check_config
from discgrade.settings.model import Ratings
from discgrade.settings.plain import plain
from discgrade.settings.pseudo_labels import label_splits, teacher_run
from discgrade.settings.run import HOLDOUT, Run
from discgrade.settings.study import read_study
from discgrade.terminal import explain_kills, show_progress
from snakemake.exceptions import WorkflowError

try:
    config = check_config(
        config, tell=(lambda _: None) if workflow.subprocess_exec else logger.warning
    )
except ConfigurationError as error:
    raise WorkflowError(str(error)) from None


def refuse(error):
    """End a plan with what is to be done: Snakemake would add places in the code to what a function of it raises."""
    logger.error(f"WorkflowError:\n{error}")
    raise SystemExit(1)


def reference_rater():
    """Number of the rater whose readings are the reference: a name would be in records, logs and Snakemake's memory."""
    from discgrade.deidentification.sheets import rater_number
    from discgrade.private import RefusedError

    cohort, private = config["cohort"], Path("private", config["study"])
    made = private / "source" / "ratings.csv"
    sheet = {"phantom": made, "rating": made, "folder": cohort["ratings"]}
    try:
        return rater_number(
            cohort["reference"]["rater"], sheet.get(cohort["source"]), private
        )
    except RefusedError as error:
        refuse(error)


if not re.fullmatch(r"R[1-9]\d*", config["cohort"]["reference"]["rater"]):
    config["cohort"]["reference"]["rater"] = reference_rater()

STUDY = read_study(config)
DATA = plain(data_of(STUDY))
RESULTS = f"results/{STUDY.name}"
PRIVATE = f"private/{STUDY.name}"
# What trainings stand on.
TRAINING = f"{RESULTS}/training"
RUN = f"{RESULTS}/runs/{{variant}}/{{resolution}}px/share-{{share}}/{{split}}/seed-{{seed}}"
ENVIRONMENT = "../envs/workflow.yaml"
SOURCE = STUDY.cohort.source
EXPORT = f"{STUDY.cohort.export}/export" if SOURCE == "export" else f"{RESULTS}/export"
SHARDS = grid.shards(STUDY)
# These, and as many for patients of the cohort `external`; `shards_apart` tells which of them there are.
POSSIBLE_SHARDS = with_apart(SHARDS) if grid.may_set_apart(STUDY) else SHARDS
PSEUDO = STUDY.pseudo_labels
LABEL_SPLITS = label_splits(STUDY) if PSEUDO else []
LABELS_OF_SPLITS = [f"{RESULTS}/labels/{split}.parquet" for split in LABEL_SPLITS]
LEARNED_LABELS = LABELS_OF_SPLITS if PSEUDO and PSEUDO.learn else []
PROPOSING = SOURCE == "folder" and STUDY.ratings.propose is not None
# Whether a rule makes the sheet, so that no plan can read it.
SHEET_IS_MADE = SOURCE == "phantom" or PROPOSING
# A completed sheet has the names of this project, whatever the one that it was made of calls things.
RATINGS = plain(
    Ratings(STUDY.ratings.identifiers, STUDY.ratings.exclude_faulty)
    if PROPOSING
    else STUDY.ratings
)

LAYOUT_FILE = f"{RESULTS}/provenance/layout-{LAYOUT}"

# A job plans again what made it: what was told and refused then is not told again.
IN_JOB = workflow.subprocess_exec or workflow.remote_exec

if not Path(LAYOUT_FILE).exists() and any(Path(RESULTS, "provenance").glob("*/*.json")):
    if not IN_JOB:
        logger.warning(
            f"{RESULTS} was made by an earlier version, in another layout of the results: everything is made anew. "
            f"Afterwards `discgrade verify {RESULTS}` names what is left over."
        )


explain_kills(logger)

settled = settle_jobs(os.environ)
if settled and not IN_JOB:
    logger.warning(
        f"Not taken from the environment, since it would change numbers: {'; '.join(settled)}."
    )


onstart:
    show_progress(logger, Path(RESULTS, "logs"))
    try:
        check_writable(
            Path(RESULTS), *([] if SOURCE == "export" else [Path(PRIVATE)])
        )
    except ValueError as error:
        raise WorkflowError(str(error)) from None
    fork_short_jobs()


def fork_short_jobs():
    """Let scripts of local rules start as forks of a process that has imported what they share, if there are many."""
    bash = Path(shell.get_executable() or "").name == "bash"
    if workflow.deployment_settings.deployment_method or not bash:
        return
    rules = [job.rule for job in workflow.dag.needrun_jobs()]
    names = [rule.script for rule in rules if rule.name in workflow._localrules]
    if prefix := start([Path(name).name for name in names if name]):
        shell.prefix(prefix.replace("{", "{{").replace("}", "}}"))


wildcard_constraints:
    shard=r"(external-)?\d+",
    variant="|".join(map(re.escape, STUDY.variants)),
    resolution=r"\d+",
    share=r"\d+",
    split=r"holdout|fold-\d+",
    seed=r"\d+",
