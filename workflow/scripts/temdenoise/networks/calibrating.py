"""Which interval does a general network need? Its errors on recorded calibration scenes."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

import keras
import numpy as np

from temdenoise import seeds
from temdenoise.networks import conformal, general
from temdenoise.networks.scene_batches import Scenes
from temdenoise.scenes import instrument

_PIXELS = 400  # of each scene
_BINS = 6  # levels of noise


def factors(
    network: keras.Model, scenes: Scenes, settings: Mapping[str, Any], *, seed: int
) -> list[dict[str, float]]:
    """Return the factors of the half width of the interval, see `conformal.factors`.

    Each of the `scenes` is recorded once, by an instrument of the config's `settings`.
    """
    return conformal.factors(samples(network, scenes, settings, seed=seed), _BINS)


def samples(
    network: keras.Model, scenes: Scenes, settings: Mapping[str, Any], *, seed: int
) -> Iterator[conformal.Sample]:
    """Yield the errors of the `network` on each of the `scenes`, recorded once."""
    for recorded, truth, result, rng in results(network, scenes, settings, seed=seed):
        yield conformal.sample(recorded, truth, result, rng, _PIXELS)


def results(
    network: keras.Model, scenes: Scenes, settings: Mapping[str, Any], *, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.random.Generator]]:
    """Yield record and truth (Y, X) of each of the `scenes`, the result (3, Y, X), a generator."""
    images = (scenes[number] for number in range(len(scenes)))
    return _results(network, images, settings, seed, "calibration record")


def results_without_atoms(
    network: keras.Model, shape: tuple[int, int], settings: Mapping[str, Any], *, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.random.Generator]]:
    """Yield the same as `results` for ever, of flat images (Y, X) of a `shape`."""
    return _results(network, repeat(np.zeros(shape)), settings, seed, "flat record")


def _results(
    network: keras.Model,
    images: Iterable[np.ndarray],
    settings: Mapping[str, Any],
    seed: int,
    name: str,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.random.Generator]]:
    denoise = general.denoiser(network)
    for number, image in enumerate(images):
        rng = seeds.generator(seed, name, number)
        recorded, truth = instrument.record(image, settings, rng)
        yield recorded, truth, denoise(recorded), rng
