"""How is a general model fitted? On scenes that are recorded anew in every step."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any

import keras
import pandas as pd

from temdenoise import seeds
from temdenoise.networks import conditions, general, training
from temdenoise.networks.checkpoints import Checkpoints
from temdenoise.networks.scene_batches import Scenes, batches

_VALIDATED = 24  # patches for each condition
_LARGEST_GRADIENT = 1.0


def train(
    scenes: Scenes,
    others: Scenes,
    instrument: Mapping[str, Any],
    recipe: Mapping[str, Any],
    *,
    patch_size: int,
    model: str,
    seed: int,
    executor: Executor,
    workers: int,
    checkpoints: Checkpoints,
    log: Callable[[str], None],
) -> tuple[keras.Model, pd.DataFrame]:
    """Fit the network of `recipe` to patches of `scenes`; resume after the last of `checkpoints`.

    `others` are the scenes to follow the training by. `recipe` has network, filters, batch_size,
    precision, learning_rate, decay, epochs and steps. The `workers` of the `executor` record the
    patches. Return the model in float32 and its history:
    epoch, loss, val_loss, the error under each condition and seconds [s].
    """
    keras.utils.set_random_seed(seeds.integer(seed, "weights", model))
    network = general.network(recipe["filters"], recipe["network"], recipe["precision"])
    epochs, steps = recipe["epochs"], recipe["steps"]
    rate = training.learning_rate(recipe, epochs * steps)
    network.compile(keras.optimizers.Adam(rate, clipnorm=_LARGEST_GRADIENT), general.loss)
    pairs = conditions.validation(others, instrument, seed=seed, size=patch_size, count=_VALIDATED)

    def data(done: int) -> Any:
        return batches(
            scenes,
            instrument,
            executor,
            seed=seed,
            model=model,
            batch_size=recipe["batch_size"],
            size=patch_size,
            first=done * steps,
            last=epochs * steps,
            workers=workers,
        )

    rows = training.fit(
        network,
        data,
        epochs,
        checkpoints,
        log,
        steps_per_epoch=steps,
        measure=lambda fitted: _measured(fitted, pairs),
    )
    trained = general.network(recipe["filters"], recipe["network"])
    trained.set_weights(network.get_weights())
    return trained, pd.DataFrame(rows)


def _measured(network: keras.Model, pairs: Mapping[str, conditions.Pairs]) -> dict[str, float]:
    errors = conditions.errors(network, pairs)
    mean = sum(errors.values()) / len(errors)
    return {"val_loss": mean, **{f"val {name}": error for name, error in errors.items()}}
