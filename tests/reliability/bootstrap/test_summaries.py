"""What draws say, and what they cannot."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from discgrade.reliability.bootstrap import summaries
from discgrade.reliability.bootstrap.summaries import difference, larger


def test_a_tie_counts_half_and_rounding_is_one():
    apart = difference(np.array([[0.1 + 0.2, 1.0], [0.4, 2.0]]), np.array([[0.3, 2.0], [0.3, np.nan]]))
    assert apart[0, 0] == 0
    np.testing.assert_array_equal(larger(apart), [0.75, np.nan])


def test_settings_that_arviz_refuses_are_one_sentence(tmp_path):
    (tmp_path / "arvizrc").write_text("stats.unknown: 1\n")
    code = "import numpy; from discgrade.reliability.bootstrap.summaries import density as f; f(numpy.arange(9.0))"
    path = str(Path(summaries.__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert "ValueError: arviz refuses its file of settings: 'stats.unknown is not a valid rc parameter" in done.stderr
