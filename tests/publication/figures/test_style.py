import os
import re
import subprocess
import sys

import matplotlib as mpl
import pandas as pd
import pytest
from PIL import Image

from discgrade.publication.figures import style
from discgrade.publication.figures.files import FigureFiles, write_drawn


def files_in(folder, name="figure"):
    return FigureFiles(*(folder / f"{name}.{kind}" for kind in ("pdf", "png", "csv", "keys.csv")))


def _draw(folder, name="figure", width=style.COLUMN):
    files = files_in(folder, name)
    with style.drawing(files, width=width, height=50) as figure:
        axes = figure.subplots()
        axes.plot([-1, 0, 1], [0.5, 1, 2])
        axes.set(xlabel="Cohen's κ", ylabel="Discs")
    return files.pdf, files.png


def test_same_figure_has_same_bytes(tmp_path):
    first, second = _draw(tmp_path, "first"), _draw(tmp_path, "second")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_files_carry_no_date_and_no_programs_name(tmp_path):
    pdf, png = _draw(tmp_path)
    assert not re.search(rb"CreationDate|ModDate|Creator|Producer|Matplotlib", pdf.read_bytes())
    with Image.open(png) as image:
        assert set(image.info) <= {"dpi"}


@pytest.mark.parametrize("width", [style.COLUMN, style.FULL])
def test_printed_size(tmp_path, width):
    pdf, png = _draw(tmp_path, width=width)
    points = re.search(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)", pdf.read_bytes())
    assert [float(side) / 72 * 25.4 for side in points.groups()] == pytest.approx([width, 50], abs=0.01)
    with Image.open(png) as image:
        assert image.width == pytest.approx(width / 25.4 * 300, abs=1)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_letters_stay_letters(tmp_path):
    content = _draw(tmp_path)[0].read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


def test_users_own_matplotlib_settings_do_not_matter(tmp_path):
    first = _draw(tmp_path, "first")
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 20, "savefig.dpi": 50}):
        second = _draw(tmp_path, "second")
        assert mpl.rcParams["lines.linewidth"] == 9
    assert first[1].read_bytes() == second[1].read_bytes()


def test_real_minus_sign():
    assert style.number(-0.126) == "\N{MINUS SIGN}0.13"
    assert style.number(0.126) == "0.13"
    assert style.number(-0.001) == "0.00"


def test_failed_figure_leaves_nothing_behind(tmp_path):
    with (
        pytest.raises(RuntimeError, match="halfway"),
        style.drawing(files_in(tmp_path), width=86, height=50),
    ):
        raise RuntimeError("halfway")
    assert not list(tmp_path.iterdir())


def test_table_in_full_precision_with_empty_cells(tmp_path):
    files = files_in(tmp_path)
    write_drawn(pd.DataFrame({"a": [1 / 3, None]}), [], files)
    assert files.csv.read_bytes() == b'a\n0.3333333333333333\n""\n'


def test_figures_import_neither_tensorflow_nor_pyplot():
    modules = "agreement, confusion, curves, forest, grades, trends"
    code = f"import sys; from discgrade.publication.figures import {modules}; print(*sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    loaded = done.stdout.split()
    assert "matplotlib" in loaded
    assert not {"tensorflow", "keras", "arviz", "matplotlib.pyplot"}.intersection(loaded)
