import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import tifffile
from micrographs import honeycomb

from temdenoise.micrographs.atoms import ATOM, VACANCY
from temdenoise.reports import overview

SHAPE = (80, 96)
SAID = {
    **{"model": "general", "problem": None, "noise": 0.5, "border_step": None, "frames": 1},
    **{"pixel_size": [0.02, 0.02], "warnings": ["The noise is strong."], "atoms": 3},
    **{"vacancies": 2, "pixel_size_from": "header", "bond_px": 12.0, "bond_px_from": "lattice"},
    **{"lattice_px": 12.0, "resampled_by": [1.0, 1.0]},
}
ATOMS = pd.DataFrame(
    {
        "kind": [ATOM, VACANCY, VACANCY],
        **{"y_px": [30.0, 20.0, 50.0], "x_px": [30.0, 40.0, 10.0]},
    }
)


@pytest.fixture
def entry(tmp_path):
    tifffile.imwrite(tmp_path / "one.tif", honeycomb(SHAPE, 12).astype(np.float32))
    return {"path": tmp_path / "one.tif", "crop": None, "pixel_size": None}


@pytest.fixture
def drawn(entry):
    def draw(*results):
        figure = overview.draw(entry, list(results))
        plt.close(figure)
        return figure

    return draw


def result(**said):
    image = honeycomb(SHAPE, 12).astype(np.float32)
    return overview.Result(image, np.full(SHAPE, 0.1, np.float32), ATOMS, {**SAID, **said})


def test_candidate_vacancies_are_circled_where_they_are(drawn):
    figure = drawn(result())
    (circles,) = figure.axes[2].collections
    np.testing.assert_array_equal(circles.get_offsets(), [[40, 20], [10, 50]])


def test_each_model_has_a_row_and_its_words(drawn):
    refused = overview.Result(None, None, None, {**SAID, "problem": "one.tif: no lattice"})
    one = drawn(result())
    three = drawn(result(), result(model="G", frames=4), refused)
    assert len(three.axes) == 2 * len(one.axes)
    words = three.get_supxlabel()
    assert words.count("The noise is strong.") == 2
    assert "one.tif: no lattice" in words
    assert [axes.get_ylabel() for axes in three.axes if "model" in axes.get_ylabel()] == [
        "model general",
        "model G",
    ]


def test_an_image_that_no_model_could_denoise_says_why(drawn):
    problem = {**SAID, "problem": "one.tif: no lattice"}
    figure = drawn(overview.Result(None, None, None, problem))
    (axes,) = figure.axes
    assert axes.texts[0].get_text() == "Not denoised: one.tif: no lattice"
