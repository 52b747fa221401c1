"""Slices as a locator knows them."""

from discgrade.learning.localisation.slices import SliceKey


def slice_key(number=0, **changes):
    given = {
        "patient": f"P{number:02d}",
        "sop_instance_uid": f"1.2.{number}",
        "frame": 1,
        "rows": 200,
        "columns": 160,
        "row_spacing": 1.0,
        "column_spacing": 1.0,
        "orientation": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
    }
    return SliceKey(**given | changes)
