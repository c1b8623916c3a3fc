"""Which random numbers belong to a thing? They depend on the seed and a stable name only."""

import hashlib

import numpy as np


def generator(seed: int, *name: str | int | float) -> np.random.Generator:
    """Return the generator that belongs to `name` under the config's `seed`.

    The parts of `name` say what is drawn (``"structure", "train-1"``). A result then does not
    depend on the order of jobs, and adding one thing leaves all others unchanged.
    """
    digest = hashlib.sha256("\0".join(map(_stable, name)).encode()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest, dtype="<u4").tolist()])


def integer(seed: int, *name: str | int | float) -> int:
    """Return one integer in [0, 2³¹) for libraries that take a seed of their own."""
    return int(generator(seed, *name).integers(2**31))


def _stable(part: str | int | float) -> str:
    return f"{part:.12g}" if isinstance(part, float) else str(part)
