import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from clones import ROOT
from hypothesis import given
from hypothesis import strategies as st
from micrographs import CARD

from temdenoise.errors import InputError
from temdenoise.networks import card
from temdenoise.run import checksums
from temdenoise.structures import sheets

PAPER = {"cells": [5, 9], "material": "graphene", "lattice_constant": 2.4644}
counts = st.integers(1, 9)


def test_bond_length_of_the_papers_test_image():
    # 6.402 nm wide and 6.654 nm high (science: 15 × √3·a by 27 × a), 512 pixels, a/√3 a bond.
    bond = 2.4644 / np.sqrt(3)
    y, x = card.bond_length_px(PAPER, (3, 3), 512)
    assert y == pytest.approx(bond / 66.54 * 512, rel=1e-3)
    assert x == pytest.approx(bond / 64.02 * 512, rel=1e-3)


@given(counts, counts, counts, counts)
def test_bond_length_is_that_of_the_structure(columns, rows, nx, ny):
    settings = {
        **{"material": "graphene", "cells": [nx, ny], "lattice_constant": 2.46},
        **{"thickness": 0.0, "cell_height": 10.0},
    }
    width, height, _ = sheets.ordered_sheet_of(settings).cell.lengths()
    y, x = card.bond_length_px(settings, (rows, columns), 100)
    assert y == pytest.approx(2.46 / np.sqrt(3) * 100 / (rows * height))
    assert x == pytest.approx(2.46 / np.sqrt(3) * 100 / (columns * width))


def test_scale_spans_the_training_tiles():
    tiles = {"train": [{"grid": [2, 2]}, {"grid": [4, 4]}], "test": [{"grid": [3, 3]}]}
    scale = card.scale(PAPER, tiles, 512)
    low, high = scale["bond_length_px_range"]
    assert high / low == pytest.approx(2 * 9 / (5 * np.sqrt(3)), rel=2e-3)
    assert low < scale["bond_length_px"] < high


def test_results_are_those_of_the_models_own_noise():
    scores = pd.DataFrame(
        [
            *[("A", "G", 0.1, 0.9, 0.5), ("A", "G", 0.1, 0.7, 0.3), ("A", "SP", 0.1, 0, 0)],
            *[("B", "G", 0.1, 0, 0), ("A", "G", 0.2, 0.5, 0.2)],
        ],
        columns=["model", "test_noise", "c_noise", "ms_ssim", "ms_ssim_noisy"],
    )
    assert card.results(scores, "A", "G") == [
        {"c_noise": 0.1, "ms_ssim": 0.8, "ms_ssim_noisy": 0.4},
        {"c_noise": 0.2, "ms_ssim": 0.5, "ms_ssim_noisy": 0.2},
    ]


def test_intensities_are_quantiles():
    found = card.intensities(np.linspace(0, 1, 101, dtype=np.float32).reshape(1, 1, 101), 0)
    assert found == pytest.approx(card.QUANTILES)


WANTED = {"noise": "G", "c_noise": [0.1, 0.25], "recipe": {"filters": [2, 3, 4], "epochs": 5}}


@pytest.fixture
def a_model(tmp_path):
    """Return the paths of a model and its card."""
    model = tmp_path / "model.keras"
    model.write_bytes(b"weights")
    said = replace(CARD, c_noise=[0.1, 0.25], sha256=checksums.of(model))
    (tmp_path / "card.json").write_text(said.to_json())
    return model, tmp_path / "card.json"


def test_a_card_is_read_as_it_was_written(a_model):
    assert card.read(a_model[1]).to_json() == a_model[1].read_text()


@pytest.mark.parametrize("model", ["G", "SP", "GSP", "BBG"])
def test_the_shipped_cards_say_the_same_to_people(model):
    folder = ROOT / "models" / model
    assert card.read(folder / "card.json").to_readme() == (folder / "README.md").read_text("utf-8")


def test_the_model_that_is_asked_for_is_taken(a_model):
    said = card.read(a_model[1])
    card.check(a_model[0], said)
    card.check_wanted(said, a_model[1], WANTED)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"noise": "SP"}, "noise: trained with G, the config says SP"),
        ({"c_noise": [0.5, 0.6]}, r"c_noise: trained with \[0.1, 0.25\], the config says"),
        ({"material": "hBN"}, "material: trained with graphene, the config says hBN"),
        ({"recipe": {"epochs": 150}}, "epochs: trained with 5, the config says 150"),
    ],
)
def test_a_model_trained_otherwise_is_refused(a_model, other, words):
    with pytest.raises(InputError, match=words):
        card.check_wanted(card.read(a_model[1]), a_model[1], WANTED | other)


def test_a_model_that_is_not_its_card_s_is_refused(a_model):
    a_model[0].write_bytes(b"damage")
    with pytest.raises(InputError, match=r"not the model of .*card"):
        card.check(a_model[0], card.read(a_model[1]))


@pytest.mark.parametrize(
    "other",
    [
        *({"recipe": {}}, {"scores": [{}]}, {"scores": None}, {"c_noise": ["0.1", "0.2"]}),
        *({"bond_length_px": "7"}, {"smooth_quantiles": ["a"] * 9}, {"material": []}),
    ],
    ids=str,
)
def test_a_card_that_cannot_be_used_is_named(a_model, other):
    a_model[1].write_text(json.dumps(json.loads(a_model[1].read_text()) | other))
    with pytest.raises(InputError, match=r"card\.json: not a whole model card"):
        card.read(a_model[1])


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sha256": "a"}'])
def test_a_damaged_card_is_named(a_model, text):
    a_model[1].write_text(text)
    with pytest.raises(InputError, match=r"card\.json: not a whole model card"):
        card.read(a_model[1])


def test_the_guide_promises_the_scales_that_the_card_says():
    low, high = card.read(ROOT / "models/general/card.json").bond_length_px_range
    guide = " ".join((ROOT / "docs/denoise-your-image.md").read_text("utf-8").split())
    assert f"{low:g} to {high:g} pixels per bond" in guide
