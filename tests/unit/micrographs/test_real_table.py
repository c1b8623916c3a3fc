import numpy as np
import pandas as pd
import pytest
from micrographs import honeycomb
from scipy.ndimage import gaussian_filter

from temdenoise.micrographs import real_table

RNG = np.random.default_rng(1)
CLEAN = 100 * honeycomb((120, 132), 14)
IMAGES = {"sheet": CLEAN + 20 * RNG.standard_normal(CLEAN.shape), "noise": RNG.random((80, 90))}
SHOWS = {"sheet": "a sheet", "noise": "nothing"}
METHODS = {
    real_table.BLUR: {
        "1": lambda image: gaussian_filter(image, 1),
        "3": lambda image: gaussian_filter(image, 3),
    },
    "truth": {"": lambda image: CLEAN if image.shape == CLEAN.shape else CLEAN[::2, ::2]},
}


def table(names=("sheet",)):
    images = {name: IMAGES[name] for name in names}
    return pd.DataFrame(real_table.rows(images, SHOWS, METHODS), columns=real_table.COLUMNS)


def test_each_method_has_its_best_parameter_and_the_truth_is_ahead():
    found = table().set_index("method")
    assert found.loc[real_table.BLUR, "parameter"] == "1"
    assert found.loc["truth", "explained"] > found.loc[real_table.BLUR, "explained"]
    assert found.loc["truth", "lattice_left"] < 0.05


def test_the_correlation_of_noise_is_measured():
    noise = gaussian_filter(RNG.standard_normal(CLEAN.shape), 1)
    images = {**IMAGES, "smooth": CLEAN + 20 * noise / noise.std()}
    methods = {name: METHODS[name] for name in (real_table.BLUR, "truth")}
    methods["truth"] = {"": lambda image: CLEAN if image.shape == CLEAN.shape else CLEAN[::2, ::2]}
    found = pd.DataFrame(
        real_table.rows(
            {k: images[k] for k in ("sheet", "smooth")}, {**SHOWS, "smooth": ""}, methods
        ),
        columns=real_table.COLUMNS,
    )
    truth = found[found["method"] == "truth"].set_index("image")["correlation"]
    assert abs(truth["sheet"]) < 0.05
    assert truth["smooth"] > 0.3


def test_people_see_the_best_in_bold_and_the_gain_over_the_blur():
    shown = real_table.readable(table()).set_index("image")
    assert "**" in shown.loc["sheet", "truth"]
    gain = float(shown.loc["median gain over blur", "truth"])
    truth, blur = (
        float(shown.loc["sheet", name].strip("*")) for name in ("truth", real_table.BLUR)
    )
    assert gain == pytest.approx(truth - blur, abs=0.2)


def test_plain_filters_know_no_gain_and_no_offset():
    image = IMAGES["sheet"]
    known = real_table.filters()
    assert {real_table.BLUR, "nl-means", "tv"} <= set(known)
    for functions in known.values():
        one = next(iter(functions.values()))
        np.testing.assert_allclose(one(5 * image + 3), 5 * one(image) + 3, rtol=1e-3, atol=1)


def test_pairs_are_scored_after_gain_and_offset():
    noisy = CLEAN + 30 * RNG.standard_normal(CLEAN.shape)
    methods = {**METHODS, "scaled": {"": lambda image: 3 * CLEAN - 7}}
    del methods["truth"]
    rows = real_table.pair_rows({"1": (noisy, CLEAN), "2": (noisy, CLEAN)}, methods)
    found = pd.DataFrame(rows, columns=real_table.PAIR_COLUMNS)
    errors = found.set_index(["pair", "method"])["error"]
    assert errors["1", "scaled"] == pytest.approx(0, abs=1e-6)
    assert 0.05 < errors["1", real_table.BLUR] < 1
    shown = real_table.readable_pairs(found).set_index("pair")
    assert shown.loc["1", "scaled"] == "**0.000**"
    assert shown.loc["mean", real_table.BLUR] == f"{errors['1', real_table.BLUR]:.3f}"
