"""What goes into a manuscript: the methods as Markdown, works as BibTeX, and how the software is cited."""

from pathlib import Path

from discgrade.publication.context import ComparedContext
from discgrade.publication.page.findings import Sources, read_findings
from discgrade.publication.page.methods.paragraphs import methods as methods_of
from discgrade.publication.page.references import bibtex, numbered, order_of, reference
from discgrade.publication.page.shown_settings import ShownSettings
from discgrade.publication.render.markdown import prose
from discgrade.records import replacing
from discgrade.records.chains import read_chains

_CHECKLISTS = ("claim2024", "tripodai2024", "grras2011", "stard2015")
_SOFTWARE = """@software{{discgrade,
  author = {{{{The discgrade developers}}}},
  title = {{{{discgrade: reproducible Pfirrmann grading of lumbar discs, from DICOM to tables and figures}}}},
  version = {{{version}}},
  license = {{MIT}},
}}
"""


def write_words(
    *,
    sources: Sources,
    chains: Path,
    context: ComparedContext,
    told: ShownSettings,
    version: str,
    software: Path,
    methods: Path,
    references: Path,
    citation: Path,
) -> None:
    """Write methods, references and citation of a study.

    Args:
        sources: What was found.
        chains: `provenance/chains.json`.
        context: What the study is, in words.
        told: Its settings.
        version: Of the software.
        software: The software's `CITATION.cff`, which names the paper as well.
        methods: Markdown file to write.
        references: BibTeX file to write: the software, the paper, and every work that methods and checklists cite.
        citation: A copy of `software` to write.
    """
    paragraphs = methods_of(read_findings(sources, context, told), read_chains(chains).versions)
    order = order_of(paragraph.text for paragraph in paragraphs)
    listed = [f"{number}. {reference(key)}" for key, number in order.items()]
    text = [f"**{one.title}.** {prose(numbered(one.text, order))}\n" for one in paragraphs]
    keys = dict.fromkeys(["niemeyer2021", *order, *_CHECKLISTS])
    texts = {
        methods: "\n".join(["# Methods\n", *text, "## References\n", *listed]) + "\n",
        references: _SOFTWARE.format(version=version) + "\n" + bibtex(keys),
        citation: software.read_text(encoding="utf-8"),
    }
    for path, words in texts.items():
        with replacing(path) as partial:
            partial.write_text(words, encoding="utf-8")
