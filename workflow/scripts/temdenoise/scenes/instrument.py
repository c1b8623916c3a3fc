"""What does a real instrument do to an image? Counts, readout, scan and paper's noises, drawn anew.

Images are float arrays (Y, X). What comes out has the units of what went in.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from temdenoise.images import noise
from temdenoise.scenes import fields

Settings = Mapping[str, Any]
Record = Callable[[np.ndarray, Settings, np.random.Generator], tuple[np.ndarray, np.ndarray]]

# The mixture is the hardest and is drawn most often.
_PAPER = {"G": 0.25, "SP": 0.2, "GSP": 0.35, "BBG": 0.2}
_JUMPS = (0.02, 1.0)  # share of rows at which a drift moves


def record(
    clean: np.ndarray, settings: Settings, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return `clean` (Y, X) as an instrument of the config's `settings` records it, and the truth.

    The truth is `clean`, in the units of the paper's noises if one of them was drawn, and with
    their background.
    """
    kinds, shares = zip(*settings["shares"].items(), strict=True)
    kind = rng.choice(kinds, p=np.array(shares) / sum(shares))
    if rng.random() >= settings["chances"]["along_y"]:
        return RECORDS[kind](clean, settings, rng)
    recorded, truth = RECORDS[kind](clean.T, settings, rng)
    return recorded.T, truth.T


def paper(
    clean: np.ndarray, settings: Settings, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return one of the paper's four noises on `clean` in [0, 1], and the truth (Eq. 3-5)."""
    name = str(rng.choice(list(_PAPER), p=list(_PAPER.values())))
    return paper_noise(name, clean, rng.uniform(*settings["c_noise"]), rng)


def paper_noise(
    name: str, clean: np.ndarray, factor: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the paper's noise `name` of C_noise `factor` and its truth, which keeps background."""
    low, high = float(clean.min()), float(clean.max())
    truth = (clean - low) / max(high - low, 1e-6)
    options = noise.Settings()
    if name == "BBG":
        truth = _background(truth, rng, options)
        name = "G"
    return noise.NOISES[name](truth, factor, rng, options), truth


def counts(
    clean: np.ndarray, settings: Settings, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return `clean` counted, with dark counts, pulses of varying height and readout."""
    clean = _drifted(clean, settings, rng)
    moved = _scanned(clean, settings, rng)
    low, span = float(clean.min()), float(np.ptp(clean)) or 1.0
    dose = fields.log_uniform(rng, *settings["counts"])
    dark = rng.uniform(0, 0.5) ** 2
    bright = np.clip((moved - low) / span + dark, 0, None)
    gain = dose / max(float(bright.mean()), 1e-6)
    counted = rng.poisson(bright * gain).astype(float)
    if rng.random() < settings["chances"]["pulses"]:
        counted = pulses(counted, rng.uniform(*settings["pulse_spread"]), rng)
    counted += min(dose, 1.0) * rng.uniform(0, 1.0) * rng.standard_normal(clean.shape)
    if rng.random() < settings["chances"]["correlated"]:
        expected = bright * gain
        counted = expected + correlated(counted - expected, _correlation(settings, rng))
    if rng.random() < settings["chances"]["clipped"]:
        counted = counted.clip(0, np.quantile(counted, rng.uniform(0.97, 1)) + min(dose, 1.0))
    recorded = (counted / gain - dark) * span + low
    return _spoilt(recorded, settings, rng), clean


def pulses(counted: np.ndarray, spread: float, rng: np.random.Generator) -> np.ndarray:
    """Return `counted` electrons (Y, X), each with a pulse of mean 1 and deviation `spread`.

    The pulses are gamma-distributed, and so is their sum; a spread of 1 is exponential.
    """
    return np.asarray(rng.gamma(counted / spread**2, spread**2))


def readout(
    clean: np.ndarray, settings: Settings, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return `clean` with normal noise, white or correlated, clipped or not."""
    clean = _drifted(clean, settings, rng)
    recorded = _scanned(clean, settings, rng)
    sigma = fields.log_uniform(rng, *settings["noise"]) * _contrast(clean)
    recorded = recorded + sigma * white_or_correlated(clean.shape, settings, rng)
    if rng.random() < settings["chances"]["clipped"]:
        recorded = np.clip(recorded, clean.min(), clean.max())
    return _spoilt(recorded, settings, rng), clean


def white_or_correlated(
    shape: tuple[int, ...], settings: Settings, rng: np.random.Generator
) -> np.ndarray:
    """Return normal noise (Y, X) of deviation 1; with some chance blurred by a Gaussian."""
    white = rng.standard_normal(shape)
    if rng.random() >= settings["chances"]["correlated"]:
        return white
    return correlated(white, _correlation(settings, rng))


def correlated(white: np.ndarray, sigma: float | tuple[float, float]) -> np.ndarray:
    """Return `white` noise (Y, X) blurred by a Gaussian of `sigma` ([y, x]) [pixels].

    Its deviation stays the same.
    """
    pulse = np.zeros((25, 25))
    pulse[12, 12] = 1
    norm = np.sqrt((gaussian_filter(pulse, sigma) ** 2).sum())
    return np.asarray(gaussian_filter(white, sigma, mode="wrap") / norm)


RECORDS: dict[str, Record] = {"counts": counts, "readout": readout, "paper": paper}


def _correlation(settings: Settings, rng: np.random.Generator) -> tuple[float, float]:
    """Return its width along y and x: alike along both, along the scan only, or shorter along y."""
    sigma = rng.uniform(*settings["correlation"])
    return sigma * rng.choice([0.0, rng.random(), 1.0]), sigma


def _background(truth: np.ndarray, rng: np.random.Generator, options: noise.Settings) -> np.ndarray:
    """Return `truth` with the paper's background; its squares start anywhere, as in a cut."""
    edge = options.patch_size
    pads = [
        (before, -(before + length) % edge)
        for length in truth.shape
        for before in [int(rng.integers(edge))]
    ]
    whole = noise.background(np.pad(truth, pads, mode="symmetric"), 0.0, rng, options)
    (top, _), (left, _) = pads
    return whole[top : top + truth.shape[0], left : left + truth.shape[1]]


def _scanned(clean: np.ndarray, settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """Return `clean` with its rows displaced along x, each by itself."""
    if rng.random() >= settings["chances"]["jitter"]:
        return clean
    return _displaced(clean, rng.normal(0, rng.uniform(0, settings["jitter"]), len(clean)))


def _drifted(clean: np.ndarray, settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """Return `clean` with rows displaced along x that keep together: by a walk, or by jumps.

    This is part of the truth: nobody can tell it from a bent crystal.
    """
    if rng.random() >= settings["chances"]["drift"]:
        return clean
    often = fields.log_uniform(rng, *_JUMPS)
    steps = rng.normal(0, rng.uniform(0, settings["drift"]) / np.sqrt(often), len(clean))
    walk = np.cumsum(steps * (rng.random(len(clean)) < often))
    return _displaced(clean, walk - walk.mean())


def _displaced(clean: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Return `clean` (Y, X) with each row moved along x by one of `shifts` (Y,) [pixels]."""
    rows, columns = clean.shape
    y, x = np.mgrid[:rows, :columns]
    return np.asarray(map_coordinates(clean, [y, x + shifts[:, None]], order=1, mode="nearest"))


def _spoilt(recorded: np.ndarray, settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """Return `recorded` with offsets of rows, hot rows and impulses, each with its chance."""
    chance, contrast = settings["chances"], np.std(recorded)
    rows = recorded.shape[0]
    if rng.random() < chance["row_offsets"]:
        offsets = rng.normal(0, rng.uniform(0, settings["row_offset"]), rows)
        recorded = recorded + contrast * np.asarray(offsets)[:, None]
    if rng.random() < chance["hot_rows"]:
        hot = rng.random(rows) < 0.02
        recorded = recorded + contrast * np.asarray(hot * rng.normal(0, 3, rows))[:, None]
    if rng.random() < chance["impulses"]:
        recorded = impulses(recorded, rng.uniform(0, 1) ** 2 * settings["impulses"], rng)
    return recorded


def impulses(recorded: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return `recorded` (Y, X) with a `share` of its pixels anywhere in or far off its range."""
    low, high = np.quantile(recorded, [0.01, 0.99])
    wide = rng.uniform(1, 3)
    value = rng.uniform(low, low + wide * (high - low), recorded.shape)
    ends = np.where(rng.random(recorded.shape) < 0.5, low, low + wide * (high - low))
    values = ends if rng.random() < 0.5 else value
    return np.where(rng.random(recorded.shape) < share, values, recorded)


def _contrast(clean: np.ndarray) -> float:
    """Return the standard deviation of `clean`; that of a single atom's peak if it is flat."""
    return max(float(np.std(clean)), 0.05)
