"""What runs the networks keeps to itself."""

import os
import subprocess
import sys
from pathlib import Path

import discgrade

LEFT_OUT = ("CI", "ORT_DISABLE_TELEMETRY")


def test_no_usage_data_and_no_identifier_of_the_machine_is_kept(tmp_path):
    given = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    given |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    given["PYTHONPATH"] = str(Path(discgrade.__file__).parents[1])
    subprocess.run([sys.executable, "-c", "import discgrade.grading.judging.networks"], env=given, check=True)
    assert list(tmp_path.iterdir()) == []
