import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import tifffile
from micrographs import honeycomb

from temdenoise.micrographs.atoms import ATOM, VACANCY
from temdenoise.reports import overview, panels

SHAPE = (80, 96)
SAID = {
    **{"model": "general", "problem": None, "noise": 0.5, "border_step": None, "frames": 1},
    **{"pixel_size": [0.02, 0.02], "warnings": ["The noise is strong."], "atoms": 3},
    **{"vacancies": 2, "pixel_size_from": "header", "bond_px": 12.0, "bond_px_from": "lattice"},
    **{"lattice_px": 12.0, "resampled_by": [1.0, 1.0]},
}
ATOMS = pd.DataFrame(
    {
        "kind": [ATOM, VACANCY, VACANCY, ATOM],
        **{"y_px": [30.0, 20.0, 50.0, 60.0], "x_px": [30.0, 40.0, 10.0, 20.0]},
        "probability": [0.99, 0.8, 0.7, 0.2],
    }
)


@pytest.fixture
def entry(tmp_path):
    tifffile.imwrite(tmp_path / "one.tif", honeycomb(SHAPE, 12).astype(np.float32))
    return {"path": tmp_path / "one.tif", "crop": None, "pixel_size": None, "dataset": None}


@pytest.fixture
def drawn(entry):
    def draw(*results):
        figure = overview.draw(entry, list(results))
        plt.close(figure)
        return figure

    return draw


def result(**said):
    image = honeycomb(SHAPE, 12).astype(np.float32)
    return panels.Result(image, np.full(SHAPE, 0.1, np.float32), ATOMS, {**SAID, **said})


def test_candidate_vacancies_are_circled_where_they_are(drawn):
    figure = drawn(result())
    (circles,) = figure.axes[2].collections
    np.testing.assert_array_equal(circles.get_offsets(), [[40, 20], [10, 50]])


def test_the_atoms_panel_marks_likely_atoms_and_candidates_on_the_pixels_of_the_image(drawn):
    axes = drawn(result()).axes[panels.TITLES.index("atoms")]
    dots, circles = axes.collections
    np.testing.assert_array_equal(dots.get_offsets(), [[30, 30]])
    np.testing.assert_array_equal(circles.get_offsets(), [[40, 20], [10, 50]])
    # The middle 80 of 80 x 96 pixels: the first column shown is number 8.
    assert axes.get_xlim() == (7.5, 87.5)
    np.testing.assert_array_equal(axes.images[0].get_array()[:, 0], result().image[:, 8])


@pytest.mark.parametrize(("bond", "reach"), [(12.0, 12.5), (3.0, 25.0)])
def test_the_fourier_transform_reaches_the_peaks_of_a_fine_lattice(drawn, bond, reach):
    axes = drawn(result(bond_px=bond)).axes[panels.TITLES.index("FFT")]
    assert axes.get_title() == f"FFT to {reach:g} nm⁻¹"
    assert axes.images[0].get_array().shape == tuple(round(n * reach / 25) for n in SHAPE)


def test_each_model_has_a_row_and_its_words(drawn):
    refused = panels.Result(None, None, None, {**SAID, "problem": "one.tif: no lattice"})
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
    figure = drawn(panels.Result(None, None, None, problem))
    (axes,) = figure.axes
    assert axes.texts[0].get_text() == "Not denoised: one.tif: no lattice"
