"""Reports of studies with one rater, one reading, one scale, one grade, one patient, no folds, no phantom."""

import re

from invented_report import Page
from prose import HOLES, faults_of

from discgrade.publication.page.methods.paragraphs import methods
from discgrade.publication.page.summary import summarise


def test_the_page_is_whole_without_an_empty_box(little):
    page = Page(little.text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    boxes = r"<(div|ul|ol|dl|table|tbody|section|figure|p|li)\b[^>]*>\s*</\1>"
    said_later = ('<p class="value"></p>', "<ul></ul>")
    empty = [found.group() for found in re.finditer(boxes, little.text) if found.group() not in said_later]
    assert empty == []


def test_no_hole_is_printed(little):
    assert [text for _, text in Page(little.text).texts if HOLES.search(text) and text != ", "] == []


def test_what_is_not_there_is_a_line_with_its_reason(little):
    words = Page(little.text).words
    assert "Title of figure5. Not shown. This study trained no regression." in words
    assert 'alt="What figure5 shows."' not in little.text
    raters = little.findings.flow.raters
    assert ("Inter-rater: There is one rater only." in words) == (len(raters) == 1)


def test_no_false_word_is_said(little):
    words = Page(little.text).words
    assert not re.search("simulated|phantom", words, re.IGNORECASE)
    assert [
        words[found.start() - 40 : found.end()] for found in re.finditer(r"(?<![,.\d])1 (discs|patients)\b", words)
    ] == []
    folds = any(key.run.split.startswith("fold") for key in little.findings.study.scores)
    assert ("No cross-validation was run." in words) != folds
    assert ("fractional scale" in words) == ("fractional" in little.findings.flow.scales)


def test_its_sentences_read_well(little):
    summary = summarise(little.findings)
    sentences = [
        *summary.lead,
        *summary.flagged,
        *(f"{one.title}. {one.text}" for one in summary.warnings),
        summary.verdict.answer,
        *summary.verdict.reasons,
        *(
            paragraph.text
            for paragraph in methods(little.findings, {"Python": "3", "packages": "a 1", "devices": "CPU"})
        ),
    ]
    shown = [re.sub(r"\[@\w+\]", "[1]", sentence) for sentence in sentences]
    assert {text: faults_of(text) for text in shown if faults_of(text)} == {}
