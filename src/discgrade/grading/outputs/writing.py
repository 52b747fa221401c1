"""All files of a graded study but the tables, and the page that leads to them.

highdicom and reportlab are imported where a DICOM object or a PDF is wanted: they take a third of a second.
"""

import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from discgrade import private
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedStudy, Sources
from discgrade.grading.outputs.pages.index import index_page
from discgrade.grading.outputs.pages.page import study_page
from discgrade.grading.outputs.pages.places import FOLDERS, folder_of, write
from discgrade.grading.outputs.pages.views import Earlier, Saliency, views

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
        What the pages of the patient's later studies show of this one; its study says what could not be written.
    """
    place = folder / folder_of(study)
    private.make_folder(place.parent)
    study = _with_dicom(study, sources, facts, place, wanted)
    made = views(study, sources, saliency or {})
    if "page" in wanted:
        write(place / "page.html", study_page(study, made, facts, earlier).encode())
    if "pdf" in wanted:
        from discgrade.grading.outputs.pages.pdf import study_pdf  # noqa: PLC0415

        write(place / "page.pdf", study_pdf(study, made, facts, earlier))
    return Earlier(study, made.discs)


def _with_dicom(
    study: GradedStudy, sources: Sources, facts: BundleFacts, place: Path, wanted: Collection[str]
) -> GradedStudy:
    """Write the DICOM objects that are wanted; the study that comes back says where its headers allow none."""

    def write_report() -> None:
        from discgrade.grading.outputs.dicom.structured_report import report  # noqa: PLC0415

        write(place / "report.dcm", report(study, sources, facts))

    def write_overlays() -> None:
        from discgrade.grading.outputs.dicom.overlay import overlays  # noqa: PLC0415

        for number, one in enumerate(overlays(study, sources), 1):
            write(place / f"overlay-{number}.dcm", one)

    makers = {"report": ("structured report", write_report), "overlay": ("overlay", write_overlays)}
    failed = [name for kind, (name, make) in makers.items() if kind in wanted and not _done(make)]
    told = tuple(f"no DICOM {name}: the headers of the images do not allow one" for name in failed)
    return replace(study, left_out=study.left_out + told)


def _done(make: Callable[[], None]) -> bool:
    """Do something, and return whether it was possible with what a header holds; a file that cannot be written is told.

    What is wrong with a header may be anything; what a library says of it may quote it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            make()
    except (AttributeError, LookupError, TypeError, ValueError):
        return False
    return True


def write_index(studies: Iterable[GradedStudy], facts: BundleFacts, folder: Path) -> None:
    """Write index.html, which leads to the files of all studies that lie in the folder."""
    found = (folder / FOLDERS).glob("*")
    files = {f"{FOLDERS}/{one.name}": frozenset(path.name for path in one.iterdir()) for one in found}
    write(folder / "index.html", index_page(studies, facts, files).encode())
