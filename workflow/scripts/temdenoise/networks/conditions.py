"""How does a training do under each condition? The same recorded patches after every epoch."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from temdenoise import seeds
from temdenoise.networks.scene_batches import Scenes, cut, stacked
from temdenoise.networks.standard import standardised
from temdenoise.scenes import instrument

Pairs = tuple[np.ndarray, np.ndarray]
Recorder = Callable[[np.ndarray, np.random.Generator], Pairs]


def _only(change: Mapping[str, Any], settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the instrument's `settings` without anything that has a chance, and a `change`."""
    never = dict.fromkeys(settings["chances"], 0.0)
    return {**settings, **change, "chances": {**never, **change.get("chances", {})}}


def recorders(settings: Mapping[str, Any]) -> dict[str, Recorder]:
    """Return what each condition does to a clean image, by name."""

    def counted(dose: float) -> Recorder:
        one = _only({"counts": [dose, dose]}, settings)
        return lambda clean, rng: instrument.counts(clean, one, rng)

    def read(noise: float, **chances: float) -> Recorder:
        one = _only({"noise": [noise, noise], "chances": chances}, settings)
        return lambda clean, rng: instrument.readout(clean, one, rng)

    def paper(name: str, factor: float) -> Recorder:
        return lambda clean, rng: instrument.paper_noise(name, clean, factor, rng)

    return {
        **{f"counts {dose}": counted(dose) for dose in (5, 50)},
        **{f"Gaussian {noise}": read(noise) for noise in (0.5, 2)},
        "correlated 0.5": read(0.5, correlated=1.0),
        "jitter 0.2": read(0.2, jitter=1.0),
        "impulses 0.2": read(0.2, impulses=1.0),
        **{f"{name} 0.3": paper(name, 0.3) for name in ("G", "SP", "GSP", "BBG")},
    }


def validation(
    scenes: Scenes, settings: Mapping[str, Any], *, seed: int, size: int, count: int
) -> dict[str, Pairs]:
    """Return `count` records and truths (count, size, size, 1) for each condition."""

    def one(name: str, recorder: Recorder, number: int) -> Pairs:
        rng = seeds.generator(seed, "validation", name, number)
        recorded, truth = recorder(cut(scenes[number % len(scenes)], size, rng), rng)
        normal, mean, deviation = standardised(recorded)
        return normal, ((truth - mean) / deviation).astype(np.float32)

    return {
        name: stacked(one(name, recorder, number) for number in range(count))
        for name, recorder in recorders(settings).items()
    }


def errors(network: keras.Model, pairs: Mapping[str, Pairs]) -> dict[str, float]:
    """Return the error of each condition: the mean of RMSE / deviation of the truth, at most 1."""
    return {name: _error(network, *both) for name, both in pairs.items()}


def _error(network: keras.Model, recorded: np.ndarray, truth: np.ndarray) -> float:
    predicted = network.predict_on_batch(recorded)[..., :1]
    square = np.mean((predicted - truth) ** 2, axis=(1, 2, 3))
    deviation = np.std(truth, axis=(1, 2, 3)).clip(1e-3)
    return float(np.mean(np.minimum(np.sqrt(square) / deviation, 1)))
