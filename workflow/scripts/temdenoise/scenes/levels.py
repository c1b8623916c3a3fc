"""At which levels of which noise is trust measured? Named, in units of an atom's height."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from temdenoise.images import noise
from temdenoise.scenes.instrument import correlated

GAUSSIAN, COUNTS, CORRELATED = "Gaussian", "counts", "correlated"
PAPER = ("G", "SP", "GSP", "BBG")
_DARK = 0.1  # atoms' heights: what the detector counts without a sample
_CORRELATION = 1.0  # pixels
_LEAST = 1e-6

Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Level:
    """A kind of noise and how much: C in atoms' heights, or electrons per pixel."""

    kind: str
    amount: float

    @property
    def name(self) -> str:
        """Return kind and amount, such as "Gaussian 0.2"."""
        return f"{self.kind} {self.amount:g}"

    @property
    def paper(self) -> str:
        """Return which of the paper's noises is most like it."""
        return self.kind if self.kind in PAPER else "G"


LEVELS = (
    *(Level(GAUSSIAN, amount) for amount in (0.1, 0.2, 0.3, 0.5)),
    *(Level(COUNTS, amount) for amount in (50, 10, 5, 2)),
    Level(CORRELATED, 0.2),
    *(Level(name, amount) for name in PAPER for amount in (0.2, 0.3)),
)


def record(clean: np.ndarray, level: Level, rng: np.random.Generator) -> Pair:
    """Return `clean` (Y, X) recorded at `level`, and the truth, which keeps the paper's background.

    In `clean` an atom is about 1 high and vacuum is 0. The paper's noises are on grey values from
    0 to 1, and cut off what is outside; so is their truth.
    """
    if level.kind not in PAPER:
        return _RECORDS[level.kind](clean, level.amount, rng), clean
    truth, options = clean / max(float(clean.max()), _LEAST), noise.Settings()
    if level.kind == "BBG":
        truth = noise.background(truth, level.amount, rng, options)
    kind = "G" if level.kind == "BBG" else level.kind
    return noise.NOISES[kind](truth, level.amount, rng, options), truth


def _gaussian(clean: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(clean + sigma * rng.standard_normal(clean.shape))


def _counts(clean: np.ndarray, dose: float, rng: np.random.Generator) -> np.ndarray:
    """Return Poisson counts in the units of `clean`; their mean is `dose`."""
    bright = np.clip(clean + _DARK, 0, None)
    gain = dose / max(float(bright.mean()), _LEAST)
    return np.asarray(rng.poisson(bright * gain) / gain - _DARK)


def _correlated(clean: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    return clean + sigma * correlated(rng.standard_normal(clean.shape), _CORRELATION)


_RECORDS: dict[str, Callable[[np.ndarray, float, np.random.Generator], np.ndarray]] = {
    GAUSSIAN: _gaussian,
    COUNTS: _counts,
    CORRELATED: _correlated,
}
