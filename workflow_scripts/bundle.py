"""Put together what is carried away: networks, facts and card."""

from typing import TYPE_CHECKING

from discgrade.grading.bundle.gathering import Tables, make_bundle
from discgrade.grading.bundle.plan import Plan
from discgrade.learning.grading.augmentation import scored_views
from discgrade.provenance.chain import read_chain
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    plan = job.param("plan", Plan)
    chain = read_chain(job.results)
    locator = job.inputs("locator")
    behind = chain.behind(job.study_inputs)
    make_bundle(
        tables=Tables(
            discs=job.input("discs"),
            splits=job.input("splits"),
            ratings=job.input("ratings"),
            rois=job.inputs("rois"),
            scores=job.input("scores"),
            intervals=job.input("intervals"),
            calibration=job.input("calibration"),
            novelty=job.input("novelty"),
            locator=(locator[0], locator[1]) if locator else None,
        ),
        networks=job.inputs("networks"),
        plan=plan,
        views=scored_views(plan.protocol.score, plan.augmentation)[: plan.settings.views],
        provenance=chain.head(behind),
        created=max(chain.records[name]["ended"] for name in behind)[:10],
        folder=job.output("facts").parent,
        archive=job.output("archive"),
    )
