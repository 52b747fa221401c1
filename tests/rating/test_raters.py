"""The raters and their secrets."""

import stat

import pytest

from discgrade.private import RefusedError
from discgrade.rating.queue import Rater
from discgrade.rating.raters import KEPT, raters


@pytest.fixture
def read(tmp_path):
    """Read a file of this text."""

    def written(text):
        (tmp_path / "raters.csv").write_text(text, encoding="utf-8")
        return raters(tmp_path / "raters.csv", tmp_path / "private")

    return written


def test_without_a_file_there_is_one_rater_whose_secret_stays(tmp_path):
    people, secrets = raters(None, tmp_path)
    assert people == {"R1": Rater("R1", "main")}
    (secret,) = secrets
    assert len(secret) == 32
    assert raters(None, tmp_path) == (people, secrets)
    assert stat.S_IMODE((tmp_path / KEPT).stat().st_mode) == 0o600


def test_the_first_is_the_main_rater_and_the_others_are_second_ones(read):
    people, secrets = read("name,secret\nDr Ä. Čech,0123456789abcdef\nDr B,fedcba9876543210\n")
    assert [rater.role for rater in people.values()] == ["main", "second"]
    assert secrets == {"0123456789abcdef": "Dr Ä. Čech", "fedcba9876543210": "Dr B"}


def test_roles_may_be_said_and_secrets_left_out(read):
    people, secrets = read("name;role\nA;second\nB;main\nC;adjudicator\n")
    assert {rater.name: rater.role for rater in people.values()} == {"A": "second", "B": "main", "C": "adjudicator"}
    assert len(secrets) == 3
    assert read("name\nA\nB\nC\n")[1] == secrets


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "first line"),
        ("rater,secret\nA,0123456789abcdef\n", "first line"),
        ("name,secret,age\nA,0123456789abcdef,3\n", "first line"),
        ("name\n", "at least one"),
        ("name,secret\nA,short\n", "16 to 128"),
        ("name,secret\nA,0123456789 abcdef\n", "16 to 128"),
        ("name,secret\nA,0123456789abcdef\nB,0123456789abcdef\n", "secrets should differ"),
        ("name\nDr A\ndr a\n", "names"),
        ("name\n=cmd()\n", "letter or digit"),
        ("name\n<b>\n", "letter or digit"),
        ("name,secret,role\nA,,boss\n", "role"),
        ("name,name\nA,B\n", "first line"),
        ("name,role\nA,main\nAdler, Anna,second\n", "more cells than columns in line 3"),
        ("name\n\0\r\x00\rA", "should be CSV|letter or digit"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(read, text, words):
    with pytest.raises(RefusedError, match=words) as refused:
        read(text)
    assert "0123456789abcdef" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RefusedError, match="cannot be read"):
        raters(tmp_path / "none.csv", tmp_path)
