"""Methods, references and checklists."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest
from invented_report import findings_of, report_of
from prose import faults_of

from discgrade.publication.page.methods.paragraphs import methods
from discgrade.publication.page.participants import participants
from discgrade.publication.page.references import bibtex, numbered, order_of, reference, split_citations, work
from discgrade.publication.page.shown_settings import NUMBER
from discgrade.publication.parts import part_sizes
from discgrade.publication.published import published
from discgrade.publication.render.files import TableFiles
from discgrade.publication.render.stored import read_table
from discgrade.publication.tables.checklists import checklist
from discgrade.settings.run import HOLDOUT

TRIPOD = """1 2 3a 3b 3c 4 5a 5b 6a 6b 6c 7 8a 8b 8c 9a 9b 9c 10 11 12a 12b 12c 12d 12e 12f 12g 13 14 15 16 17
18a 18b 18c 18d 18e 18f 19 20a 20b 20c 21 22 23a 23b 24 25 26 27a 27b 27c"""
VERSIONS = {"Python": "3.11.7", "packages": "keras 3.12.0", "devices": "CPU"}


@pytest.fixture(scope="module")
def found(paperlike):
    return findings_of(paperlike, paperlike.context)


def test_methods_name_what_was_run(found):
    text = " ".join(paragraph.text for paragraph in methods(found, VERSIONS))
    training = found.told.default.training
    for part in (f"{training.epochs} epochs", f"batches of {training.batch}", "48 × 48 px", "2-fold", "keras 3.12.0"):
        assert part in text
    assert f"{found.discs['patient'].nunique()} patients" in text
    assert "6 patients" in text.split("external test")[0]


@pytest.mark.parametrize(
    "loss", ["soft_kappa", "mean_squared_error", "ordinal_categorical_crossentropy", "mine.loss:own"]
)
@pytest.mark.parametrize(("optimizer", "decoding"), [("sgd", "argmax"), ("adamw", "cuts"), ("sgd", "median")])
def test_methods_of_every_training_read_well(found, loss, optimizer, decoding):
    training = replace(found.told.default.training, loss=loss, optimizer=optimizer, decoding=decoding)
    default = replace(found.told.default, training=training)
    told = replace(found.told, default=default, decodings=dict.fromkeys(found.told.decodings, decoding))
    for paragraph in methods(replace(found, told=told), VERSIONS):
        text = re.sub(r"\[@\w+\]", "[1]", paragraph.text)
        assert faults_of(text) == []


def said(found, title):
    return next((one.text for one in methods(found, VERSIONS) if one.title == title), "")


def test_methods_say_how_the_outputs_of_each_variant_become_grades(found):
    names = [name for name in found.context.variants if name != "default"]
    rules = {"default": "argmax", names[0]: "cuts", names[1]: NUMBER}
    told = replace(found.told, decodings=dict.fromkeys(found.told.decodings, "argmax") | rules)
    text = said(replace(found, told=told), "Statistics")
    cut, number = (found.told.labels[name] for name in names[:2])
    assert f"a grade is the likeliest grade or, of “{cut}”, found by cuts" in text
    assert f"or, of “{number}”, the predicted number, rounded to the nearest of the 13 grades." in text


def test_methods_say_which_groups_a_test_compared(found):
    bare = {key: row | {"value": np.nan} for key, row in found.agreed.rows.items() if key[2] == "p"}
    level = {key: row | {"value": 0.5} for key, row in bare.items() if key[0] == "level"}
    untested, tested = (
        said(replace(found, agreed=replace(found.agreed, rows=found.agreed.rows | rows)), "Statistics")
        for rows in (bare, bare | level)
    )
    assert "[@bland1986]" in untested
    assert "was tested" not in untested
    assert "was tested for level, by permuting levels within each patient; P is adjusted" in tested


def test_methods_say_what_an_ensemble_averages(found):
    name = next(name for name in found.context.variants if name != "default")
    both = replace(found.context.variants[name], label="Both", members=("One", "Other"))
    context = replace(found.context, variants=found.context.variants | {name: both})
    assert "“Both” (mean of the outputs of “One” and “Other”)" in said(replace(found, context=context), "Training")


def test_methods_have_the_words_on_ethics_that_the_checklist_refers_to(found):
    assert said(found, "Ethics") == ""
    approved = replace(found.told, provenance=replace(found.told.provenance, ethics="Approved by the board, 12/2020."))
    assert said(replace(found, told=approved), "Ethics") == "Approved by the board, 12/2020."


def test_patients_of_an_external_cohort_are_not_said_to_be_assigned_at_random(found):
    assert "external testing" not in said(found, "Partitions")
    assert "of another source were scored only (external test)." in said(found, "Partitions")


def test_the_parts_of_a_split_hold_every_disc_once(found):
    sizes = part_sizes(found.discs, found.splits, HOLDOUT)
    assert sum(size.discs for size in sizes.values()) == len(found.discs)
    assert sum(size.patients for size in sizes.values()) == found.discs["patient"].nunique()
    assert list(sizes) == ["training", "testing", "external testing"]
    assert "2 folds" in participants(found).folds


def test_works_are_numbered_as_they_are_first_cited():
    order = order_of(["First [@rubin1981], then [@cohen1968].", "Again [@rubin1981][@lin1989]."])
    assert order == {"rubin1981": 1, "cohen1968": 2, "lin1989": 3}
    assert numbered("As in [@lin1989].", order) == "As in [3]."
    assert split_citations("A [@lin1989] b.") == [("A ", "lin1989"), (" b.", "")]
    with pytest.raises(KeyError):
        work("nobody1900")


def test_a_reference_names_authors_title_and_place():
    assert reference("landis1977") == (
        "Landis JR, Koch GG. The measurement of observer agreement for categorical data. "
        "Biometrics 1977;33(1):159-174. doi:10.2307/2529310"
    )
    assert reference("claim2024").startswith("Tejani AS, Klontzas ME, Gatti AA, et al. Checklist")


def test_bibtex_has_an_entry_for_each_work_with_its_fields():
    keys = [row["key"] for row in published("works")]
    text = bibtex(keys)
    assert re.findall(r"^@\w+\{(\w+),", text, re.MULTILINE) == keys
    assert text.count("{") == text.count("}")
    assert "author = {Landis, J. Richard and Koch, Gary G.}," in text
    assert "pages = {159--174}," in text


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("claim", [str(number) for number in range(1, 45)]),
        ("grras", [str(number) for number in range(1, 16)]),
        (
            "tripod",
            TRIPOD.split(),
        ),
    ],
)
def test_a_checklist_has_every_item_once_and_says_where_and_who(whole, name, items):
    table = read_table(whole.page.parent / f"{name}.json")
    rows = [row for section in table.sections for row in section.rows]
    assert [row.label.text for row in rows] == items
    assert all(cell.text for row in rows for cell in row.cells)
    with (whole.page.parent / f"{name}.csv").open() as lines:
        assert [line["item"] for line in csv.DictReader(lines)] == items


def test_what_a_study_lacks_is_not_said_to_be_answered(whole):
    rows = {
        row.label.text: row
        for section in read_table(whole.page.parent / "tripod.json").sections
        for row in section.rows
    }
    assert rows["17"].cells[1].text == "Not answered: provenance.ethics is empty."
    assert rows["16"].cells[1].text.startswith("Results")


def answered(made, out, name="claim", **told):
    context = replace(made.context, **told.pop("context", {}))
    given = {"ethics": False, "dataset": False, "headers": True, "ensembles": False} | told
    checklist(name=name, scores=made.scores, intervals=made.intervals, context=context, files=out, **given)
    rows = [row for section in read_table(out.json).sections for row in section.rows]
    return {row.label.text: row.cells[1].text for row in rows}


def test_a_checklist_names_no_place_that_the_study_has_not(paperlike, tmp_path):
    out = TableFiles(*(tmp_path / f"claim.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))
    whole = answered(paperlike, out)
    assert whole["13"] == "Participants (cohort: manufacturers and field strengths)"
    assert whole["27"] == "There is none."
    assert whole["30"] == "Summary (groups); Figures (training fraction); Figures (resolution)"
    assert whole["32"] == "Results (global agreement; hold-out test set and cross-validation)"
    other = {"default": replace(paperlike.context.default, variant="nothing")}
    bare = answered(paperlike, out, headers=False, ensembles=True, context=other)
    assert bare["13"].startswith("Not answered: headers")
    assert bare["27"] == "Results (global agreement: footnotes on members)"
    assert bare["30"] == "Summary (groups)"
    assert bare["32"] == "Results (global agreement)"


def test_slices_that_are_not_shown_are_not_said_to_be(whole, paperlike):
    hidden = "The slices themselves are not shown (report.disc_pictures)."
    assert hidden not in whole.text
    assert hidden in report_of(paperlike, "hidden", pictures=False).text
