"""The chain of every table and figure in short, as one page for the report."""

from html import escape
from pathlib import Path

from discgrade.provenance.audit.facts import commit_words, short, versions_of
from discgrade.provenance.audit.page import definitions, page
from discgrade.provenance.audit.trace import rule_depths
from discgrade.provenance.chain import SHOWN, Chain, output_of, read_chain
from discgrade.records import replacing
from discgrade.records.cell_keys import SUFFIX


def write_chains(*, results: Path, destination: Path) -> None:
    """Write a page with the versions behind a study, the head of its records and the jobs behind each table and figure.

    Args:
        results: The study's folder.
        destination: HTML file that needs nothing else.
    """
    chain = read_chain(results)
    tables = [path for path in sorted(chain.makers) if path.startswith(SHOWN) and path.endswith((".csv", ".zip"))]
    shown = [path for path in tables if not path.endswith(SUFFIX)]
    rows = "".join(_row(chain, path) for path in shown)
    names = chain.shown()
    body = (
        f"{definitions(versions_of([chain.records[name] for name in names]))}"
        f"<p>Head of the job records: <code>{chain.head(names)}</code>.\n"
        "<code>discgrade verify</code> prints the same if nothing was changed since;\n"
        "<code>discgrade trace</code> follows one number.</p>\n"
        '<table class="chains">\n<tr><th>Table, figure or bundle</th><th>SHA-256</th>'
        "<th>Jobs behind it, the nearest first</th>"
        f"<th>Commit</th></tr>\n{rows}</table>\n"
    )
    with replacing(destination) as partial:
        partial.write_text(page("Where every number came from", body), encoding="utf-8")


def _row(chain: Chain, path: str) -> str:
    name = chain.makers[path]
    record = chain.records[name]
    made = output_of(record, path)["sha256"]
    cells = (
        escape(path),
        f"<code>{short(made)}</code>",
        escape(short_chain(chain, name)),
        escape(commit_words(record)),
    )
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
