"""Writing a bundle: a folder, and one zip file of the same bytes for the same content."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from discgrade.grading.bundle.card import model_card
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.bundle.files import FACTS
from discgrade.grading.bundle.opening import CARD, check_schema
from discgrade.records import replacing
from discgrade.records.archives import member
from discgrade.settings.plain import plain


def write_bundle(facts: BundleFacts, members: Mapping[str, bytes], folder: Path) -> None:
    """Write a bundle's folder: bundle.json, model_card.md and the members; what else lay there is gone.

    Args:
        facts: What the bundle says.
        members: Bytes of each member, and of the locator if there is one, by file, as `facts` name them.
        folder: Folder to write.

    Raises:
        BundleError: if the facts break the schema.
    """
    content = plain(facts)
    if facts.locator is None:
        del content["locator"]
    check_schema(content, folder)
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    files = {CARD: model_card(facts).encode()} | dict(members) | {FACTS: text.encode()}
    for name, written in files.items():
        with replacing(folder / name) as partial:
            partial.write_bytes(written)
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()


def zip_bundle(folder: Path, destination: Path) -> None:
    """Write a bundle's folder as one zip file, without dates, rights and compression, in the order of names."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with replacing(destination) as partial, zipfile.ZipFile(partial, "w") as archive:
        for name in names:
            archive.writestr(member(name), (folder / name).read_bytes())
