"""The slices on which a locator was furthest off."""

import pyarrow.parquet as pq
from found_boxes import gathered

from discgrade.publication.worst_boxes import SHOWN, worst_slices


def test_missed_discs_come_first_then_the_largest_distance(tmp_path):
    files = gathered(tmp_path, 20, {(3, "L4/L5"): 20.0, (7, "L5/S1"): None, (5, "L3/L4"): 5.0})
    slices = worst_slices(pq.read_table(files.boxes).to_pandas())
    assert [slice_["patient"].iloc[0] for slice_ in slices[:3]] == ["P07", "P03", "P05"]
    assert len(slices) == SHOWN
    assert all(len(slice_) == 3 for slice_ in slices)
