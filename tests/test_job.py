from types import SimpleNamespace

import pytest
from snakemake.iocontainers import Params

from discgrade.job import Job


def job(**params):
    return Job(SimpleNamespace(params=Params(fromdict=params)))


PLANNED = {"code": "c0de", "lock": "10c4", "named": {"network": "a", "loss": "b"}, "state": "results/x"}


def test_the_identity_of_a_training_holds_its_planned_digests():
    identity = " ".join(job(**PLANNED).identity)
    for digest in ("c0de", "10c4", '"loss": "b"', '"network": "a"'):
        assert digest in identity


@pytest.mark.parametrize("change", [{"code": "d"}, {"lock": "d"}, {"named": {"network": "a", "loss": "d"}}])
def test_another_planned_digest_is_another_identity(change):
    assert job(**PLANNED).identity == job(**PLANNED).identity != job(**(PLANNED | change)).identity


def test_where_the_checkpoint_lies_is_no_part_of_the_identity():
    assert job(**PLANNED).identity == job(**(PLANNED | {"state": "elsewhere"})).identity
