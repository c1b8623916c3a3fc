import numpy as np
import pandas as pd
import pytest
from scenes import INSTRUMENT, PERFECT, with_chances

from temdenoise import seeds
from temdenoise.networks import trust
from temdenoise.networks.scene_batches import Scenes
from temdenoise.scenes import building, imaging

SETTINGS = with_chances(PERFECT, edge=1.0)
SCENES = [
    building.build(SETTINGS, None, seeds.generator(1, "scene", number)) for number in range(2)
]
IMAGES = Scenes(
    [np.array([imaging.image(one, SETTINGS, [], seeds.generator(1, "i")) for one in SCENES])]
)
WIDE = [{"noise": 0.5, "factor": 100.0}]


def table(denoise, interval):
    rows = trust.rows(denoise, interval, IMAGES, SCENES, INSTRUMENT, seed=1)
    return trust.summary(pd.DataFrame(rows, columns=trust.COLUMNS))


def identity(image):
    return np.stack([image, image - 1, image + 1])


def test_an_interval_that_is_wide_enough_holds_everything_and_one_of_no_width_nothing():
    assert (table(identity, WIDE)["coverage"] > 0.99).all()
    none = table(identity, [{"noise": 0.5, "factor": 0.0}])
    assert none.loc[none["condition"] == "Gaussian 2", "coverage"].max() < 0.01


def test_the_noisy_image_is_worse_than_its_best_blur_and_vacuum_is_told_apart():
    means = table(identity, WIDE)
    loud = means[means["condition"] == "Gaussian 2"]
    assert (loud["error"] > loud["error_of_blur"]).all()
    assert loud["error"].iloc[0] == pytest.approx(2, rel=0.1)
    assert set(means["area"]) == {"everywhere", "vacuum"}


def test_people_read_three_digits():
    shown = trust.readable(table(identity, WIDE))
    assert shown["coverage"].str.endswith("%").all()
