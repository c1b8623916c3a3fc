"""Maps and models from the store, and into it; the shipped ones, in dry runs."""

import shutil

import pytest
from clones import ROOT

RESULTS = ("--configfile", "config/results.yaml")
FIGURE = "results/results/figures/structures.png"


@pytest.fixture
def shipped(own_clone):
    for name in ("resources", "models"):
        shutil.copytree(ROOT / name, own_clone.folder / name)
    return own_clone


def refused(clone, *options):
    done = clone.plan(*options)
    assert done.returncode != 0
    return done.stdout + done.stderr


def more(clone, text):
    (clone.folder / "more.yaml").write_text(text)
    return "more.yaml"


def test_the_stored_maps_and_models_take_the_place_of_dft_and_training(shipped):
    jobs = shipped.jobs(*RESULTS)
    assert (jobs["load_map"], jobs["load_model"]) == (6, 4)
    assert not {"disorder_structure", "dft_openmx", "dft_gpaw", "slice_density"} & set(jobs)
    assert "train_model" not in jobs


def test_the_stored_maps_can_be_trained_on(shipped):
    jobs = shipped.jobs(*RESULTS, more(shipped, "training: {pretrained: false}"))
    assert (jobs["load_map"], jobs["train_model"]) == (6, 4)
    assert "load_model" not in jobs


def test_one_more_model_is_trained_beside_the_stored_ones(shipped):
    wide = "models: {wide: {noise: G, filters: [64, 128, 256], pretrained: false}}"
    jobs = shipped.jobs(*RESULTS, more(shipped, wide))
    assert (jobs["load_model"], jobs["train_model"]) == (4, 1)


def test_a_general_model_has_jobs_of_its_own_and_changes_no_others(shipped):
    before = shipped.jobs(*RESULTS)
    general = (
        "scenes: {train: 40, calibration: 4, test: 4, per_job: 20}\n"
        "models: {any: {noise: instrument, network: bias-free, pretrained: false}}\n"
    )
    jobs = shipped.jobs(*RESULTS, more(shipped, general))
    assert {name: jobs[name] - before[name] for name in jobs if jobs[name] != before[name]} == {
        **{"build_scenes": 4, "image_scenes": 4, "train_general": 1, "calibrate_general": 1},
        **{"evaluate_trust": 1, "evaluate_rotated": 1},
        **{"design_scenes": 1, "evaluate_atoms": 1, "draw_atoms": 1},
        **{"denoise_scenes": 1, "draw_scenes": 1, "draw_conditions": 1},
    }


@pytest.mark.parametrize(
    ("names", "target"),
    [
        (("models/SP/history.csv", "models/SP/card.json"), "results/results/tables/ms_ssim.csv"),
        (("resources/maps/gpaw/train-3.tif", "resources/maps/gpaw/train-3.extxyz"), FIGURE),
    ],
)
def test_what_is_missing_in_the_store_is_named_and_not_computed_instead(shipped, names, target):
    for name in names:
        (shipped.folder / name).unlink()
    said = refused(shipped, *RESULTS, "--", target)
    assert "Missing input files" in said
    assert all(name in said for name in names)


def test_a_model_that_the_store_has_not_is_not_trained_for_hours(shipped):
    said = refused(shipped, *RESULTS, more(shipped, "stored: {models: mine}"))
    assert "mine/G/model.keras" in said


def test_the_maps_of_each_engine_go_into_a_folder_of_their_own(shipped):
    jobs = shipped.jobs("store_maps")
    assert (jobs["store_map"], jobs["dft_openmx"]) == (6, 6)


def test_maps_of_other_structures_are_not_overwritten(shipped):
    for name in [f"train-{n}" for n in range(1, 6)] + ["test-1"]:
        for path in (f"structures/{name}.extxyz", f"dft/{name}/summary.json", f"maps/{name}.tif"):
            file = shipped.folder / "results/demo" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    demo = ("--profile", "profiles/local", "--configfile", "config/demo.yaml")
    done = shipped.snakemake(*demo, "--force", "store_maps")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "config: stored.maps: got" in said
    assert "resources/maps/gpaw holds maps of 180 atoms, this run's have 60" in said
    stored = shipped.folder / "resources/maps/gpaw/train-1.tif"
    assert stored.read_bytes() == (ROOT / "resources/maps/gpaw/train-1.tif").read_bytes()
