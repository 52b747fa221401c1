"""The records of a study as a chain."""

import pytest

from discgrade.provenance.chain import read_chain


def test_behind_a_file_is_all_that_made_it_and_no_more(results):
    chain = read_chain(results)
    behind = chain.behind(["splits.parquet"])
    assert {chain.records[name]["rule"] for name in behind} == {"split", "select_discs", "deidentify", "make_phantom"}
    assert chain.behind(["splits.parquet", "discs.parquet"]) == behind


def test_a_file_that_no_record_tells_of_has_nothing_behind_it(results):
    with pytest.raises(ValueError, match=r"No record in .* says what made nowhere\.csv. Make it anew"):
        read_chain(results).behind(["splits.parquet", "nowhere.csv"])
