"""A study's page and the index: all that is known is there, and nothing of a header acts on the page."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from discgrade.grading.discs import Flag
from discgrade.grading.outputs.pages.index import index_page
from discgrade.grading.outputs.pages.page import study_page
from discgrade.grading.outputs.pages.places import folder_of
from discgrade.grading.outputs.pages.views import Earlier, views
from discgrade.readings.pfirrmann import SIGNS

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Read(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.words, self.open = [], [], []
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br", "rect", "image"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def pictures(study):
    return views(*study, {})


@pytest.fixture(scope="module")
def read(study, pictures, facts):
    return Read(study_page(study[0], pictures, facts))


def test_every_element_is_closed(read):
    assert read.open == []


def test_each_disc_is_there_with_grade_set_and_probabilities(read, study):
    for disc in study[0].discs:
        part = read.text.split(f"{disc.place.level} Grade {disc.grade}")[1]
        shares = re.findall(r"([<>]?\d+) %", part)[:5]
        known = [float(share.strip("<>")) / 100 for share in shares]
        assert known == pytest.approx(disc.probabilities, abs=0.011)


def test_grades_of_the_set_are_marked(study, pictures, facts):
    page = study_page(study[0], pictures, facts)
    marked = [re.findall(r'<tr class="in"><th scope="row">(\d)', part) for part in page.split("<article")[1:]]
    assert marked == [[str(grade) for grade in disc.set] for disc in study[0].discs]


def test_the_five_grades_are_explained(read):
    assert all(signs in read.text for signs in SIGNS.values())


def test_what_graded_and_what_it_is_not_good_for_is_said(read, facts, study):
    for words in (facts.name, study[0].discs[0].bundle[:12], facts.intended_use, *facts.limits, "Not a medical device"):
        assert words in read.text


def test_flags_are_explained(study, pictures, facts):
    disc = replace(study[0].discs[0], flags=(Flag("cut_off", "A fifth of it lies outside."),))
    page = Read(study_page(replace(study[0], discs=(disc, *study[0].discs[1:])), pictures, facts))
    assert "Cut off by the edge of the image. A fifth of it lies outside." in page.text


def test_what_was_left_out_is_said(study, pictures, facts):
    assert "L5/S1: no slice" in Read(study_page(replace(study[0], left_out=("L5/S1: no slice",)), pictures, facts)).text


def test_saliency_is_shown_where_it_was_asked_for(study, facts):
    graded, sources = study
    disc = graded.discs[0]
    found = views(graded, sources, {(*disc.place.image, disc.place.level): np.ones((4, 8), np.float32)})
    page = study_page(graded, found, facts)
    assert page.count("what the grade rests on") == 1


def test_earlier_studies_stand_beside_this_one(study, later, pictures, facts):
    before = Earlier(study[0], pictures.discs)
    page = Read(study_page(later[0], views(*later, {}), facts, [before]))
    assert "5 July 2008 11 September 2012" in page.text
    assert "may be no change" in page.text


def test_studies_without_dates_are_not_put_in_order(study, later, pictures, facts):
    before = Earlier(replace(study[0], study_date=None), pictures.discs)
    page = Read(study_page(replace(later[0], study_date=None), views(*later, {}), facts, [before]))
    assert "cannot be put in order" in page.text


def test_a_bundle_without_probabilities_and_sets_gives_a_page(study, pictures, facts):
    bare = tuple(replace(disc, probabilities=None, set=()) for disc in study[0].discs)
    page = Read(study_page(replace(study[0], discs=bare), pictures, replace(facts, calibration=None)))
    assert "This bundle gives no probabilities" in page.text


def hostile(graded):
    """Return a study that carries markup wherever a header's words may come through."""
    series = tuple(replace(one, description=HOSTILE, reason=HOSTILE) for one in graded.series)
    disc = replace(graded.discs[0], flags=(Flag(HOSTILE, HOSTILE),))
    return replace(
        graded, patient_id=HOSTILE, study_uid=HOSTILE, study_date=HOSTILE, series=series, left_out=(HOSTILE,),
        discs=(disc, *graded.discs[1:]),
    )  # fmt: skip


@pytest.mark.parametrize("made", ["page", "index"])
def test_markup_in_a_header_is_shown_as_text(study, pictures, facts, made):
    graded = hostile(study[0])
    page = study_page(graded, pictures, facts) if made == "page" else index_page([graded], facts, {})
    read = Read(page)
    assert read.all("script") == []
    assert [one for one in read.all("img") if not one["src"].startswith("data:")] == []
    assert [name for _, attributes in read.elements for name in attributes if name.startswith("on")] == []
    assert HOSTILE in " ".join(read.words)


@pytest.mark.parametrize("made", ["page", "index"])
def test_a_page_loads_nothing(study, pictures, facts, made):
    read = Read(study_page(study[0], pictures, facts) if made == "page" else index_page([study[0]], facts, {}))
    policy = next(one["content"] for one in read.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert read.all("link") == read.all("script") == []
    assert all("style" not in attributes for _, attributes in read.elements)


def test_the_page_names_nobody(read, study):
    header = next(iter(study[1].values())).header
    assert str(header.PatientName).split("^")[0] not in read.text
    assert header.PatientBirthDate not in read.text
    assert study[0].patient_id in read.text


def test_the_index_leads_to_each_study_and_says_what_was_not_graded(study, later, facts):
    skipped = replace(later[0], discs=(), skipped="no series is sagittal and T2-weighted")
    read = Read(index_page([study[0], skipped], facts, {folder_of(study[0]): {"page.html", "overlay-1.dcm"}}))
    folder = f"studies/{study[0].study_uid}"
    assert [one["href"] for one in read.all("a")] == [f"{folder}/page.html", f"{folder}/overlay-1.dcm"]
    assert "no series is sagittal and T2-weighted" in read.text
    assert "1 graded, 1 not" in read.text


def test_the_index_shows_patients_over_time(study, later, facts):
    read = Read(index_page([later[0], study[0]], facts, {}))
    assert f"Patient {study[0].patient_id} Patient {study[0].patient_id} over time" in read.text


def test_studies_without_a_patient_id_are_nobodys_history(study, later, facts):
    nameless = [replace(one, patient_id="") for one in (study[0], later[0])]
    assert "over time" not in Read(index_page(nameless, facts, {})).text
