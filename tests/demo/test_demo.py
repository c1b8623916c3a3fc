"""What `make demo` left behind; run it first."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from temdenoise.density.maps import brightness_at, read_map
from temdenoise.images.ground_truth import split_patches
from temdenoise.structures import sheets

DEMO = Path(__file__).parents[2] / "results/demo"
STRUCTURES = [f"train-{n}" for n in range(1, 6)] + ["test-1"]
MODELS = ["G", "SP", "GSP", "BBG"]
BASELINES = ["gaussian", "median-5", "median-7", "nl-means", "tv", "wavelet"]
FACTORS = [0.18, 0.20, 0.22, 0.24, 0.27, 0.30, 0.33, 0.36]
FIGURES = [
    *("structures", "density_maps", "brightness", "convergence", "noises"),
    *("training", "ms_ssim", "sections", "full_size"),
]

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def scores():
    return pd.read_csv(DEMO / "tables/scores.csv")


@pytest.fixture(scope="module", params=STRUCTURES)
def sheet(request):
    atoms = sheets.read(DEMO / f"structures/{request.param}.extxyz")
    return atoms, read_map(DEMO / f"maps/{request.param}.tif")


def test_every_model_is_scored_on_every_noise_at_every_factor(scores):
    assert not scores.isna().any().any()
    found = scores[scores["model"].isin(MODELS)].groupby(["model", "test_noise", "c_noise"]).size()
    assert set(found.index) == {(m, n, c) for m in MODELS for n in MODELS for c in FACTORS}


def test_regions_are_the_papers(scores):
    inside = scores["c_noise"] < 0.25
    assert (scores["region"] == np.where(inside, "interpolation", "extrapolation")).all()


@pytest.mark.parametrize("metric", ["ms_ssim", "psnr"])
def test_predictions_beat_the_noisy_input_in_the_interpolation_range(scores, metric):
    own = scores[(scores["model"] == scores["test_noise"]) & (scores["region"] == "interpolation")]
    assert len(own) == 16
    assert (own[metric] > own[f"{metric}_noisy"]).all()


def test_the_papers_table_holds_the_scores(scores):
    table = pd.read_csv(DEMO / "tables/ms_ssim.csv", index_col="model")
    assert list(table.index) == MODELS
    for row in scores[scores["model"] == scores["test_noise"]].itertuples():
        assert table.loc[row.model, f"{row.c_noise:g}"] == pytest.approx(row.ms_ssim)
        assert table.loc[row.model, f"{row.c_noise:g} noisy"] == pytest.approx(row.ms_ssim_noisy)
    for suffix in ("md", "html"):
        shown = (DEMO / f"tables/ms_ssim.{suffix}").read_text()
        assert all(f"{score:.3f}" in shown for score in table.to_numpy().ravel())


def test_the_comparison_has_every_baseline_on_every_noise():
    table = pd.read_csv(DEMO / "tables/comparison.csv")
    assert list(table["noise"]) == [noise for noise in MODELS for _ in range(len(BASELINES) + 2)]
    assert list(table["method"]) == [
        name for model in MODELS for name in ("noisy input", *BASELINES, model)
    ]
    assert not table.isna().any().any()


@pytest.mark.parametrize("name", STRUCTURES)
def test_the_density_has_four_electrons_a_carbon(name):
    summary = json.loads((DEMO / f"dft/{name}/summary.json").read_text())
    assert summary["engine"] == "gpaw"
    assert summary["converged"]
    (attempt,) = summary["attempts"]
    assert len(attempt["residuals"]) == summary["scf_steps"] - 1
    assert summary["electrons"] == pytest.approx(4 * 60, rel=0.005)


def test_the_table_of_dft_jobs_names_every_structure():
    table = pd.read_csv(DEMO / "tables/dft.csv")
    assert list(table["structure"]) == STRUCTURES
    assert table["converged"].all()
    assert (table["scf_steps"] > 5).all()


def test_the_costs_name_every_rule_and_what_it_asked_for():
    table = pd.read_csv(DEMO / "tables/costs.csv", index_col="rule")
    last = {"tabulate_costs", "record_provenance"}  # their benchmarks are written after it
    assert set(table.index) - last == {f.name for f in (DEMO / "benchmarks").iterdir()} - last
    assert table.loc["dft_gpaw", "jobs"] == len(STRUCTURES)
    assert (table[["wall_s", "memory_mb", "mem_mb", "runtime_min"]] > 0).all(axis=None)


def test_the_provenance_has_the_checksums_of_all_tables_and_models():
    graph = json.loads((DEMO / "provenance.json").read_text())["@graph"]
    clone, run = DEMO.parents[1], "results/demo/"
    sums = {e["@id"]: e["sha256"] for e in graph if e["@id"].startswith(run)}
    made = [*DEMO.glob("tables/[!.]*.*"), *DEMO.glob("models/*/model.keras"), DEMO / "config.json"]
    assert {str(path.relative_to(clone)) for path in made} <= set(sums)
    assert {path: hashlib.sha256((clone / path).read_bytes()).hexdigest() for path in sums} == sums
    versions = {e["name"]: e["softwareVersion"] for e in graph if "softwareVersion" in e}
    assert versions["gpaw"] == json.loads((DEMO / "dft/test-1/summary.json").read_text())["version"]


def test_atoms_with_longer_bonds_are_brighter(sheet):
    atoms, density_map = sheet
    bonds = sheets.mean_bond_lengths(atoms)
    assert np.corrcoef(bonds, brightness_at(density_map, atoms))[0, 1] > 0.6


def test_spots_are_isolated_on_dark(sheet):
    atoms, density_map = sheet
    assert density_map.metadata["slice"] == "grid plane"
    rings = atoms[::4]
    bond = atoms.cell.lengths()[1] / 5 / np.sqrt(3)
    rings.positions = rings.arrays["ordered_positions"] - [bond, 0, 0]
    bright = brightness_at(density_map, atoms)
    assert brightness_at(density_map, rings).max() < 0.02 * bright.min()
    assert np.median(density_map.values) < 0.25 * bright.mean()


def test_displacements_follow_eq_1():
    read = [sheets.read(DEMO / f"structures/{name}.extxyz") for name in STRUCTURES]
    size = np.abs(np.concatenate([sheets.displacements(atoms) for atoms in read])) / 0.284
    bands = [(0, 0.2), (0.25, 0.5), (2 / 3, 1)]
    inside = [(size >= low - 1e-6) & (size <= high + 1e-6) for low, high in bands]
    assert np.logical_or.reduce(inside).all()
    assert [band.mean() for band in inside] == pytest.approx([0.683, 0.272, 0.046], abs=0.06)


def test_the_training_set_is_eleven_images_times_shifts_factors_and_patches():
    clean = np.load(DEMO / "images/train.npy", mmap_mode="r")
    noisy = np.load(DEMO / "noisy/G/train.npy", mmap_mode="r")
    assert clean.shape == (11 * 4, 256, 256)
    assert len(split_patches(noisy, 64)) == 11 * 4 * 4 * 16
    assert clean.min() == 0
    assert clean.max() == 1


@pytest.mark.parametrize("figure", FIGURES)
def test_figures_are_drawn(figure):
    assert (DEMO / f"figures/{figure}.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_holds_every_figure_and_table():
    report = (DEMO / "report.html").read_text()
    for name in [
        *(f"{figure}.png" for figure in FIGURES),
        "ms_ssim.html",
        *("comparison.html", "matrix.html"),
        "dft.html",
        "costs.html",
        "provenance.html",
        "provenance.json",
    ]:
        assert name in report


def test_nothing_half_written_is_left():
    assert not list(DEMO.rglob("*.partial*"))
