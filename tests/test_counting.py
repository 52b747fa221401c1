import pytest

from discgrade.counting import counted


@pytest.mark.parametrize(
    ("count", "noun", "words"),
    [(0, "file", "0 files"), (1, "study", "1 study"), (2, "study", "2 studies"), (1200, "disc", "1,200 discs")],
)
def test_a_noun_goes_with_its_number(count, noun, words):
    assert counted(count, noun) == words
