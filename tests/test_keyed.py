"""The bits of keys are part of every number: the expected ones are those of coreutils' sha256sum and sha512sum."""

import pytest

from discgrade import keyed


def test_a_digest_is_the_sha256_of_the_parts_joined_by_slashes():
    digest = "8f56e00f1aff70b8f0c63ea69745895d0a5f0407b2eb915d5b77fef26330048a"  # printf 1/weights | sha256sum
    assert keyed.digest(1, "weights").hex() == digest


def test_a_seed_is_the_upper_31_bits_of_the_digests_first_four_bytes_little_endian():
    assert keyed.seed(1, "weights") == 0x0FE0568F >> 1


def test_uniform_numbers_are_the_big_endian_eighths_of_a_sha512():
    first, second = 0x4E95F15002B8FBF4, 0x5CED5E8847B725C2  # printf 1/A/2 | sha512sum
    draws = keyed.uniforms(1, "A", 2)
    assert len(draws) == 8
    assert draws[:2] == [first / 2**64, second / 2**64]


def test_seeds_depend_on_every_part_and_its_place():
    seeds = {keyed.seed(1, "order", 2), keyed.seed(2, "order", 1), keyed.seed(1, "dropout", 2)}
    assert len(seeds) == 3
    assert all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.parametrize("other", [("a", 2), (1, "a"), ("a", "1")])
def test_generators_and_uids_depend_on_the_key_alone(other):
    assert keyed.generator("a", 1).random() == keyed.generator("a", 1).random() != keyed.generator(*other).random()
    assert keyed.uid("a", 1) == keyed.uid("a", 1) != keyed.uid(*other)
