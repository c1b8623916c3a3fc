"""A tiny general model through all of its rules, from the stored maps."""

import json
import shutil

import pandas as pd
import pytest
from clones import ROOT, Clone

from temdenoise.networks import card

pytestmark = pytest.mark.slow

TINY = """
run: tiny-general
scenes: {train: 6, calibration: 6, test: 3, per_job: 4, size: 64, patch_size: 32, bond_px: [5, 8]}
training: {filters: [2, 4, 4]}
models:
  general:
    {noise: instrument, network: bias-free, filters: [2, 4], epochs: 2, steps: 3, batch_size: 2,
     pretrained: false}
"""
MODEL = "results/tiny-general/models/general"
TRUST = "results/tiny-general/tables/trust/general.csv"
PICTURES = [
    f"results/tiny-general/figures/{figure}/general.png" for figure in ("scenes", "conditions")
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    clone = Clone(tmp_path_factory.mktemp("general"))
    shutil.copytree(ROOT / "resources/maps", clone.folder / "resources/maps")
    (clone.folder / "tiny.yaml").write_text(TINY)
    configs = ("--configfile", "config/general.yaml", "tiny.yaml")
    done = clone.snakemake(
        "--cores", 2, *configs, "--", "models/general/card.json", TRUST, *PICTURES
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return clone.folder


def test_the_model_is_stored_with_the_card_of_its_training(clone):
    stored = card.read(clone / "models/general/card.json")
    assert stored.patches == 12
    assert stored.recipe["filters"] == [2, 4]
    history = pd.read_csv(clone / MODEL / "history.csv")
    assert list(history["epoch"]) == [1, 2]
    assert history.filter(like="val ").notna().all(axis=None)


def test_its_interval_and_its_sites_are_calibrated(clone):
    said = json.loads((clone / MODEL / "calibration.json").read_text())
    assert all(row["factor"] > 0 for row in said["interval"])
    assert set(said["sites"]) == {"constant", "significance", "relative", "contrast", "position"}


def test_its_tables_and_figures_are_there(clone):
    table = pd.read_csv(clone / TRUST)
    assert table["coverage"].between(0, 1).all()
    assert all((clone / path).read_bytes().startswith(b"\x89PNG") for path in PICTURES)
