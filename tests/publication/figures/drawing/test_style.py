import os
import re
import subprocess
import sys
from dataclasses import replace

import matplotlib as mpl
import pandas as pd
import pytest
from drawn_study import files_in
from PIL import Image

from discgrade.publication.figures.drawing import style
from discgrade.publication.figures.drawing.files import write_drawn
from discgrade.publication.figures.drawing.words import FigureWords, read_words

WORDS = FigureWords("figure", "Figure 9", "A line", "A line of three points, n = 3.", "A line that rises.")


def _paint(figure, width):
    axes = figure.subplots()
    axes.plot([-1, 0, 1], [0.5, 1, 2])
    axes.set(xlabel="Cohen's κ", ylabel="Discs")


def _draw(folder, name="figure", words=WORDS, paint=_paint, simulated=False):
    files = files_in(folder, name)
    style.draw(files, words, paint, height=lambda width: 50, simulated=simulated)
    return files


def _pictures(files):
    return [path for path in vars(files).values() if path.suffix in (".pdf", ".png", ".svg")]


def test_same_figure_has_same_bytes(tmp_path):
    first, second = _draw(tmp_path, "first"), _draw(tmp_path, "second")
    assert [path.read_bytes() for path in _pictures(first)] == [path.read_bytes() for path in _pictures(second)]
    assert len(_pictures(first)) == 6


def test_files_carry_no_date_and_no_programs_name(tmp_path):
    files = _draw(tmp_path)
    assert not re.search(rb"CreationDate|ModDate|Creator|Producer|Matplotlib", files.pdf.read_bytes())
    assert not re.search(rb"dc:date|dc:creator|20\d\d-\d\d-\d\d", files.svg.read_bytes())
    with Image.open(files.png) as image:
        assert set(image.info) <= {"dpi"}


@pytest.mark.parametrize("width", [85, 175])
def test_printed_size(tmp_path, width):
    files = _draw(tmp_path)
    pdf, png = (files.pdf, files.png) if width == 175 else (files.column_pdf, files.column_png)
    points = re.search(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)", pdf.read_bytes())
    assert [float(side) / 72 * 25.4 for side in points.groups()] == pytest.approx([width, 50], abs=0.01)
    with Image.open(png) as image:
        assert image.width == pytest.approx(width / 25.4 * 300, abs=1)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_letters_stay_letters(tmp_path):
    content = _draw(tmp_path).pdf.read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


def test_users_own_matplotlib_settings_do_not_matter(tmp_path):
    first = _draw(tmp_path, "first")
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 20, "savefig.dpi": 50}):
        second = _draw(tmp_path, "second")
        assert mpl.rcParams["lines.linewidth"] == 9
    assert first.png.read_bytes() == second.png.read_bytes()


def test_real_minus_sign():
    assert style.number(-0.126) == "\N{MINUS SIGN}0.13"
    assert style.number(0.126) == "0.13"
    assert style.number(-0.001) == "0.00"


def test_failed_figure_leaves_nothing_behind(tmp_path):
    def fail(figure, width):
        raise RuntimeError("halfway")

    with pytest.raises(RuntimeError, match="halfway"):
        _draw(tmp_path, paint=fail)
    assert not list(tmp_path.iterdir())


def test_words_are_read_as_they_were_written(tmp_path):
    assert read_words(_draw(tmp_path).words) == WORDS


def test_what_is_absent_is_a_slip_with_its_reason(tmp_path, saved, words):
    _draw(tmp_path, words=replace(WORDS, absent="No discs: there is nothing to count."))
    assert [[text for text, _ in words(figure)] for figure in saved] == [["No discs: there is nothing to count."]] * 2


def test_simulated_data_are_marked_in_the_picture(tmp_path, saved, words, check_legible):
    _draw(tmp_path, simulated=True)
    assert all(style.SIMULATED in [text for text, _ in words(figure)] for figure in saved)
    check_legible(*saved)
    _draw(tmp_path, simulated=False)
    assert not any(style.SIMULATED in [text for text, _ in words(figure)] for figure in saved[2:])


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
