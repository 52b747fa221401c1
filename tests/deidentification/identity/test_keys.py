"""A key is made once, kept from others, and never silently exchanged."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from discgrade.deidentification.identity import keys
from discgrade.deidentification.identity.pseudonyms import Pseudonyms


def test_a_key_is_made_on_first_use_for_its_owner_only(tmp_path):
    first = keys.from_file(tmp_path)
    assert (tmp_path / keys.KEY).stat().st_mode & 0o777 == 0o600
    assert keys.from_file(tmp_path)(b"x") == first(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [keys.KEY]


@pytest.mark.slow
def test_processes_that_start_together_agree_on_one_key(tmp_path):
    with ProcessPoolExecutor(8, get_context("fork")) as pool:
        made = list(pool.map(keys.secret, [tmp_path / keys.KEY] * 32))
    assert len(set(made)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    keys.from_file(tmp_path)
    (tmp_path / keys.KEY).chmod(mode)
    with pytest.raises(ValueError, match=r"readable by others.*chmod 600"):
        keys.from_file(tmp_path)


@pytest.mark.parametrize("content", ["", "secret", "ab" * 31])
def test_a_file_that_is_no_key_is_refused(tmp_path, content):
    (tmp_path / keys.KEY).write_text(content)
    (tmp_path / keys.KEY).chmod(0o600)
    with pytest.raises(ValueError, match="should hold 64 hexadecimal digits"):
        keys.from_file(tmp_path)


def test_a_phantom_has_the_same_key_everywhere():
    assert keys.seeded(1)(b"x") == keys.seeded(1)(b"x") != keys.seeded(2)(b"x")


def test_an_export_made_with_another_key_is_refused(tmp_path):
    keys.write_fingerprint(tmp_path, "keyed 0011223344556677")
    keys.check_fingerprint(tmp_path, "keyed 0011223344556677")
    with pytest.raises(ValueError, match=r"made with another key.*keyed 0011.*Received: keyed ff"):
        keys.check_fingerprint(tmp_path, "keyed ff11223344556677")


def test_a_phantom_may_change_its_seed(tmp_path):
    keys.write_fingerprint(tmp_path, "phantom 0011223344556677")
    keys.check_fingerprint(tmp_path, "phantom ff11223344556677")
    with pytest.raises(ValueError, match="made with another key"):
        keys.check_fingerprint(tmp_path, "keyed ff11223344556677")


def test_random_pseudonyms_stay_and_cannot_be_derived(tmp_path):
    drawn = keys.RandomMap(tmp_path)
    uid = Pseudonyms(drawn).uid("1.2.3")
    drawn.save()
    assert (tmp_path / keys.MAP).stat().st_mode & 0o777 == 0o600
    assert Pseudonyms(keys.RandomMap(tmp_path)).uid("1.2.3") == uid
    assert Pseudonyms(keys.RandomMap(tmp_path / "other")).uid("1.2.3") != uid
