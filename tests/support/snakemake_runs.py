"""What a run of Snakemake did, by what it printed."""

import re
import subprocess


def executed(result: "subprocess.CompletedProcess[str]") -> dict[str, int]:
    """Return how many jobs of each rule a run of Snakemake executed."""
    output = result.stdout + result.stderr
    table = output[output.index("Job stats:") :].split("\n\n")[0]
    return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE) if rule != "total"}
