"""The row of an exported file in `records.INSTANCES`, read from what was written."""

import hashlib
import re
from typing import Any

from pydicom.dataset import Dataset

from discgrade.deidentification.values import years
from discgrade.imaging.dicom import geometry

_MAKERS = {
    "siemens": "Siemens", "ge": "GE", "philips": "Philips", "toshiba": "Canon", "canon": "Canon", "hitachi": "Fujifilm",
    "fujifilm": "Fujifilm", "esaote": "Esaote", "uih": "United Imaging", "united": "United Imaging", "fonar": "Fonar",
}  # fmt: skip


def record(dataset: Dataset, content: bytes, pixel_digest: str) -> dict[str, Any]:
    """Return the row of an exported file, without its path.

    Args:
        dataset: The written data set, read back.
        content: The whole written file.
        pixel_digest: SHA-256 of its decoded pixels.
    """
    field_strength = dataset.get("MagneticFieldStrength")
    return {
        "patient": str(dataset.PatientID),
        "study_uid": str(dataset.StudyInstanceUID),
        "series_uid": str(dataset.SeriesInstanceUID),
        "sop_instance_uid": str(dataset.SOPInstanceUID),
        "frames": int(dataset.get("NumberOfFrames") or 1),
        "rows": int(dataset.Rows),
        "columns": int(dataset.Columns),
        **vars(geometry(dataset)),
        "series_description": str(dataset.get("SeriesDescription") or "") or None,
        "maker": maker(str(dataset.get("Manufacturer") or "")),
        "field_strength": float(field_strength) if field_strength else None,
        "sex": str(dataset.get("PatientSex") or "") or None,
        "age": years(str(dataset.get("PatientAge") or "")),
        "pixel_digest": pixel_digest,
        "bytes": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
    }


def maker(manufacturer: str) -> str | None:
    """Return the usual name of a scanner's maker, so that scores by maker do not split on spelling."""
    words = re.split(r"[^a-z]+", manufacturer.casefold())
    return next((name for word, name in _MAKERS.items() if word in words), None)
