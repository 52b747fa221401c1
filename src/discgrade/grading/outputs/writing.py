"""All files of a graded study but the tables, and the page that leads to them.

highdicom and reportlab are imported where a DICOM object or a PDF is wanted: they take a third of a second.
"""

from collections.abc import Collection, Iterable, Sequence
from io import BytesIO
from pathlib import Path

from pydicom.dataset import Dataset

from discgrade import private
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedStudy, Sources
from discgrade.grading.outputs.index import index_page
from discgrade.grading.outputs.page import study_page
from discgrade.grading.outputs.places import folder_of, write
from discgrade.grading.outputs.views import Earlier, Saliency, views

KINDS = ("page", "pdf", "report", "overlay")
"""What can be written of a study: page.html, page.pdf, report.dcm (structured report), overlay-1.dcm ..."""


def write_study(
    study: GradedStudy,
    sources: Sources,
    facts: BundleFacts,
    folder: Path,
    *,
    saliency: Saliency | None = None,
    earlier: Sequence[Earlier] = (),
    wanted: Collection[str] = KINDS,
) -> Earlier:
    """Write what is wanted of one study into its folder below that of the run.

    Args:
        study: At least one graded disc.
        sources: The slices on which its discs lie.
        facts: Of the bundle that graded it.
        folder: Folder of the run.
        saliency: How far grades hang on parts of their regions.
        earlier: What this function returned for the same patient's earlier studies.
        wanted: Some of `KINDS`.

    Returns:
        What the pages of the patient's later studies show of this one.
    """
    place, made = folder / folder_of(study), views(study, sources, saliency or {})
    private.make_folder(place.parent)
    if "page" in wanted:
        write(place / "page.html", study_page(study, made, facts, earlier).encode())
    if "pdf" in wanted:
        from discgrade.grading.outputs.pdf import study_pdf  # noqa: PLC0415

        write(place / "page.pdf", study_pdf(study, made, facts, earlier))
    if "report" in wanted:
        from discgrade.grading.outputs.structured_report import report  # noqa: PLC0415

        write(place / "report.dcm", _stored(report(study, sources, facts)))
    if "overlay" in wanted:
        from discgrade.grading.outputs.overlay import overlays  # noqa: PLC0415

        for number, one in enumerate(overlays(study, sources), 1):
            write(place / f"overlay-{number}.dcm", _stored(one))
    return Earlier(study, made.discs)


def _stored(made: Dataset) -> bytes:
    buffer = BytesIO()
    made.save_as(buffer)
    return buffer.getvalue()


def write_index(studies: Iterable[GradedStudy], facts: BundleFacts, folder: Path) -> None:
    """Write index.html, which leads to the pages of all studies."""
    write(folder / "index.html", index_page(studies, facts).encode())
