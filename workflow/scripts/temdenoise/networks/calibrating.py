"""Which interval does a general network need? Its errors on recorded calibration scenes."""

from collections.abc import Iterator, Mapping
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
    denoise = general.denoiser(network)
    for number in range(len(scenes)):
        rng = seeds.generator(seed, "calibration record", number)
        recorded, truth = instrument.record(scenes[number], settings, rng)
        yield recorded, truth, denoise(recorded), rng
