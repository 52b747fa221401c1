"""The networks of a bundle, run by onnxruntime: the same bits on every run, whatever runs beside.

Each disc goes through a network alone, in one thread: a sum over a batch, or split among threads, would round in
another order. Threads only take members side by side.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from discgrade.grades import LEVELS, one_hot_levels
from discgrade.grading.bundle.facts import Member
from discgrade.grading.bundle.files import BundleError
from discgrade.grading.bundle.opening import Bundle
from discgrade.grading.judging.networks import start_session
from discgrade.imaging.sampling import normalise


@dataclass(frozen=True, eq=False)
class Outputs:
    """What the members say of some discs.

    Attributes:
        members: (M, N, K) float32: outputs of each member, as `outputs` of a run: probabilities of the grades of the
            scale, or the one continuous value.
        embeddings: For each member (N, D) float32: what enters its last dense layer.
    """

    members: NDArray[np.float32]
    embeddings: tuple[NDArray[np.float32], ...]


class Ensemble:
    """The members of a bundle, ready to run.

    Args:
        bundle: A bundle that was checked as it was opened.
        threads: How many members run side by side; no bit depends on it.

    Raises:
        BundleError: if a member is no ONNX network, or does not take and return what bundle.json says.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        self._facts = bundle.facts
        self._threads = threads
        self._sessions = [_session(bundle, member) for member in bundle.facts.members]

    def outputs(self, samples: NDArray[np.uint16], levels: Sequence[str]) -> Outputs:
        """Return what each member says of each disc.

        Args:
            samples: (N, R, R) as `imaging.sampling.sample` makes them, at the bundle's resolution.
            levels: (N,) levels of the discs.

        Raises:
            ValueError: if samples have another side, or a level is none of the lumbar spine where a member takes it.
        """
        side = self._facts.preprocessing.resolution
        if samples.shape != (len(levels), side, side):
            expected = (len(levels), side, side)
            raise ValueError(f"Samples should have the shape {expected}. Received: {samples.shape}")
        images = normalise(samples)
        one_hot = one_hot_levels(levels) if any(member.takes_level for member in self._facts.members) else None
        work = [
            (session, one_hot if member.takes_level else None, member.embedding)
            for session, member in zip(self._sessions, self._facts.members, strict=True)
        ]
        columns = 1 if self._facts.scale == "continuous" else len(self._facts.grades)
        with ThreadPoolExecutor(self._threads) if self._threads > 1 else nullcontext() as pool:
            each = map if pool is None else pool.map
            found = list(each(lambda one: _one_by_one(one[0], images, one[1], one[2], columns), work))
        return Outputs(np.stack([outputs for outputs, _ in found]), tuple(embedding for _, embedding in found))


def _one_by_one(
    session: onnxruntime.InferenceSession,
    images: NDArray[np.float32],
    levels: NDArray[np.float32] | None,
    width: int,
    columns: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Run each disc alone, so that its bits depend on no other."""
    outputs = np.empty((len(images), columns), np.float32)
    embeddings = np.empty((len(images), width), np.float32)
    for number in range(len(images)):
        given = {"image": images[number : number + 1]}
        if levels is not None:
            given["level"] = levels[number : number + 1]
        outputs[number], embeddings[number] = session.run(["outputs", "embedding"], given)
    return outputs, embeddings


def _session(bundle: Bundle, member: Member) -> onnxruntime.InferenceSession:
    try:
        session = start_session(bundle.member(member.file))
    except ValueError as error:
        raise BundleError(f"{member.file} is {error}") from None
    _check(bundle, member, session)
    return session


def _check(bundle: Bundle, member: Member, session: onnxruntime.InferenceSession) -> None:
    """Check that a network takes and returns what bundle.json says."""
    side = bundle.facts.preprocessing.resolution
    columns = 1 if bundle.facts.scale == "continuous" else len(bundle.facts.grades)
    expected = {"image": [side, side, 1], "outputs": [columns], "embedding": [member.embedding]}
    if member.takes_level:
        expected["level"] = [len(LEVELS)]
    found = {value.name: value.shape[1:] for value in (*session.get_inputs(), *session.get_outputs())}
    if found != expected:
        raise BundleError(
            f"{member.file} is not the network that bundle.json tells of. It should take and return, for each disc, "
            f"{expected}. Received: {found}"
        )
