"""Functions that the stage files share: digests of code, and paths of what rules make."""

from functools import partial

from discgrade.provenance import (
    code_digest,
    content_digest,
    lock_digest,
    reference_digest,
)
from discgrade.publication.context import context_of


def code(script):
    """Digest of a script and the project modules that it imports: what a job depends on."""
    return code_digest(SCRIPTS / script)


def lock(script, **named):
    """Digest of the locked packages that a script can reach; `named` as `lock_digest` takes them."""
    return lock_digest(SCRIPTS / script, ENVS, **named)


def output_of(runs, name):
    """Paths of one output of several runs."""
    return [f"{RESULTS}/runs/{run.path}/{name}" for run in runs]


def tables_of(name, title=None):
    """The renderings of a table, its cell keys and its value; with a title, as outputs that the report shows."""
    kinds = ("csv", "md", "tex", "html")
    paths = {kind: f"{RESULTS}/tables/{name}.{kind}" for kind in kinds}
    paths |= {
        "cell_keys": f"{RESULTS}/tables/{name}.keys.csv",
        "json": f"{RESULTS}/tables/{name}.json",
    }
    return (
        paths | {"html": reported(paths["html"], name, "Tables", title)}
        if title
        else paths
    )


def reported(path, name, category, title):
    """An output that the report shows with the caption of that name."""
    kind = "table" if category == "Tables" else "figure"
    return report(
        path, caption=f"captions/{name}.rst", category=category, labels={kind: title}
    )


def figure_of(name, title=None):
    """The renderings of a figure at both widths, the table that it draws, its cell keys and its words."""
    kinds = ("pdf", "png", "svg")
    paths = {kind: f"{RESULTS}/figures/{name}.{kind}" for kind in kinds}
    paths |= {
        f"column_{kind}": f"{RESULTS}/figures/{name}-85mm.{kind}" for kind in kinds
    }
    others = {"csv": "csv", "cell_keys": "keys.csv", "words": "json"}
    paths |= {field: f"{RESULTS}/figures/{name}.{end}" for field, end in others.items()}
    return (
        paths | {"png": reported(paths["png"], name, "Figures", title)}
        if title
        else paths
    )


def shown(*variants):
    """What a figure or table of these variants needs to know of the study: others' settings do not rerun it."""
    return plain(context_of(STUDY, variants))


def growing(amount):
    """A resource that doubles with every retry."""
    return lambda wildcards, attempt: amount * 2 ** (attempt - 1)


def by_shard(*kinds):
    """The tables of all shards, by kind, as named inputs."""
    return {kind: partial(tables_by_shard, kind=kind) for kind in kinds}


def tables_by_shard(wildcards, kind):
    """The tables of one kind of all shards."""
    return [f"{RESULTS}/{kind}/{shard}.parquet" for shard in all_shards(wildcards)]


def by_ordinary_shard(*kinds):
    """The tables of the shards that are not set apart, by kind, as named inputs."""
    return {
        kind: [f"{RESULTS}/{kind}/{shard}.parquet" for shard in SHARDS]
        for kind in kinds
    }


def one_of(names):
    """The wildcard of exactly these names; of none where there are none."""
    return "|".join(map(re.escape, names)) or "(?!)"


def named_networks(names):
    """Digests of networks that variants name."""
    return {name: reference_digest(name) for name in names}


def texts_digest(*patterns):
    """Digest of the texts that match patterns, such as captions: what a report depends on beside its inputs."""
    paths = sorted(
        path for pattern in patterns for path in Path(workflow.basedir).glob(pattern)
    )
    return content_digest({path.name: path.read_text() for path in paths})
