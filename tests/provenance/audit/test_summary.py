import platform
import re
from importlib.metadata import version

from discgrade.provenance.audit.summary import summarise_chains
from discgrade.provenance.audit.verify import verify


def test_the_page_prints_the_head_and_the_chain_of_each_table(results, tmp_path):
    summarise_chains(results=results, page_file=tmp_path / "chains.html", values=tmp_path / "chains.json")
    page = (tmp_path / "chains.html").read_text().replace("\N{MULTIPLICATION SIGN}", "x")
    assert verify(results, scripts=None).head in page
    chain = "table2 ← credible_intervals ← score ← 4 x train ← 2 x augment ← split ← select_discs ← 2 x deidentify"
    assert f"<td>{chain} ← make_phantom</td>" in page
    assert "<td>tables/table2.csv</td>" in page


def test_the_page_lists_the_versions_of_the_packages_that_were_used(results, tmp_path):
    summarise_chains(results=results, page_file=tmp_path / "chains.html", values=tmp_path / "chains.json")
    page = (tmp_path / "chains.html").read_text()
    for name in ("numpy", "pyarrow", "snakemake"):
        assert re.search(rf"<dt>packages</dt><dd>[^<]*\b{name} {re.escape(version(name))}[,<]", page)
    assert f"<dt>Python</dt><dd>{platform.python_version()}</dd>" in page


def test_the_page_needs_nothing_else(results, tmp_path):
    summarise_chains(results=results, page_file=tmp_path / "chains.html", values=tmp_path / "chains.json")
    assert not re.search(r"https?://|<script|src=|@import", (tmp_path / "chains.html").read_text())
