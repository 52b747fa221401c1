"""What axe-core finds on the pages, in both colour schemes, wide and narrow; and that nothing runs over the edge."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chromium import chromium

from discgrade.grading.discs import Flag
from discgrade.grading.outputs.writing import write_index, write_study

pytestmark = pytest.mark.ci

AXE = Path(__file__).parents[3] / "envs" / "page" / "node_modules" / "axe-core" / "axe.min.js"
FAULTS = """() => axe.run(document).then(({ violations }) => violations.map(({ id, impact, nodes }) =>
    [id, impact, nodes.map(({ html, failureSummary }) => `${html.slice(0, 120)} ${failureSummary}`)]))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def pages(study, later, facts, tmp_path_factory):
    """The folder of a run with a flag, saliency, an earlier study and a study that was skipped."""
    folder = tmp_path_factory.mktemp("run")
    first, last = study[0], later[0]
    flagged = replace(last.discs[0], flags=(Flag("cut_off", "A fifth of it lies outside."),))
    last = replace(last, discs=(flagged, *last.discs[1:]), left_out=("L5/S1: no slice",))
    earlier = write_study(*study, facts, folder, wanted=("page",))
    saliency = {(*flagged.place.image, flagged.place.level): np.ones((4, 8), np.float32)}
    write_study(last, later[1], facts, folder, earlier=[earlier], saliency=saliency, wanted=("page",))
    write_index([first, last, replace(last, study_uid="1.2", discs=(), skipped="no T2")], facts, folder)
    return {"study": folder / "studies" / last.study_uid / "page.html", "index": folder / "index.html"}


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def axe():
    if not AXE.exists():
        assert not os.environ.get("CI"), "axe-core should be installed in CI: npm ci --prefix envs/page"
        pytest.skip("axe-core is not installed: npm ci --prefix envs/page")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(params=[(380, "light"), (380, "dark"), (1400, "light"), (1400, "dark")], ids=str)
def window(browser, request):
    width, scheme = request.param
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield page
    page.close()


@pytest.mark.parametrize("name", ["study", "index"])
def test_axe_finds_no_fault_and_nothing_runs_over_the_edge(window, axe, pages, name):
    said = []
    window.on("console", lambda message: said.append(message.text))
    window.goto(pages[name].as_uri())
    assert window.evaluate(WIDER) == 0
    window.evaluate(axe)
    assert window.evaluate(FAULTS) == []
    assert said == []
