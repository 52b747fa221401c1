"""The chain of every table and figure in short, as one page and as JSON for the report."""

from html import escape
from pathlib import Path

from discgrade.provenance.audit.facts import commit_words, short, versions_of
from discgrade.provenance.audit.page import definitions, page
from discgrade.provenance.audit.trace import rule_depths
from discgrade.provenance.chain import SHOWN, Chain, output_of, read_chain
from discgrade.records import replacing
from discgrade.records.cell_keys import SUFFIX
from discgrade.records.chains import Chained, Chains, write_chains


def summarise_chains(*, results: Path, page_file: Path, values: Path) -> None:
    """Write the versions behind a study, the head of its records and the jobs behind each table and figure.

    Args:
        results: The study's folder.
        page_file: HTML file that needs nothing else.
        values: The same, but for the head, as `records.chains.Chains`.
    """
    chain = read_chain(results)
    tables = [path for path in sorted(chain.makers) if path.startswith(SHOWN) and path.endswith((".csv", ".zip"))]
    shown = [path for path in tables if not path.endswith(SUFFIX)]
    files = {path: _chained(chain, path) for path in shown}
    rows = "".join(_row(path, chained) for path, chained in files.items())
    names = chain.shown()
    versions = versions_of([chain.records[name] for name in names])
    write_chains(Chains(versions, files), values)
    body = (
        f"{definitions(versions)}"
        f"<p>Head of the job records: <code>{chain.head(names)}</code>.\n"
        "<code>discgrade verify</code> prints the same if nothing was changed since;\n"
        "<code>discgrade trace</code> follows one number.</p>\n"
        '<table class="chains">\n<tr><th>Table, figure or bundle</th><th>SHA-256</th>'
        "<th>Jobs behind it, the nearest first</th>"
        f"<th>Commit</th></tr>\n{rows}</table>\n"
    )
    with replacing(page_file) as partial:
        partial.write_text(page("Where every number came from", body), encoding="utf-8")


def _chained(chain: Chain, path: str) -> Chained:
    name = chain.makers[path]
    record = chain.records[name]
    return Chained(short(output_of(record, path)["sha256"]), short_chain(chain, name), commit_words(record))


def _row(path: str, chained: Chained) -> str:
    cells = (escape(path), f"<code>{chained.digest}</code>", escape(chained.rules), escape(chained.commit))
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def short_chain(chain: Chain, name: str) -> str:
    """Return the rules behind a job, the nearest first, with the number of jobs of each."""
    names = chain.ancestry([name])
    rules = [chain.records[made]["rule"] for made in names]
    depth = rule_depths(chain, names)
    counts = {rule: rules.count(rule) for rule in sorted(set(rules), key=lambda rule: (depth[rule], rule))}
    return " \N{LEFTWARDS ARROW} ".join(
        rule if count == 1 else f"{count} \N{MULTIPLICATION SIGN} {rule}" for rule, count in counts.items()
    )
