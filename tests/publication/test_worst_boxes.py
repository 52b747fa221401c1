"""The slices on which a locator was furthest off."""

from itertools import pairwise

import pyarrow.parquet as pq
from found_boxes import gathered
from matplotlib.backends.backend_agg import FigureCanvasAgg

from discgrade.publication.worst_boxes import SHOWN, _page, worst_slices


def test_missed_discs_come_first_then_the_largest_distance(tmp_path):
    files = gathered(tmp_path, 20, {(3, "L4/L5"): 20.0, (7, "L5/S1"): None, (5, "L3/L4"): 5.0})
    slices = worst_slices(pq.read_table(files.boxes).to_pandas())
    assert [slice_["patient"].iloc[0] for slice_ in slices[:3]] == ["P07", "P03", "P05"]
    assert len(slices) == SHOWN
    assert all(len(slice_) == 3 for slice_ in slices)


def test_words_below_a_slice_do_not_run_into_the_next(tmp_path):
    files = gathered(tmp_path, 20, {})
    table = pq.read_table(files.boxes).to_pandas()
    table = table.assign(proposed=False, distance=37.0, rows=384, columns=384, row_spacing=0.7, column_spacing=0.7)
    page = _page(worst_slices(table), None)
    renderer = FigureCanvasAgg(page).get_renderer()
    words = [axes.xaxis.label.get_window_extent(renderer) for axes in page.axes]
    assert all(left.x1 < right.x0 for left, right in pairwise(words[:5]))
