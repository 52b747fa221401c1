"""What a training is given, by its wildcards: samples, settings, memory, time, and digests of what its variant names."""


def samples_of_run(wildcards):
    """The sample shards at a run's resolution; a scale that the readings do not carry is refused at once."""
    fractional = training_of(wildcards).scale == "fractional"
    if fractional and expected() and expected().whole:
        refuse(grid.whole_grades(STUDY))
    return [
        f"{RESULTS}/samples/{wildcards.resolution}px/{shard}.parquet"
        for shard in SHARDS
    ]


def predictions_of_teacher(wildcards):
    """What the teacher of a split predicts."""
    return output_of([teacher_run(STUDY, wildcards.split)], "predictions.parquet")[0]


def labels_of_run(wildcards):
    """The labels that a model made and that a run learns, if any: as they are, or after review."""
    kinds = {"pseudo": "pseudo", "reviewed": "labels"}
    kind = kinds.get(STUDY.variants[wildcards.variant].labels)
    return [f"{RESULTS}/{kind}/{wildcards.split}.parquet"] if kind else []


def left_out_of_run(wildcards):
    """The cohort that a run does not learn, if any."""
    without = STUDY.variants[wildcards.variant].labels == "without"
    return PSEUDO.cohort if without else None


def predictions_of_members(wildcards):
    """What the members of an ensemble predict, on the split of one of its runs."""
    return output_of(members_of(wildcards), "predictions.parquet")


def external_of_members(wildcards):
    """What they predict for the external cohort."""
    return output_of(members_of(wildcards), "external.parquet")


def members_of(wildcards):
    """The runs of the members of an ensemble, on the split of one of its runs."""
    numbers = {name: int(wildcards[name]) for name in ("resolution", "share", "seed")}
    run = Run(variant=wildcards.variant, split=wildcards.split, **numbers)
    return grid.member_runs(STUDY, run)


def training_of(wildcards):
    """Training settings of a variant."""
    return STUDY.variants[wildcards.variant].training


def training_memory(wildcards, input, attempt):
    """Megabytes of one training: the process, the layers of a batch, and the samples, which are smaller on disc."""
    training = training_of(wildcards)
    pixels = training.batch * int(wildcards.resolution) ** 2
    layers = 3000 * training.width * pixels / (32 * 128**2)
    return int(2000 + layers + 1.5 * input.size_mb) * 2 ** (attempt - 1)


def training_minutes(wildcards, attempt):
    """Minutes of one training; what does not finish resumes after its last epoch."""
    return (60 + 5 * training_of(wildcards).epochs) * 2 ** (attempt - 1)


def protocol_of(wildcards):
    """Protocol of a variant."""
    return STUDY.variants[wildcards.variant].protocol


def named_code(wildcards):
    """Digests of the losses and networks that a variant names outside the package."""
    training = training_of(wildcards)
    named = {"loss": training.loss, "network": training.network}
    return {key: reference_digest(name) for key, name in named.items() if ":" in name}


def lock_of_training(wildcards):
    """Digest of the locked packages that a variant's training can reach, through its loss and network as well."""
    return lock_of_network("train.py", wildcards)


def lock_of_predicting(wildcards):
    """Digest of the locked packages that the predictions of a variant's network can reach."""
    return lock_of_network("predict_external.py", wildcards)


def lock_of_network(script, wildcards):
    """Digest of the locked packages that a script can reach, with a variant's loss, network and backend."""
    training = training_of(wildcards)
    named = training.loss, training.network
    return lock(script, named=named, backend=training.backend)
