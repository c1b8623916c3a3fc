import sys

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from temdenoise.config.schema import schema
from temdenoise.errors import InputError
from temdenoise.evaluation import filters, scores

pytestmark = pytest.mark.usefixtures("one_thread")

SHAPE = (176, 192)
OWN = [name for name in filters.FILTERS if name != "tk-r-em"]


def truth(shape=SHAPE):
    y, x = np.indices(shape)
    return (0.5 + 0.4 * np.sin(x / 5) * np.cos(y / 7)).astype(np.float32)


def corrupted(factor, seed=1):
    noise = factor * np.random.default_rng(seed).standard_normal(SHAPE)
    return np.clip(truth() + noise, 0, 1).astype(np.float32)


def test_the_config_may_name_every_filter_and_no_other():
    assert schema()["properties"]["baselines"]["items"]["enum"] == list(filters.FILTERS)


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("level", [0, 0.3, 1])
def test_a_constant_image_stays(name, level):
    image = np.full((48, 67), level, dtype=np.float32)
    one = filters.FILTERS[name]
    np.testing.assert_allclose(one.apply(image, one.values[-1]), image, atol=1e-5)


@pytest.mark.parametrize("name", OWN)
def test_shape_and_precision_stay_at_every_value(name):
    image = corrupted(0.2)[:40, :57]
    one = filters.FILTERS[name]
    for value in one.values:
        filtered = one.apply(image, value)
        assert (filtered.shape, filtered.dtype) == (image.shape, image.dtype)
        assert np.isfinite(filtered).all()


@pytest.mark.parametrize("name", OWN)
def test_a_clean_image_is_hardly_changed_at_the_least_value(name):
    one = filters.FILTERS[name]
    assert np.abs(one.apply(truth(), one.values[0]) - truth()).mean() < 0.03


@pytest.mark.parametrize("name", OWN)
def test_noise_goes_at_the_chosen_value(name):
    one = filters.FILTERS[name]
    table = filters.trials(name, one, [(corrupted(0.2), truth())], scores.similarity)
    filtered = one.apply(corrupted(0.2, seed=2), filters.chosen(table))
    noisy = scores.similarity(corrupted(0.2, seed=2), truth())
    assert scores.similarity(filtered, truth()) > noisy


def test_the_value_of_the_highest_mean_is_chosen():
    add = filters.Filter(lambda image, value: image + value, "offset", (0, 1, 2, 3, 4))
    images = [(np.zeros((2, 3)), np.full((2, 3), level)) for level in (1, 2, 3)]
    table = filters.trials("add", add, images, lambda a, b: -float(((a - b) ** 2).mean()))
    assert table.columns.tolist() == filters.COLUMNS
    assert table["ms_ssim"].tolist() == pytest.approx([-14 / 3, -5 / 3, -2 / 3, -5 / 3, -14 / 3])
    assert table["chosen"].tolist() == [False, False, True, False, False]
    assert filters.chosen(table) == 2


def test_the_sample_is_one_image_of_each_factor_and_spread():
    rows = pd.DataFrame(
        [(index, factor) for factor in (0.1, 0.2, 0.3) for index in range(5)],
        columns=["clean_index", "c_noise"],
    )
    clean = np.arange(5)[:, None, None] * np.ones((1, 2, 3))
    noisy = clean[rows["clean_index"]] + rows["c_noise"].to_numpy()[:, None, None]
    found = filters.sample(noisy, clean, rows)
    pairs = [(image[0, 0], own[0, 0]) for image, own in found]
    assert pairs == [(0.1, 0), (2.2, 2), (4.3, 4)]


def test_the_sample_of_one_factor_is_one_image():
    rows = pd.DataFrame({"clean_index": [0, 1], "c_noise": [0.2, 0.2]})
    assert len(filters.sample(np.zeros((2, 3, 4)), np.zeros((2, 3, 4)), rows)) == 1


def write_double_of_tk_r_em(folder):
    """Write a package with a network that halves its image: a test double for tk_r_em."""

    class Half(tf.Module):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable(0.5)

        @tf.function(input_signature=[tf.TensorSpec([None, None, None, 1], tf.float32)])
        def __call__(self, x):
            return {"gen_r_em_out": self.factor * x}

    half = Half()
    path = folder / "tk_r_em/models/sfr_hrtem"
    tf.saved_model.save(half, str(path), signatures=half.__call__)
    (folder / "tk_r_em/__init__.py").write_text("raise ImportError('an old Keras')\n")


def test_a_network_of_the_peer_is_run_without_importing_its_package(tmp_path, monkeypatch):
    write_double_of_tk_r_em(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    restored = filters.FILTERS["tk-r-em"].apply(truth(), "sfr_hrtem")
    np.testing.assert_allclose(restored, truth() / 2, rtol=1e-6)
    assert restored.dtype == np.float32


def test_a_peer_that_is_not_installed_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(InputError, match="pip install --no-deps tk_r_em"):
        filters.FILTERS["tk-r-em"].apply(truth(), "sfr_hrtem")
