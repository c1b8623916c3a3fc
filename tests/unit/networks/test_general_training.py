from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scenes import INSTRUMENT

from temdenoise.networks import calibrating, conformal, general_training
from temdenoise.networks.checkpoints import Checkpoints
from temdenoise.networks.scene_batches import Scenes

pytestmark = pytest.mark.usefixtures("one_thread")

SCENES = Scenes([np.random.default_rng(4).random((5, 24, 24)).astype(np.float32)])
RECIPE = {
    **{"network": "bias-free", "filters": [2, 4], "batch_size": 2, "precision": "float32"},
    **{"learning_rate": 0.01, "decay": "cosine", "epochs": 3, "steps": 2},
}


class StoppedError(Exception):
    pass


def trained(folder, epochs_until_stop=None, workers=1):
    lines = []

    def log(line):
        lines.append(line)
        if epochs_until_stop and sum("validation" in line for line in lines) == epochs_until_stop:
            raise StoppedError

    network, history = general_training.train(
        SCENES,
        SCENES,
        INSTRUMENT,
        RECIPE,
        patch_size=16,
        model="general",
        seed=1,
        executor=ThreadPoolExecutor(workers),
        workers=workers,
        checkpoints=Checkpoints(folder, "same"),
        log=log,
    )
    return network, history, lines


def test_a_stopped_training_goes_on_to_the_same_network(tmp_path):
    whole, history, _ = trained(tmp_path / "whole", workers=2)
    with pytest.raises(StoppedError):
        trained(tmp_path / "stopped", epochs_until_stop=1)
    resumed, again, lines = trained(tmp_path / "stopped")
    assert "resumed after epoch 1 of 3" in lines
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    columns = history.columns.drop("seconds")
    assert "val GSP 0.3" in columns
    np.testing.assert_array_equal(history[columns], again[columns])


def test_the_interval_of_any_network_is_scaled_to_hold_nine_in_ten(tmp_path):
    network, _, _ = trained(tmp_path)
    table = calibrating.factors(network, SCENES, INSTRUMENT, seed=1)
    levels = [row["noise"] for row in table]
    assert levels == sorted(levels)
    assert all(row["factor"] > 0 for row in table)
    inside = [
        one.errors <= conformal.factor_at(table, one.noise)
        for one in calibrating.samples(network, SCENES, INSTRUMENT, seed=1)
    ]
    assert np.mean(inside) > 0.5
