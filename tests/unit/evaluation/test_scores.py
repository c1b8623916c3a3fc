import numpy as np
import pandas as pd
import pytest

from temdenoise.evaluation import metrics
from temdenoise.evaluation import scores as evaluation

pytestmark = pytest.mark.usefixtures("one_thread")

SHAPE = (176, 192)
REGIONS = {0.2: "interpolation", 0.3: "extrapolation"}
IMAGES = pd.DataFrame({"image": ["test-1", "test-2"], "shift": [0, 0]})
ROWS = pd.DataFrame({"clean_index": [0, 1, 0], "c_noise": [0.2, 0.2, 0.3]})


def clean_stack():
    y, x = np.indices(SHAPE)
    waves = [0.5 + 0.5 * np.sin(x / period) * np.cos(y / 9) for period in (5, 8)]
    return np.array(waves, dtype=np.float32)


def noisy_stack():
    rng = np.random.default_rng(1)
    rows = [
        clean_stack()[index] + factor * rng.standard_normal(SHAPE)
        for index, factor in ROWS.itertuples(index=False)
    ]
    return np.clip(rows, 0, 1).astype(np.float32)


def scores(predicted, noisy):
    return evaluation.scores(
        "G", "SP", predicted, noisy, clean_stack(), ROWS, IMAGES, REGIONS, patch_size=16
    )


def test_predictions_are_the_denoised_images_one_at_a_time():
    found = evaluation.predictions(noisy_stack(), lambda image: 1 - image)
    np.testing.assert_array_equal(next(found), 1 - noisy_stack()[0])
    assert len(list(found)) == 2


def test_identity_on_clean_images_is_perfect():
    clean = clean_stack()[ROWS["clean_index"]]
    found = scores(np.array(list(evaluation.predictions(clean, lambda image: image))), clean)
    assert found["ms_ssim"].tolist() == pytest.approx([1, 1, 1], abs=1e-6)
    assert found["psnr"].tolist() == [np.inf] * 3


def test_identity_on_noisy_images_gains_nothing():
    found = scores(noisy_stack(), noisy_stack())
    assert found["ms_ssim"].tolist() == found["ms_ssim_noisy"].tolist()
    assert found["psnr"].tolist() == found["psnr_noisy"].tolist()
    assert (found["ms_ssim"] < 0.95).all()


def test_table_has_its_columns_and_a_row_an_image():
    found = scores(noisy_stack(), noisy_stack())
    assert found.columns.tolist() == evaluation.COLUMNS
    head = found[["model", "test_noise", "c_noise", "region", "image"]]
    assert head.to_numpy().tolist() == [
        ["G", "SP", 0.2, "interpolation", "test-1"],
        ["G", "SP", 0.2, "interpolation", "test-2"],
        ["G", "SP", 0.3, "extrapolation", "test-1"],
    ]


def test_each_image_is_scored_against_its_own_truth():
    predicted = 0.9 * clean_stack()[ROWS["clean_index"]] + 0.1 * noisy_stack()
    found = scores(predicted, noisy_stack())
    for number, row in found.iterrows():
        truth = clean_stack()[ROWS["clean_index"][number]]
        for suffix, image in (("", predicted[number]), ("_noisy", noisy_stack()[number])):
            expected = metrics.ms_ssim(image, truth, data_range=1.0)
            assert row[f"ms_ssim{suffix}"] == pytest.approx(expected, abs=1e-6)
            expected = metrics.psnr(image, truth, data_range=1.0)
            assert row[f"psnr{suffix}"] == pytest.approx(expected, rel=1e-6)
        expected = metrics.seam_ratio(predicted[number], truth, patch_size=16)
        assert row["seam_ratio"] == pytest.approx(expected)
    assert (found["ms_ssim"] > found["ms_ssim_noisy"]).all()
