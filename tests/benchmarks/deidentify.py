"""Speed and leaks of de-identification, beside a plain read and write and two other tools, in one process.

pip install -e .[benchmark]  # dicom-anonymizer and dicognito; what is not installed is left out
python tests/benchmarks/deidentify.py [FOLDER OF MR IMAGES]

Speed: single-frame MR images in memory (by default 320 x 320 px, Explicit VR Little Endian), best of five rounds.
Plain: pydicom reads, decodes every element and writes. Leaks: identifiers of the canary corpus of the tests that are
found in what a tool leaves of it.
"""

import io
import logging
import sys
import time
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import pydicom
from canaries import PLACES, SYNTAXES, Canaries, table_file
from mr_files import mr_image, settings, written
from pydicom.dataset import Dataset

from discgrade.deidentification.files import cleaning

ROUNDS = 5
Tool = Callable[[bytes], bytes]


def images() -> list[bytes]:
    """Return the images whose de-identification is timed."""
    if len(sys.argv) > 1:
        paths = sorted(path for path in Path(sys.argv[1]).rglob("*") if path.is_file())
        return [path.read_bytes() for path in paths[:100]]
    return [written(mr_image(Rows=320, Columns=320, SOPInstanceUID=f"1.2.3.{number}")) for number in range(50)]


def on_dataset(change: Callable[[Dataset], object]) -> Tool:
    """Return a tool that reads, changes and writes a data set."""

    def run(content: bytes) -> bytes:
        dataset = pydicom.dcmread(io.BytesIO(content))
        change(dataset)
        sink = io.BytesIO()
        pydicom.dcmwrite(sink, dataset)
        return sink.getvalue()

    return run


def decode(dataset: Dataset) -> None:
    """Decode every element."""
    for element in dataset.iterall():
        element.value  # noqa: B018


def tools() -> dict[str, Tool]:
    """Return the tools that are installed."""
    ours = settings()
    found = {
        "plain read, decode, write": on_dataset(decode),
        "discgrade": lambda content: cleaning.deidentify_file(content, ours, {}).content,
    }
    try:
        from dicomanonymizer import anonymize_dataset

        found["dicom-anonymizer"] = on_dataset(anonymize_dataset)
    except ImportError:
        print("dicom-anonymizer is not installed")
    try:
        from dicognito.anonymizer import Anonymizer

        found["dicognito"] = on_dataset(Anonymizer().anonymize)
    except ImportError:
        print("dicognito is not installed")
    return found


def seconds(tool: Tool, contents: list[bytes]) -> float:
    """Return the least time of processor that a tool takes for all files, in s."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for content in contents:
            tool(content)
        best = min(best, time.process_time() - start)
    return best


def inflated(content: bytes) -> bytes:
    """Return the data set of a deflated file as plain bytes; nothing for any other file."""
    meta = pydicom.dcmread(io.BytesIO(content), specific_tags=[]).file_meta
    if meta.TransferSyntaxUID != pydicom.uid.DeflatedExplicitVRLittleEndian:
        return b""
    return zlib.decompress(content[144 + int.from_bytes(content[140:144], "little") :], -zlib.MAX_WBITS)


def leaks(tool: Tool) -> tuple[int, int]:
    """Return how many identifiers of the corpus a tool leaves, and how many there are."""
    left = planted = 0
    for syntax in SYNTAXES.values():
        for place in PLACES:
            canaries = Canaries()
            content = table_file(place, syntax, canaries)
            planted += len(canaries.planted)
            try:
                result = tool(content)
            except Exception:
                continue  # nothing is written, nothing leaks
            left += len(canaries.found(result + inflated(result)))
    return left, planted


def main() -> None:
    """Print one line a tool."""
    warnings.simplefilter("ignore")
    logging.disable()
    contents = images()
    plain = None
    print(f"{'tool':28} {'files/s':>8} {'times plain':>12} {'leaks':>16}")
    for name, tool in tools().items():
        took = seconds(tool, contents)
        plain = plain or took
        left, planted = leaks(tool)
        print(f"{name:28} {len(contents) / took:8.0f} {took / plain:12.2f} {left:8} of {planted}")


if __name__ == "__main__":
    main()
