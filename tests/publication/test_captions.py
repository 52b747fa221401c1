"""Every caption of the report, rendered for every setting that it speaks of."""

import re
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils.core import publish_parts
from invented_study import CONFIG, study_of
from jinja2 import Environment, StrictUndefined
from prose import faults_of

from discgrade.publication.captions import caption_words
from discgrade.settings.model import Protocol

ROOT = Path(__file__).parents[2]
CAPTIONS = sorted(path for path in (ROOT / "rules" / "captions").glob("*.rst") if path.stem != "workflow")
PAGE = ROOT / "rules" / "captions" / "workflow.rst"
SCORED = {
    "as_read": "discs scored as read",
    "averaged": "discs scored by the mean output over the disc as read and its augmented copies",
    "augmented": "augmented copies of the discs scored",
}
CHOSEN = {
    "validation": "checkpoint chosen on patients held out of the training part",
    "last": "the last epoch taken",
    "scored": "checkpoint chosen on the scored part",
}
SOURCES = {
    "phantom": "simulated images and readings (a phantom cohort, no patients)",
    "folder": "own images and readings",
    "export": "own images and readings, de-identified elsewhere",
    "rating": "own images and readings, read on the raters' page",
}


LABELLED = {name: {"label": f"Label of {name}", **variant} for name, variant in CONFIG["variants"].items()}
BASE = study_of(**CONFIG | {"variants": LABELLED})


def _study(protocol=("as_read", "validation"), source="phantom", unit="patient", *, pictures=True, seeds=(1,)):
    variants = {name: replace(variant, protocol=Protocol(*protocol)) for name, variant in BASE.variants.items()}
    return replace(
        BASE,
        variants=variants,
        cohort=replace(BASE.cohort, source=source),
        unit=unit,
        report=replace(BASE.report, disc_pictures=pictures),
        grid=replace(BASE.grid, seeds=seeds),
    )


@cache
def _template(path):
    """Return a caption as Snakemake's report reads it, but with every undefined name an error."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    return environment.from_string(path.read_text(encoding="utf-8"))


def _rendered(path, study, **names):
    return _template(path).render(words=caption_words(study), **names)


@cache
def _html(text, part="body"):
    """Return the HTML of a text, every warning of docutils an error."""
    return publish_parts(text, writer="html", settings_overrides={"halt_level": 2, "report_level": 5})[part]


def _words(path, study):
    return " ".join(re.sub(r"<[^>]+>", "", _html(_rendered(path, study))).split())


EVERY = [
    caption_words(_study(protocol, source, unit, pictures=pictures, seeds=seeds))
    for protocol, source, unit, pictures, seeds in product(
        product(SCORED, CHOSEN), SOURCES, ("patient", "disc", "fold"), (True, False), ((1,), (1, 2, 3))
    )
]


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_every_caption_is_whole_sentences_for_every_setting(path):
    texts = {_template(path).render(words=words) for words in EVERY}
    for text in texts:
        assert not re.search(r"\{|\}|  ", text), text
        assert faults_of(" ".join(re.sub(r"<[^>]+>", "", _html(text)).split())) == [], text


def test_every_table_and_figure_has_a_caption():
    names = {
        "cohort",
        "statements",
        "confusion",
        "forest",
        "curves",
        "certainty",
        "stability",
        "calibration",
        "rois",
        "flagged",
        "localisation",
        "bland_altman",
        "groups",
        "limits",
        "sample_size",
        "subgroups",
        "widths",
        "label_noise",
        "worth_reading",
        "pseudo_labels",
        "worst_boxes",
        "flow",
    }
    names |= {f"table{number}" for number in range(1, 5)} | {f"figure{number}" for number in range(1, 6)}
    assert {path.stem for path in CAPTIONS} == names


@pytest.mark.parametrize("name", ["figure2", "figure3", "figure4", "figure5"])
@pytest.mark.parametrize(("score", "checkpoint"), list(product(SCORED, CHOSEN)))
def test_captions_of_runs_say_their_protocol(name, score, checkpoint):
    words = _words(ROOT / "rules" / "captions" / f"{name}.rst", _study((score, checkpoint)))
    assert words.endswith(f"Protocol: {SCORED[score]}, {CHOSEN[checkpoint]}.")


@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
@pytest.mark.parametrize("source", SOURCES)
def test_captions_say_whose_data(path, source):
    assert f"Data: study “invented”, {SOURCES[source]}." in _words(path, _study(source=source))


@pytest.mark.parametrize(("unit", "weighed"), [("patient", "patients"), ("disc", "discs"), ("fold", "patients")])
@pytest.mark.parametrize("name", ["figure3", "figure4", "forest"])
def test_captions_say_how_intervals_were_drawn(name, unit, weighed):
    words = _words(ROOT / "rules" / "captions" / f"{name}.rst", _study(unit=unit))
    drawn = f"over {weighed} (40,000 draws, seed 1)"
    assert f"Bars are 99.73 % credible intervals (highest density) of a Bayesian bootstrap {drawn}." in words


def test_captions_name_a_variant_by_its_label():
    for name, label in (("figure2", "default"), ("figure5", "mse"), ("forest", "default"), ("table4", "default")):
        assert f"“Label of {label}”" in _words(ROOT / "rules" / "captions" / f"{name}.rst", _study())


def test_a_label_is_no_markup():
    study = _study()
    labelled = replace(study.variants["default"], label="a_b_ *c* `d` |e| <f>")
    study = replace(study, variants={**study.variants, "default": labelled})
    assert "“a_b_ *c* `d` |e| &lt;f&gt;”" in _html(_rendered(ROOT / "rules" / "captions" / "figure2.rst", study))


def test_a_regression_variant_that_was_not_trained_is_said():
    study = study_of(**CONFIG | {"variants": {name: LABELLED[name] for name in ("default", "integral")}})
    words = _words(ROOT / "rules" / "captions" / "figure5.rst", study)
    assert "“MAE loss (regression)”" in words
    assert words.endswith("This study did not train the variant.")


def test_captions_speak_of_pictures_and_seeds_only_where_there_are_any():
    folder = ROOT / "rules" / "captions"
    assert "shown as the network saw them" in _words(folder / "figure2.rst", _study())
    assert "shown" not in _words(folder / "figure2.rst", _study(pictures=False))
    assert "without the pixels" in _words(folder / "rois.rst", _study(pictures=False))
    assert "of all 3 training seeds" in _words(folder / "confusion.rst", _study(seeds=(1, 2, 3)))
    assert "seeds" not in _words(folder / "confusion.rst", _study())


def _result(folder, name, content, category="Figures"):
    path = folder / name
    path.write_text(content)
    return SimpleNamespace(
        path=path,
        labels={"figure": f"Title of {path.stem}"},
        caption=f"<p>Caption of\n{path.stem}.</p>",
        category=SimpleNamespace(name=category),
    )


def _start_page(folder, config):
    table = "<html><style>p {}</style><body>\n<table>\n\n<tr><td>0.9</td></tr>\n</table></body>"
    results = [
        _result(folder, "table2.html", table),
        _result(folder, "figure3.png", ""),
        _result(folder, "chains.html", "<html><body>\n<p>Head 0123</p>\n</body></html>", "Record"),
    ]
    names = {"snakemake": SimpleNamespace(config=config), "files": results, "categories": {}}
    return _html(_rendered(PAGE, _study(source="folder"), **names), "html_body")


def test_start_page_opens_with_tables_and_figures(tmp_path, study_config):
    page = _start_page(tmp_path, study_config())
    assert re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page) == [
        "Study invented",
        "Tables",
        "Figures",
        "Labels",
        "Pseudo-labels",
        "Cohort",
        "Settings",
        "Versions and record",
    ]
    assert re.search(r'<div class="discgrade-table">\s*<table>\s*<tr><td>0.9</td></tr>\s*</table>\s*</div>', page)
    assert "<style>" not in page
    assert "Caption of figure3." in page
    assert f"results['{tmp_path}/figure3.png'].data_uri" in page
    assert "<p>Head 0123</p>" in page
    assert "network, from\nown images and readings." in page


def test_start_page_lists_settings_but_no_places(tmp_path, study_config):
    page = _start_page(tmp_path, study_config("own_cohort.yaml"))
    assert "splits.folds: 10" in page
    assert "variants.mae.loss: &quot;mean_absolute_error&quot;" in page
    assert "path/to" not in page


def test_start_page_shows_figures_from_the_reports_own_results():
    reporter = pytest.importorskip("snakemake.report.html_reporter")
    page = (Path(reporter.__file__).parent / "template" / "index.html.jinja2").read_text()
    assert "var results = " in page
    results = (Path(reporter.__file__).parent / "data" / "results.py").read_text()
    assert '"data_uri": ' in results
