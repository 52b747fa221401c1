import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

ROOT = Path(__file__).parents[2]
CAPTIONS = sorted(path for path in (ROOT / "rules" / "captions").glob("*.rst") if path.stem != "workflow")


def _config(study=None):
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    overlay = yaml.safe_load((ROOT / "studies" / f"{study}.yaml").read_text()) if study else {}
    for key, value in overlay.items():
        config[key] = config[key] | value if isinstance(value, dict) else value
    return config


def _render(path, **names):
    """Render as Snakemake's report does, but with every undefined name and every warning of docutils an error."""
    template = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined).from_string(
        path.read_text()
    )
    strict = {"halt_level": 2, "report_level": 5}
    return publish_parts(template.render(**names), writer="html", settings_overrides=strict)


def _caption(path, config, variant="default"):
    run = {"variant": variant, "resolution": 48, "share": 1, "split": "holdout", "seed": 1}
    params = SimpleNamespace(run=run, pictures=config["report"]["disc_pictures"])
    return _render(path, snakemake=SimpleNamespace(config=config, params=params))["body"]


def _words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("study", [None, "own_cohort"])
@pytest.mark.parametrize("path", CAPTIONS, ids=lambda path: path.stem)
def test_captions_are_sentences(path, study):
    words = _words(_caption(path, _config(study)))
    assert words[0].isupper()
    assert words.endswith(".")
    assert not re.search(r"[{}]|None|path/to|\*\*|``", words)


def test_every_table_and_figure_has_a_caption():
    names = {"cohort", "statements", "confusion", "forest", "curves", "rois", "flow"}
    names |= {f"table{number}" for number in range(1, 5)} | {f"figure{number}" for number in range(1, 6)}
    assert {path.stem for path in CAPTIONS} == names


@pytest.mark.parametrize(
    ("study", "variant", "sentence"),
    [
        (None, "default", "discs scored as read, checkpoint chosen on patients held out of the training part"),
        (None, "paper_protocol", "augmented copies of the discs scored, checkpoint chosen on the scored part"),
        ("paper", "default", "augmented copies of the discs scored, checkpoint chosen on the scored part"),
    ],
)
def test_figure2_says_the_variants_protocol(study, variant, sentence):
    path = ROOT / "rules" / "captions" / "figure2.rst"
    assert f"Protocol: {sentence}." in _words(_caption(path, _config(study), variant))


def test_captions_say_whose_data_and_which_intervals():
    words = _words(_caption(ROOT / "rules" / "captions" / "figure3.rst", _config()))
    assert "99.73 % credible intervals" in words
    assert "over patient s, 40,000 draws, seed 1" in words.replace("patients", "patient s")
    assert "Data: study default ( simulated images and readings )." in words.replace("(", "( ").replace(")", " )")


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
    results = [
        _result(
            folder, "table2.html", "<html><style>p {}</style><body>\n<table>\n\n<tr><td>0.9</td></tr>\n</table></body>"
        ),
        _result(folder, "figure3.png", ""),
        _result(folder, "chains.html", "<html><body>\n<p>Head 0123</p>\n</body></html>", "Record"),
    ]
    page = ROOT / "rules" / "captions" / "workflow.rst"
    return _render(page, snakemake=SimpleNamespace(config=config), files=results, categories={})["html_body"]


def test_start_page_opens_with_tables_and_figures(tmp_path):
    page = _start_page(tmp_path, _config())
    assert re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page) == [
        "Study default",
        "Tables",
        "Figures",
        "Cohort",
        "Settings",
        "Versions and record",
    ]
    assert re.search(r'<div class="discgrade-table">\s*<table>\s*<tr><td>0.9</td></tr>\s*</table>\s*</div>', page)
    assert "<style>" not in page
    assert "Caption of figure3." in page
    assert f"results['{tmp_path}/figure3.png'].data_uri" in page
    assert "<p>Head 0123</p>" in page


def test_start_page_lists_settings_but_no_places(tmp_path):
    config = _config("own_cohort")
    page = _start_page(tmp_path, config)
    assert "splits.folds: 10" in page
    assert "variants.mae.loss: &quot;mean_absolute_error&quot;" in page
    assert "path/to" not in page


def test_start_page_shows_figures_from_the_reports_own_results():
    reporter = pytest.importorskip("snakemake.report.html_reporter")
    page = (Path(reporter.__file__).parent / "template" / "index.html.jinja2").read_text()
    assert "var results = " in page
    results = (Path(reporter.__file__).parent / "data" / "results.py").read_text()
    assert '"data_uri": ' in results
