import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from micrographs import CARD, honeycomb

from temdenoise.micrographs import warnings
from temdenoise.micrographs.calibration import Scale

USUAL = warnings.Facts(0.15, (0.02, 0.06, 0.15), 0.0, 0, 0)
SCALE = Scale((0.0127, 0.0127), "header", 11.2, "lattice", 11.2, (1.0, 1.0))


def with_hole():
    image = 2 + honeycomb((200, 220), 11.2, 13)
    image[60:120, 80:150] = 0
    return image + np.random.default_rng(1).normal(0, 0.2, image.shape)


def test_a_hole_is_where_the_lattice_is_not():
    empty = warnings.vacuum(with_hole())
    assert empty[85:95, 105:125].all()
    empty[50:130, 70:160] = False
    assert not empty.any()


@pytest.mark.parametrize("noise", [0.05, 0.2])
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.6, 0.8])
def test_vacuum_is_told_however_large_it_is(part, noise):
    image = 2 + honeycomb((400, 420), 11.2, 13)
    image[:, : round(420 * part)] = 0
    image += np.random.default_rng(1).normal(0, noise, image.shape)
    found = float(warnings.vacuum(image).mean())
    assert part - 0.11 < found < part  # atoms reach over the edge by a bond


@pytest.mark.parametrize("noise", [0.02, 0.2, 0.5])
@pytest.mark.parametrize("bond", [6, 11.2, 17])
def test_noise_on_a_whole_lattice_is_no_vacuum(bond, noise):
    image = honeycomb((330, 300), bond, 13)
    image += np.random.default_rng(1).normal(0, noise, image.shape)
    assert warnings.vacuum(image).mean() < 0.0005


@settings(max_examples=10)
@given(st.floats(0.01, 1e5), st.floats(-1e6, 1e6))
def test_units_do_not_matter_to_a_hole(gain, offset):
    empty = warnings.vacuum(with_hole() * gain + offset)
    assert np.mean(empty == warnings.vacuum(with_hole())) > 0.999


def test_without_a_lattice_there_is_no_hole_in_it():
    noise = np.random.default_rng(1).normal(size=(7, 12))
    assert not warnings.vacuum(noise).any()


def test_an_image_like_those_of_the_training_needs_no_warning():
    assert warnings.warnings(USUAL, SCALE, CARD) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"noise": 0.4}, ("Noise 0.40", "more than", "0.1 to 0.25")),
        ({"noise": 0.01}, ("Noise 0.01", "less than", "original may be")),
        ({"quantiles": (0.3, 0.5, 0.6)}, ("Upper quartile 0.60 (training: 0.15)", "background")),
        ({"vacuum": 0.031}, ("No lattice in 3.1%", "do not believe")),
        ({"hot": 2, "dead": 1}, ("2 hot and 1 dead",)),
        ({"hot_rows": 2}, ("2 rows stood out",)),
    ],
)
def test_what_is_unlike_the_training_is_said_in_words(change, said):
    (words,) = warnings.warnings(dataclasses.replace(USUAL, **change), SCALE, CARD)
    assert all(part in words for part in said), words


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"bond_px": 5.04, "lattice_px": 5.0, "pixel_size": (0.028, 0.028)},
            ("5.0 px per bond", "at least 8.4"),
        ),
        ({"lattice_px": 13.6}, ("13.6", "11.2", "Check the pixel size and")),
        ({"lattice_px": None}, ("No hexagonal lattice",)),
    ],
)
def test_a_doubtful_scale_is_said_in_words(change, said):
    (words,) = warnings.warnings(USUAL, dataclasses.replace(SCALE, **change), CARD)
    assert all(part in words for part in said), words


@pytest.mark.parametrize(
    ("size", "bond", "nm"),
    [
        *((12.7, 11.2, "142 nm"), (12700, 11.2, "1.42e+05 nm"), (1, 11.2, "11.2 nm")),
        (0.0127, 11.2 / np.sqrt(3), "0.0821 nm"),
        (0.0127, 11.2 * np.sqrt(3), "0.246 nm"),
    ],
)
def test_a_bond_that_no_material_has_is_said_in_words(size, bond, nm):
    scale = Scale((size, size), "header", bond, "lattice", bond, (1.0, 1.0))
    said = [
        words for words in warnings.warnings(USUAL, scale, CARD) if "Check the pixel size" in words
    ]
    (words,) = said
    assert f"{bond:.1f} px per bond is" in words
    assert nm in words


@pytest.mark.parametrize("bond", [0.1423, 0.1446, 0.1824 * 0.95, 0.1824, 0.203])
@pytest.mark.parametrize("source", ["header", "user"])
def test_the_bonds_of_known_materials_are_plausible(bond, source):
    size = (0.01 / 1.1, 0.01 * 1.1)
    scale = Scale(size, source, bond / 0.01, "lattice", bond / 0.01, (1.0, 1.0))
    assert warnings.warnings(USUAL, scale, CARD) == []


@pytest.mark.parametrize("bond", [0.142, 0.1824, 0.56])
def test_a_pixel_size_from_the_lattice_agrees_with_it(bond):
    size = bond / 11.2
    scale = Scale((size, size), "lattice", 11.2, "lattice", 11.2, (1.0, 1.0))
    assert warnings.warnings(USUAL, scale, CARD) == []


def test_a_pixel_size_that_hangs_on_the_models_material_is_said_to():
    scale = Scale((0.0127, 0.0127), "lattice, assuming graphene", 11.2, "lattice", 11.2, (1, 1))
    (words,) = warnings.warnings(USUAL, scale, CARD)
    assert "assumes graphene (0.1423 nm per bond)" in words


def test_an_unknown_scale_is_said_in_words():
    unknown = Scale(None, "unknown", None, "unknown", None, (1.0, 1.0))
    assert "No pixel size and no lattice found" in warnings.warnings(USUAL, unknown, CARD)[0]
