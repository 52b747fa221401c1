"""One table in four renderings."""

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from discgrade.publication.keys import Traced
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.html import to_html
from discgrade.publication.render.latex import latex_text, to_latex
from discgrade.publication.render.markdown import to_markdown
from discgrade.publication.render.stored import read_table, to_json
from discgrade.publication.render.table import DASH, Cell, Row, Section, Table, footnotes, missing
from discgrade.records.cell_keys import CellKey, read_cell_keys
from discgrade.settings.plain import plain

TABLE = Table(
    name="table9",
    title="Agreement of A & B_1 <100 %>.",
    caption="n = 3; κ ± 0.1 | 13 × 5.",
    stub="Rater",
    headings=[Cell("Cohen's κ", notes=("Linear weights.",)), Cell("MAE")],
    sections=[
        Section(
            Cell("Humans"),
            [
                Row(Cell("R1"), [Cell("0.867", "0.850, 0.880", bold=True), Cell("0.141")]),
                Row(
                    Cell("Paper", notes=("Averaged.",)), [Cell("0.880", notes=("Linear weights.",)), Cell()], quiet=True
                ),
            ],
        ),
        Section(Cell(), [Row(Cell("Model_2"), [missing("Not trained."), Cell("−0.1")])]),
    ],
    number="Table 9",
    spans=[("This study", 1), ("Paper", 1)],
)


def test_footnotes_are_marked_in_reading_order_and_shared():
    assert footnotes(TABLE) == {"Linear weights.": "a", "Averaged.": "b", "Not trained.": "c"}


def test_more_than_26_footnotes_go_on_with_two_letters():
    cells = [Cell("x", notes=(f"note {number}",)) for number in range(54)]
    table = Table("t", "T.", "", "", cells, [])
    assert list(footnotes(table).values())[25:28] == ["z", "aa", "ab"]
    assert list(footnotes(table).values())[52:] == ["ba", "bb"]


def test_a_missing_value_is_a_dash_with_its_reason():
    assert missing("Why.") == Cell(DASH, notes=("Why.",))


def test_markdown_has_as_many_cells_in_every_row():
    lines = [line for line in to_markdown(TABLE).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {4}
    assert "| R1 | **0.867** (0.850, 0.880) | 0.141 |" in lines
    assert "| Model\\_2 | –<sup>c</sup> | −0.1 |" in lines
    assert lines[0] == "| Rater | This study: Cohen's κ<sup>a</sup> | Paper: MAE |"
    assert to_markdown(TABLE).splitlines()[-1] == "<sup>c</sup> Not trained."


def test_latex_rows_have_as_many_cells_and_nothing_unescaped():
    text = to_latex(TABLE)
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    rows = [line for line in body.splitlines() if line.endswith(r"\\") and "multicolumn" not in line]
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {2}
    assert r"\caption{Agreement of A \& B\_1 $<$100 \%$>$. n = 3; $\kappa$ $\pm$ 0.1 | 13 $\times$ 5.}" in text
    assert r"\multicolumn{1}{c}{This study} & \multicolumn{1}{c}{Paper} \\" in body
    assert r"\cmidrule(lr){2-2}\cmidrule(lr){3-3}" in body
    assert r"R1 & \textbf{0.867} & 0.141 \\" in body
    assert r"\textit{Paper\textsuperscript{b}} & \textit{0.880\textsuperscript{a}} &  \\" in body
    assert text.count("{") == text.count("}")
    assert text.isascii()


@pytest.mark.parametrize(
    ("plain", "escaped"),
    [
        ("50 % of A_B & #3 {x}", r"50 \% of A\_B \& \#3 \{x\}"),
        ("a\\b~c^d", r"a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d"),
        ("−0.1 – 3 ≤ κ", r"$-$0.1 -- 3 $\leq$ $\kappa$"),
    ],
)
def test_latex_escapes(plain, escaped):
    assert latex_text(plain) == escaped


class Balance(HTMLParser):
    """Checks that tags are closed in order, and counts the cells of each row."""

    VOID = ("meta",)

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[int] = []

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += int(dict(attributes).get("colspan", 1))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_whole_and_needs_nothing_else():
    text, parser = to_html(TABLE), Balance()
    parser.feed(text)
    assert parser.open == []
    assert set(parser.rows) == {3}
    assert "Agreement of A &amp; B_1 &lt;100 %&gt;." in text
    assert "<b>0.867</b>" in text
    assert 'class="interval">0.850, 0.880<' in text
    assert not re.search(r"(src|href)=", text)


def test_all_are_written_the_csv_in_full_precision_with_its_keys(tmp_path):
    key = CellKey("scores", "value", metric="kappa_linear")
    rows = [
        {"row": "R1", "kappa_linear": Traced(0.1 + 0.2, (key,)), "n": 840},
        {"row": "Model", "kappa_linear": None, "n": None},
    ]
    files = TableFiles(
        *(tmp_path / "tables" / f"table9.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json"))
    )
    write_table(TABLE, rows, files)
    assert files.csv.read_text() == "row,kappa_linear,n\nR1,0.30000000000000004,840\nModel,,\n"
    assert all(path.read_text(encoding="utf-8") for path in vars(files).values())
    assert set((tmp_path / "tables").iterdir()) == set(vars(files).values())
    assert read_cell_keys(files.cell_keys) == [(1, "kappa_linear", key)]


def test_a_stored_table_comes_back_whole(tmp_path):
    traced = replace(TABLE.sections[0].rows[0].cells[0], keys=(CellKey("scores", "n", resolution=32, grade=2.0),))
    row = replace(TABLE.sections[0].rows[0], cells=(traced, *TABLE.sections[0].rows[0].cells[1:]))
    table = replace(TABLE, sections=[replace(TABLE.sections[0], rows=[row])], absent=("R2: There is one rater only.",))
    (tmp_path / "table9.json").write_text(to_json(table))
    kept = read_table(tmp_path / "table9.json")
    assert plain(kept) == plain(table)
    assert kept.sections[0].rows[0].cells[0] == traced


def test_a_table_without_rows_is_a_line_with_its_reason():
    empty = replace(TABLE, sections=[], absent=("Sets of grades: No folds.",))
    for text in (to_html(empty), to_latex(empty), to_markdown(empty)):
        assert "Sets of grades: No folds." in text
        assert "<table" not in text and r"\begin{tabular}" not in text and "\n|" not in text


@pytest.mark.ci
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex and booktabs")
def test_latex_compiles(tmp_path):
    (tmp_path / "table.tex").write_text(to_latex(TABLE))
    document = r"\documentclass{article}\usepackage{booktabs,graphicx}\begin{document}\input{table.tex}\end{document}"
    (tmp_path / "all.tex").write_text(document)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0


def test_no_name_becomes_markdown_or_html():
    name = "A <b>fat</b> `name` | *and* _more_"
    table = replace(
        TABLE,
        caption=f"Variant {name}.",
        sections=[Section(Cell(name), [Row(Cell(name, notes=(name,)), [Cell("1"), Cell("2")])])],
        absent=(name,),
    )
    text = to_markdown(table)
    assert text.count("\\<b>") == text.count("<b>") == 5
    assert "\\`name\\`" in text


def test_a_table_without_rows_has_no_footnotes():
    empty = replace(TABLE, sections=[], absent=("All: no data.",))
    for text in (to_html(empty), to_markdown(empty), to_latex(empty)):
        assert "Linear weights." not in text
        assert "All: no data." in text
