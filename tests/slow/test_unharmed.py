"""The paper's models lose nothing on the way of a micrograph: their own test image."""

import numpy as np
import pytest
from clones import ROOT

from temdenoise import seeds
from temdenoise.density import maps
from temdenoise.images import ground_truth, noise
from temdenoise.micrographs import applying, calibration, tiling
from temdenoise.networks import inference

pytestmark = pytest.mark.slow

MODELS = ("G", "SP", "GSP", "BBG")
BOND = 0.142  # nm
GAIN, OFFSET = 1000.0, 3e4  # of a detector


@pytest.fixture(scope="module")
def clean():
    (values,) = maps.Values(maps.converged([ROOT / "resources/maps/gpaw/test-1.tif"])).values()
    whole = ground_truth.resample(ground_truth.tile([values] * 9, (3, 3)), (512, 512), 3)
    return ground_truth.to_grey(whole, whole.min(), whole.max())


def decibels(image, truth):
    return -10 * np.log10(np.mean((image - truth) ** 2))


@pytest.mark.parametrize(
    ("size", "scale"), [(448, 1.0), (447, 1.0), (449, 1.0), (600, 1.0), (448, 1.006)]
)
@pytest.mark.parametrize("name", MODELS)
def test_the_way_of_a_micrograph_costs_less_than_half_a_decibel(clean, name, size, scale):
    model = ROOT / "models" / name / "model.keras"
    wide = np.pad(clean, (0, 640 - len(clean)), mode="wrap")
    recorded = noise.NOISES[name](wide, 0.2, seeds.generator(1, name), noise.Settings())
    truth, frame = wide[:size, :size], GAIN * recorded[:size, :size].astype(float) + OFFSET
    card = applying._card(model)
    size_of_pixel = BOND / (scale * card.bond_length_px)
    network = applying._load(model, card.sha256, 2)
    found = calibration.find(frame, None, pixel_size=size_of_pixel, bond_length=BOND, card=card)
    applied = applying.Applied(network, card, found, applying.Settings())
    alone = tiling.denoise(
        inference.predictor(network),
        recorded[:size, :size].astype(np.float32),
        **{"tile": 256, "overlap": 64, "batch": 4},
    )
    through = (applied.image(frame) - OFFSET) / GAIN
    assert decibels(alone, truth) - decibels(through, truth) < 0.5
    assert abs(through.mean() - alone.mean()) < 0.05 * truth.std()
    assert 0.9 < np.polyfit(truth.ravel(), through.ravel(), 1)[0] < 1.1
