import json

import numpy as np
import pytest

from temdenoise import checksums, density, stored, structures
from temdenoise.errors import InputError

CELL = {
    **{"material": "graphene", "cells": [1, 2], "lattice_constant": 2.46},
    **{"thickness": 0.0, "cell_height": 10.0, "max_shift": 0.3},
}
WANTED = {"noise": "G", "c_noise": [0.1, 0.25], "recipe": {"filters": [2, 3, 4], "epochs": 5}}


@pytest.fixture
def a_map(tmp_path):
    """Return the paths of a map and its structure."""
    atoms = structures.ordered_sheet_of(CELL)
    atoms.arrays["ordered_positions"] = atoms.positions.copy()
    structures.write(tmp_path / "train-1.extxyz", atoms)
    metadata = {"structure": "train-1", "height_angstrom": 3.0}
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    density.write_map(
        tmp_path / "train-1.tif", density.DensityMap(values, (1.0, 2.0), (0.0, 0.0), metadata)
    )
    return tmp_path / "train-1.tif", tmp_path / "train-1.extxyz"


@pytest.fixture
def a_model(tmp_path):
    """Return the paths of a model and its card."""
    model, card = tmp_path / "model.keras", tmp_path / "card.json"
    model.write_bytes(b"weights")
    card.write_text(json.dumps({"sha256": checksums.digest(model), **WANTED}))
    return model, card


def asked(**other):
    return {"name": "train-1", "cell": CELL, "height": 3.0} | other


@pytest.mark.parametrize("move", [stored.put, stored.take])
def test_a_copy_has_the_same_bytes(a_map, tmp_path, move):
    move(a_map[0], tmp_path / "far" / "copy.tif")
    assert (tmp_path / "far" / "copy.tif").read_bytes() == a_map[0].read_bytes()


@pytest.mark.parametrize(
    ("move", "words"), [(stored.put, "makes it anew"), (stored.take, "get it again, as by git")]
)
def test_a_damaged_file_is_not_copied(a_map, tmp_path, move, words):
    damaged = bytearray(a_map[0].read_bytes())
    damaged[-1] ^= 1
    a_map[0].write_bytes(damaged)
    with pytest.raises(InputError, match=rf"train-1\.tif: damaged: expected SHA-256.*{words}"):
        move(a_map[0], tmp_path / "copy.tif")
    assert not (tmp_path / "copy.tif").exists()


def test_what_is_damaged_in_the_store_is_not_marked_for_a_run(a_map, tmp_path):
    a_map[0].write_bytes(b"")
    with pytest.raises(InputError):
        stored.take(a_map[0], tmp_path / "copy.tif")
    assert not list(tmp_path.glob(f".*{checksums.MARK}"))


def test_the_map_that_is_asked_for_is_taken(a_map):
    stored.check_map(*a_map, **asked())


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"name": "train-2"}, "structure: got train-1, the config says train-2"),
        ({"height": 2.5}, "height_angstrom: got 3.0, the config says 2.5"),
        ({"cell": CELL | {"cells": [2, 2]}}, "atoms: got 8, the config says 16"),
        ({"cell": CELL | {"cell_height": 9.0}}, "cell"),
    ],
)
def test_another_map_is_refused(a_map, other, words):
    with pytest.raises(InputError, match=words):
        stored.check_map(*a_map, **asked(**other))


def test_the_model_that_is_asked_for_is_taken(a_model):
    stored.check_model(*a_model, WANTED)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"noise": "SP"}, "noise: trained with G, the config says SP"),
        ({"c_noise": [0.5, 0.6]}, r"c_noise: trained with \[0.1, 0.25\], the config says"),
        ({"material": "hBN"}, "material: trained with None, the config says hBN"),
        ({"recipe": {"epochs": 150}}, "epochs: trained with 5, the config says 150"),
    ],
)
def test_a_model_trained_otherwise_is_refused(a_model, other, words):
    with pytest.raises(InputError, match=words):
        stored.check_model(*a_model, WANTED | other)


def test_a_model_that_is_not_its_card_s_is_refused(a_model):
    a_model[0].write_bytes(b"damage")
    with pytest.raises(InputError, match=r"not the model of .*card"):
        stored.check_model(*a_model, WANTED)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sha256": "a"}'])
def test_a_damaged_card_is_named(a_model, text):
    a_model[1].write_text(text)
    with pytest.raises(InputError, match=r"card\.json: not a whole model card"):
        stored.check_model(*a_model, WANTED)
