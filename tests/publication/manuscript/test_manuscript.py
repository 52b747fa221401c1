"""Documents, workbooks and the archive, opened again by who reads them."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from drawn_study import files_in

from discgrade.publication.figures.drawing.words import FigureWords, write_words
from discgrade.publication.manuscript.document import tables_document
from discgrade.publication.manuscript.workbook import number_of, table_workbook
from discgrade.publication.manuscript.writing import write_documents, write_manuscript
from discgrade.publication.render.stored import to_json
from discgrade.publication.render.table import Cell, Row, Section, Table, missing

LEFT, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
TABLE = Table(
    name="table9",
    number="Table 9",
    title="Scores.",
    caption="n = 1,234; <b> & others.",
    stub="Rater",
    headings=[Cell("n"), Cell("\N{GREEK SMALL LETTER KAPPA}", notes=("With linear weights.",)), Cell("Bias")],
    spans=[("Size", 1), ("Agreement", 2)],
    sections=[
        Section(
            Cell("Humans"),
            [
                Row(Cell("R1"), [Cell("1,234"), Cell("0.812", "0.701, 0.900", bold=True), Cell("\N{MINUS SIGN}0.10")]),
                Row(Cell("=R2"), [Cell("7"), missing("Never read."), Cell("0.00")], quiet=True),
            ],
        )
    ],
    absent=("The inter-rater agreement: no disc was read by another rater.",),
)
VALUES = "row,n,kappa_linear\nR1,1234,0.8123456789\nR2,7,\n"


@pytest.fixture
def study(tmp_path):
    """A table, an empty one, a figure and one without content, as a study leaves them."""
    paths = {"tables": [], "figures": []}
    empty = Table("table8", "Nothing.", "", "", [], [], absent=("All of it: no data.",))
    for table in (TABLE, empty):
        path = tmp_path / "tables" / f"{table.name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(to_json(table))
        path.with_suffix(".csv").write_text(VALUES)
        path.with_suffix(".tex").write_text("% table")
        paths["tables"].append(path)
    (tmp_path / "figures").mkdir()
    for name, absent in (("figure1", ""), ("forest", "No scores.")):
        files = files_in(tmp_path / "figures", name)
        for path in vars(files).values():
            path.write_bytes(_png() if path.suffix == ".png" else b"picture")
        number = "Figure 1" if name == "figure1" else ""
        write_words(FigureWords(name, number, "Grades", "Counts, n = 3.", "Bars.", absent), files.words)
        paths["figures"].append(files.words)
    return paths


def _png():
    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (30, 20)).save(buffer, "png", dpi=(300, 300))
    return buffer.getvalue()


def _write(study, folder):
    """Write documents and workbooks next to the tables, as a study does, and all files into a folder."""
    folder.mkdir()
    cite = folder / "CITATION.cff"
    cite.write_text("title: x")
    made = [[path.with_suffix(kind) for path in study["tables"]] for kind in (".docx", ".xlsx")]
    write_documents(tables=study["tables"], study="mine", documents=made[0], workbooks=made[1])
    write_manuscript(**study, texts=[cite], study="mine", archive=folder / "manuscript.zip")
    for path in [*made[0], *made[1]]:
        path.rename(folder / path.name)
    return folder


def test_a_document_holds_every_text_of_its_table():
    document = docx.Document(BytesIO(tables_document([TABLE], "mine")))
    grid = document.tables[0]
    assert [cell.text for cell in grid.rows[0].cells] == ["", "Size", "Agreement", "Agreement"]
    assert [cell.text for cell in grid.rows[1].cells] == ["Rater", "n", "\N{GREEK SMALL LETTER KAPPA}a", "Bias"]
    assert [cell.text for cell in grid.rows[3].cells] == ["R1", "1,234", "0.812\n(0.701, 0.900)", "\N{MINUS SIGN}0.10"]
    assert [cell.text for cell in grid.rows[4].cells] == ["=R2", "7", "\N{EN DASH}b", "0.00"]
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[0] == "Table 9. Scores. n = 1,234; <b> & others."
    assert texts[1:] == ["a With linear weights.", "b Never read.", f"Not shown: {TABLE.absent[0]}"]


def test_numbers_of_a_workbook_are_numbers_and_no_text_is_a_formula(tmp_path):
    values = tmp_path / "values.csv"
    values.write_text(VALUES)
    book = openpyxl.load_workbook(BytesIO(table_workbook(TABLE, values)))
    rows = list(book["Table"].iter_rows(min_row=3, values_only=True))
    assert rows[0][1:4] == ("Size: n", "Agreement: \N{GREEK SMALL LETTER KAPPA} [a]", "interval")
    assert rows[2] == ("R1", 1234, 0.812, "0.701, 0.900", -0.1)
    assert rows[3] == ("=R2", 7, "\N{EN DASH} [b]", None, 0.0)
    assert book["Table"]["A6"].data_type == "s"
    assert book["Table"]["C5"].number_format == "#,##0.000"
    assert list(book["Values"].iter_rows(values_only=True))[1] == ("R1", 1234, 0.8123456789)
    assert ("a", "With linear weights.") in list(book["Notes"].iter_rows(values_only=True))


def test_a_range_is_no_number():
    assert number_of("0.7 to 0.9") is None
    assert number_of("\N{MINUS SIGN}1,024.5") == -1024.5
    assert number_of("3 of 4") is None


def test_the_archive_holds_what_has_content_and_says_what_has_none(study, tmp_path):
    with ZipFile(_write(study, tmp_path / "out") / "manuscript.zip") as archive:
        names = set(archive.namelist())
        readme = archive.read("README.md").decode()
    pictures = {f"figures/figure1{width}.{kind}" for width in ("", "-85mm") for kind in ("pdf", "png", "svg")}
    tables = {f"tables/table9.{kind}" for kind in ("docx", "xlsx", "tex")}
    assert names == pictures | tables | {"README.md", "tables.docx", "figures.docx", "CITATION.cff"}
    assert "Nothing. All of it: no data." in readme
    assert "Grades: No scores." in readme
    assert "**`figure1`: Figure 1. Grades.** Counts, n = 3." in readme


def test_the_same_results_give_the_same_bytes(study, tmp_path):
    first, second = _write(study, tmp_path / "one"), _write(study, tmp_path / "two")
    names = sorted(path.name for path in first.iterdir())
    assert len(names) == 6
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    with ZipFile(first / "manuscript.zip") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_words_stand_left_and_numbers_right():
    rows = [Row(Cell(str(item)), [Cell("Who read the discs"), Cell("0.8"), Cell("L4/L5")]) for item in range(3)]
    table = replace(
        TABLE, headings=[Cell("Asked"), Cell("n"), Cell("Level")], spans=(), sections=[Section(Cell(), rows)]
    )
    grid = docx.Document(BytesIO(tables_document([table], "mine"))).tables[0]
    for row in grid.rows:
        assert [cell.paragraphs[0].alignment for cell in row.cells] == [LEFT, LEFT, RIGHT, RIGHT]


def test_a_document_of_an_empty_table_has_no_footnotes():
    document = docx.Document(BytesIO(tables_document([replace(TABLE, sections=[])], "mine")))
    assert "a With linear weights." not in [paragraph.text for paragraph in document.paragraphs]


def test_the_network_comes_last(study, tmp_path):
    path = study["tables"][0].with_name("table1.json")
    path.write_text(to_json(replace(TABLE, name="table1", title="Network.")))
    path.with_suffix(".csv").write_text(VALUES)
    path.with_suffix(".tex").write_text("% table")
    study["tables"].insert(0, path)
    with ZipFile(_write(study, tmp_path / "out") / "manuscript.zip") as archive:
        readme = archive.read("README.md").decode()
        document = docx.Document(BytesIO(archive.read("tables.docx")))
    assert readme.index("**`table9`") < readme.index("**`table1`")
    titles = [one.text for one in document.paragraphs if one.text.startswith("Table 9. ")]
    assert [title.split()[2] for title in titles] == ["Scores.", "Network."]
