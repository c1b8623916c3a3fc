"""The bytes of structures, images and noise: cores, the order of jobs, and what is added."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from undisturbed import NOISY, RESULTS, Copy, content

pytestmark = pytest.mark.faults

MADE = ("structures", "maps", "images", "noisy")
STRUCTURE = ("disorder_structure", "dft_gpaw", "slice_density")
# What any new score makes new.
LAST = {
    **{"tabulate_scores": 1, "tabulate_costs": 1, "record_provenance": 1, "all": 1},
    **{f"draw_{figure}": 1 for figure in ("training", "ms_ssim", "sections", "full_size")},
}
SCORED = {"evaluate_model": 1, "evaluate_baselines": 1}
ADDED = {
    "a structure": (
        "structures: {train: 2}",
        {
            **dict.fromkeys((*STRUCTURE, "tile_images", "corrupt_images", "tabulate_dft"), 1),
            **{"train_model": 1, **SCORED, **LAST},
            **{f"draw_{it}": 1 for it in ("structures", "density_maps", "brightness")},
            **{"draw_convergence": 1},
        },
    ),
    "a factor to train with": (
        "noise: {train_factors: [0.1, 0.2]}",
        {"corrupt_images": 1, **SCORED, "train_model": 1, **LAST},
    ),
    "a factor to test with": (
        "noise: {interpolation_factors: [0.1, 0.2]}",
        {"corrupt_images": 1, "draw_noises": 1, **SCORED, **LAST, "draw_training": 0},
    ),
    "a model of the same noise": (
        "models: {again: {noise: G}}",
        {"train_model": 1, "evaluate_model": 1, **LAST},
    ),
    # It is scored on the noises of all models, and they on its noise.
    "a model of another noise": (
        "models: {other: {noise: SP}}",
        {
            **{"corrupt_images": 2, "draw_noises": 1, "train_model": 1, "evaluate_model": 2},
            **{"evaluate_baselines": 1, **LAST},
        },
    ),
}


@pytest.fixture
def complete(undisturbed, tmp_path):
    return Copy(tmp_path / "complete", undisturbed.end)


def dates(copy):
    return {
        str(path.relative_to(copy.folder / RESULTS)): path.stat().st_mtime_ns
        for name in MADE
        for path in (copy.folder / RESULTS / name).rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def noisy_images(copy, split):
    """Return the noisy images by clean image and factor."""
    folder = copy.folder / RESULTS / "noisy/G"
    table = pd.read_csv(folder / f"{split}.tsv", sep="\t")
    stack = np.load(folder / f"{split}.npy")
    rows = zip(table["clean_index"], table["c_noise"], stack, strict=True)
    return {(index, factor): image.tobytes() for index, factor, image in rows}


def test_one_core_and_the_reverse_order_make_the_same_bytes(undisturbed, before):
    copy = before("density")
    for target in reversed([*NOISY, f"{RESULTS}/structures/train-1.extxyz"]):
        copy.finish(target, cores=1)
    expected = {
        name: found for name, found in undisturbed.content.items() if name.partition("/")[0] in MADE
    }
    assert content(copy.folder, MADE) == expected
    assert len(expected) == 2 + 2 + 4 + 4


def test_nothing_added_runs_nothing(complete):
    assert complete.jobs(*complete.options("all")) == {}


@pytest.mark.parametrize(("text", "jobs"), ADDED.values(), ids=ADDED)
def test_what_is_added_runs_its_own_jobs_and_what_depends_on_it(complete, text, jobs):
    complete.add(text)
    assert complete.jobs(*complete.options("all")) == +Counter(jobs)


def test_a_structure_leaves_the_others_and_the_other_split_alone(complete):
    before = dates(complete)
    complete.add("structures: {train: 2}")
    complete.finish(*NOISY, cores=2)
    new = {"structures/train-2.extxyz", "maps/train-2.tif"}
    drawn_from_more_maps = {
        f"{folder}/train.{suffix}" for folder in ("images", "noisy/G") for suffix in ("npy", "tsv")
    }
    after = dates(complete)
    assert after.keys() - before.keys() == new
    assert {name for name in before if before[name] != after[name]} == drawn_from_more_maps


def test_factors_leave_the_images_of_the_others_alone(undisturbed, complete):
    before = {split: noisy_images(complete, split) for split in ("train", "test")}
    images = content(complete.folder, ("images",))
    complete.add("noise: {train_factors: [0.1, 0.2], interpolation_factors: [0.1, 0.2]}")
    complete.finish(*NOISY, cores=2)
    for split, few in before.items():
        many = noisy_images(complete, split)
        assert few.items() < many.items()
        assert {factor for _, factor in many.keys() - few.keys()} == {0.1}
    assert images.items() <= undisturbed.content.items()
    assert content(complete.folder, ("images",)) == images


def test_a_model_leaves_the_noise_of_the_others_alone(complete):
    before = dates(complete)
    complete.add("models: {other: {noise: SP}}")
    complete.finish(f"{RESULTS}/noisy/SP/train.npy", *NOISY)
    after = dates(complete)
    assert after.keys() - before.keys() == {"noisy/SP/train.npy", "noisy/SP/train.tsv"}
    assert {name: after[name] for name in before} == before
