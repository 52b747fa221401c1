from types import SimpleNamespace

import pytest
from snakemake.iocontainers import InputFiles, OutputFiles, Params

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


def test_inputs_of_the_study_are_named_below_its_folder():
    given = InputFiles(["results/x/discs.parquet", "results/xy/discs.parquet", "private/x/ratings.csv"])
    one = Job(SimpleNamespace(input=given, config={"study": "x"}))
    assert one.study_inputs == ["discs.parquet"]


@pytest.mark.parametrize("files", [["a.onnx"], ["a.onnx", "b.onnx"]])
def test_an_output_that_is_a_list_of_files_is_one_whatever_their_number(files):
    made = OutputFiles(fromdict={"networks": files, "table": "c.parquet"})
    assert [path.name for path in Job(SimpleNamespace(output=made)).outputs_of("networks")] == files
