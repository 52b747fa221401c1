import pytest
from copied_pages import relinked


@pytest.mark.parametrize(
    ("source", "link", "page"),
    [
        ("README.md", "docs/own-scans.md", "own-scans.md"),
        ("README.md", "docs/figure2.png", "figure2.png"),
        ("README.md", "results/README.md", "outputs.md"),
        ("models/README.md", "../docs/own-scans.md", "own-scans.md"),
        ("README.md", "CONTRIBUTING.md#test", "contributing.md#test"),
        ("CONTRIBUTING.md", "docs/architecture.md#words", "architecture.md#words"),
        ("README.md", "https://doi.org/10.1", "https://doi.org/10.1"),
        ("README.md", "#two-commands", "#two-commands"),
    ],
)
def test_a_link_of_the_project_is_one_of_the_site(source, link, page):
    assert relinked(f"[here]({link})", source) == f"[here]({page})"
