"""The thin scripts in the order of the DAG, without DFT: a named test double writes the cube."""

import hashlib
import json
import re
import resource
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from clones import DEMO, ROOT

from temdenoise.density import cube
from temdenoise.density.maps import read_map
from temdenoise.run import costs, files
from temdenoise.structures import sheets

CELL = {
    **{"material": "graphene", "cells": [2, 3], "lattice_constant": 2.4644, "thickness": 0.0},
    **{"cell_height": 9.6, "max_shift": 0.284},
}
SCRIPTS = ROOT / "workflow/scripts"
NAMES = ["train-1", "test-1"]
FACTORS = {"train": [0.1, 0.2], "test": [0.2, 0.3]}
REGIONS = {0.2: "interpolation", 0.3: "extrapolation"}
NOISE_OF = {"G": "G", "again": "BBG"}
BASELINES = ["median-5", "gaussian"]


class Run:
    """Runs thin scripts in one folder, as Snakemake does."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, *parts):
        return str(self.folder.joinpath(*parts))

    def log(self, script):
        return (self.folder / f"{script}.log").read_text()

    def __call__(self, script, *, inputs=None, outputs=None, wildcards=None, **params):
        job = SimpleNamespace(
            input=Named(inputs or {}),
            output=Named(outputs),
            params=Named(params),
            wildcards=SimpleNamespace(**(wildcards or {})),
            log=[self.path(f"{script}.log")],
            config={"run": "test", "seed": 1},
            threads=1,
        )
        runpy.run_path(str(SCRIPTS / f"{script}.py"), init_globals={"snakemake": job})


class Named(dict):
    __getattr__ = dict.__getitem__


def test_double_density(atoms):
    """Return a density of Gaussian spots: a test double for an engine, nothing else."""
    lengths = atoms.cell.lengths()
    shape = (28, 24, 48)
    axes = [np.arange(n) * length / n for n, length in zip(shape, lengths, strict=True)]
    density = np.zeros(shape)
    for position in atoms.positions:
        squares = [
            ((axis - at + length / 2) % length - length / 2) ** 2
            for axis, at, length in zip(axes, position, lengths, strict=True)
        ]
        density += np.exp(-(squares[0][:, None, None] + squares[1][:, None] + squares[2]) / 0.5)
    return density


test_double_density.__test__ = False


def write_double(run, name):
    atoms = sheets.read(run.path(f"{name}.extxyz"))
    density = cube.Cube(test_double_density(atoms), np.zeros(3))
    cube.write(run.path(f"{name}.cube"), atoms, density)
    summary = {
        **{"engine": "test double", "version": "0", "converged": True},
        **{"orbitals": "s", "orbital_radius_bohr": 6, "grid": [28, 24, 48]},
    }
    (run.folder / f"{name}.json").write_text(json.dumps(summary))


def disorder(run, name):
    split = name.split("-")[0]
    output = {"structure": run.path(f"{name}.extxyz")}
    names = {"structure": name}
    run("disorder_structure", outputs=output, wildcards=names, seed=1, cell=CELL, split=split)


def slice_map(run, name):
    inputs = {"structure": "extxyz", "density": "cube", "summary": "json"}
    inputs = {key: run.path(f"{name}.{suffix}") for key, suffix in inputs.items()}
    run(
        "slice_density",
        inputs=inputs,
        outputs={"density_map": run.path(f"{name}.tif")},
        wildcards={"structure": name},
        height=3.0,
    )


def tile(run, split, size=192):
    run(
        "tile_images",
        inputs={"maps": [run.path(f"{split}-1.tif")]},
        outputs={"images": run.path(f"{split}.npy"), "table": run.path(f"{split}.tsv")},
        wildcards={"split": split},
        seed=1,
        tiles=[{"grid": [2, 2], "count": 1}],
        shifts=[8] if split == "train" else [],
        size=size,
        order=3,
        normalise_by="image",
    )


def corrupt(run, noise, split):
    run(
        "corrupt_images",
        inputs={"images": run.path(f"{split}.npy"), "table": run.path(f"{split}.tsv")},
        outputs={
            "noisy": run.path(f"{noise}-{split}.npy"),
            "table": run.path(f"{noise}-{split}.tsv"),
        },
        wildcards={"noise": noise, "split": split},
        seed=1,
        factors=FACTORS[split],
        patch_size=64,
        salt_pepper_ratio=1.0,
        background={
            **{"w1": 0.2, "w2": 0.02, "smoothness": 1.0},
            **{"dark_fraction": 0.15, "bright_fraction": 0.15},
        },
    )


def train(run, model, target="clean"):
    noise = NOISE_OF[model]
    recipe = {
        **{"filters": [2, 3, 4], "batch_size": 8, "learning_rate": 0.001, "epochs": 1},
        **{"precision": "float32", "decay": "none"},
        **{"validation_fraction": 0.2, "split_by": "patch", "target": target},
    }
    run(
        "train_model",
        inputs={
            "noisy": run.path(f"{noise}-train.npy"),
            "noisy_table": run.path(f"{noise}-train.tsv"),
            "target": run.path("train.npy" if target == "clean" else "BB-train.npy"),
            "images_table": run.path("train.tsv"),
        },
        outputs={"model": run.path(f"{model}.keras"), "history": run.path(f"{model}-history.csv")},
        wildcards={"model": model},
        seed=1,
        patch_size=64,
        recipe=recipe,
    )


def evaluate(run, model):
    noises = list(NOISE_OF.values())
    run(
        "evaluate_model",
        inputs={
            "model": run.path(f"{model}.keras"),
            "noisy": [run.path(f"{noise}-test.npy") for noise in noises],
            "noisy_tables": [run.path(f"{noise}-test.tsv") for noise in noises],
            "images": run.path("test.npy"),
            "images_table": run.path("test.tsv"),
        },
        outputs={
            "predictions": [run.path(f"{model}-{noise}.npy") for noise in noises],
            "scores": run.path(f"{model}-scores.csv"),
        },
        wildcards={"model": model},
        noises=noises,
        regions=REGIONS,
        patch_size=64,
    )


def evaluate_baselines(run, noise, test="", to=""):
    """Choose the parameters on the training images of `noise` and score them on `test`."""
    to = to or noise
    stacks = {"train": f"{noise}-train", "noisy": test or f"{noise}-test", "images": "test"}
    run(
        "evaluate_baselines",
        inputs={
            **{name: run.path(f"{stack}.npy") for name, stack in stacks.items()},
            **{f"{name}_table": run.path(f"{stack}.tsv") for name, stack in stacks.items()},
            "train_images": run.path("train.npy"),
        },
        outputs={
            "scores": run.path(f"{to}-baselines.csv"),
            "parameters": run.path(f"{to}-parameters.csv"),
        },
        wildcards={"noise": noise},
        baselines=BASELINES,
        regions=REGIONS,
        patch_size=64,
    )


def draw(run):
    sheets = {
        "structures": [run.path(f"{name}.extxyz") for name in NAMES],
        "maps": [run.path(f"{name}.tif") for name in NAMES],
    }
    noises = {
        "images": run.path("test.npy"),
        "noisy": [run.path(f"{noise}-test.npy") for noise in NOISE_OF.values()],
        "noisy_tables": [run.path(f"{noise}-test.tsv") for noise in NOISE_OF.values()],
    }
    results = {
        **noises,
        "predictions": [run.path(f"{model}-{noise}.npy") for model, noise in NOISE_OF.items()],
        "scores": run.path("scores.csv"),
    }
    histories = {"histories": [run.path(f"{model}-history.csv") for model in NOISE_OF]}
    shared = {"noise_of": NOISE_OF, "section": 64}
    for figure, inputs, params in [
        ("structures", sheets, {"max_shift": 0.284}),
        ("density_maps", sheets, {}),
        ("brightness", sheets, {}),
        ("noises", noises, {"noises": ["G", "BBG"], "section": 64, "c_noise": 0.2}),
        ("training", histories, {"models": list(NOISE_OF)}),
        ("ms_ssim", results, {"noise_of": NOISE_OF, "regions": REGIONS}),
        ("sections", results, {**shared, "factors": [0.2, 0.3]}),
        ("full_size", results, {**shared, "c_noise": 0.3}),
    ]:
        output = {"figure": run.path(f"{figure}.png")}
        run(f"draw_{figure}", inputs=inputs, outputs=output, **params)
        yield figure


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Every stage up to the noisy images."""
    run = Run(tmp_path_factory.mktemp("run"))
    for name in NAMES:
        disorder(run, name)
        write_double(run, name)
        slice_map(run, name)
    for split in FACTORS:
        tile(run, split)
        for noise in ("G", "BB", "BBG"):
            corrupt(run, noise, split)
    return run


@pytest.fixture(scope="module")
def trained(run):
    """Every stage up to the table."""
    train(run, "G")
    train(run, "again", target="background")
    for model in NOISE_OF:
        evaluate(run, model)
    for noise in NOISE_OF.values():
        evaluate_baselines(run, noise)
    suffixes = ("csv", "md", "html")
    run(
        "tabulate_scores",
        inputs={
            "scores": [run.path(f"{model}-scores.csv") for model in NOISE_OF],
            "baselines": [run.path(f"{noise}-baselines.csv") for noise in NOISE_OF.values()],
        },
        outputs={
            "scores": run.path("scores.csv"),
            **{suffix: run.path(f"table.{suffix}") for suffix in suffixes},
            **{f"comparison_{suffix}": run.path(f"comparison.{suffix}") for suffix in suffixes},
            **{f"matrix_{suffix}": run.path(f"matrix.{suffix}") for suffix in suffixes},
        },
        noise_of=NOISE_OF,
        regions=REGIONS,
    )
    return run


def test_the_map_is_the_plane_of_the_cube(run):
    atoms = sheets.read(run.path("test-1.extxyz"))
    density_map = read_map(run.path("test-1.tif"))
    assert density_map.metadata["engine"] == "test double"
    assert density_map.metadata["grid"] == [28, 24, 48]
    assert density_map.values == pytest.approx(
        test_double_density(atoms)[:, :, 39].T, rel=1e-5, abs=1e-12
    )


def test_images_are_stacks_with_a_row_each(run):
    for stack, rows in (("train", 2), ("test", 1), ("G-train", 4), ("G-test", 2)):
        images, table = np.load(run.path(f"{stack}.npy")), pd.read_table(run.path(f"{stack}.tsv"))
        assert images.shape == (rows, 192, 192)
        assert len(table) == rows


def test_scores_and_table_are_whole(trained):
    scores = pd.read_csv(trained.path("scores.csv"))
    assert len(scores) == 2 * 2 * 2 + len(BASELINES) * 2 * 2
    assert not scores.isna().any().any()
    table = pd.read_csv(trained.path("table.csv"))
    assert list(table["model"]) == list(NOISE_OF)
    comparison = pd.read_csv(trained.path("comparison.csv"))
    rows = [
        (noise, method)
        for model, noise in NOISE_OF.items()
        for method in ("noisy input", *BASELINES, model)
    ]
    assert list(zip(comparison["noise"], comparison["method"], strict=True)) == rows
    assert not comparison.isna().any().any()
    matrix = pd.read_csv(trained.path("matrix.csv"))
    assert list(matrix.columns) == ["c_noise", "model", *NOISE_OF.values()]
    assert list(matrix["model"]) == ["noisy input", *NOISE_OF] * len(REGIONS)
    assert not matrix.isna().any().any()


def test_parameters_are_those_of_the_training_images(trained):
    before = pd.read_csv(trained.path("G-parameters.csv"))
    assert before.groupby("filter")["chosen"].sum().to_dict() == {"gaussian": 1, "median-5": 1}
    noisy = np.load(trained.path("G-test.npy"))
    files.write_stack(trained.path("other.npy"), noisy[:, ::-1] ** 2, noisy.shape)
    shutil.copy(trained.path("G-test.tsv"), trained.path("other.tsv"))
    evaluate_baselines(trained, "G", test="other", to="other")
    pd.testing.assert_frame_equal(pd.read_csv(trained.path("other-parameters.csv")), before)


def test_a_finished_training_leaves_no_checkpoints(trained):
    assert not (trained.folder / "checkpoints").exists()


def test_figures_are_drawn(trained):
    for figure in draw(trained):
        assert (trained.folder / f"{figure}.png").read_bytes().startswith(b"\x89PNG")


def test_the_provenance_is_that_of_the_results(trained):
    folder = trained.folder / "benchmarks/train_model"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "G.tsv").write_text("s\tmax_rss\tcpu_time\n7.5\t810.0\tNA\n")
    models = [trained.path(f"{model}.keras") for model in NOISE_OF]
    trained(
        "tabulate_dft",
        inputs={"summaries": [trained.path(f"{name}.json") for name in NAMES]},
        outputs={suffix: trained.path(f"dft.{suffix}") for suffix in ("csv", "html")},
    )
    trained(
        "record_provenance",
        inputs={
            "results": [trained.path("scores.csv")],
            "models": models,
            "dft": trained.path("dft.csv"),
        },
        outputs={
            **{suffix: trained.path(f"provenance.{suffix}") for suffix in ("json", "html")},
            "config": trained.path("config.json"),
        },
        benchmarks=trained.path("benchmarks"),
    )
    record = json.loads((trained.folder / "provenance.json").read_text())
    entities = {entity["@id"]: entity for entity in record["@graph"]}
    for path in (trained.path("scores.csv"), *models, trained.path("config.json")):
        content = Path(path).read_bytes()
        assert entities[path]["sha256"] == hashlib.sha256(content).hexdigest()
    assert entities["#software.test double"]["softwareVersion"] == "0"
    assert json.loads((trained.folder / "config.json").read_text()) == {"run": "test", "seed": 1}
    assert "test double" in (trained.folder / "provenance.html").read_text()


def test_a_bad_cube_is_named_and_leaves_no_map(run):
    for suffix in ("extxyz", "json"):
        shutil.copy(run.path(f"test-1.{suffix}"), run.path(f"bad-1.{suffix}"))
    content = (run.folder / "test-1.cube").read_bytes()
    (run.folder / "bad-1.cube").write_bytes(content[: len(content) // 2])
    with pytest.raises(SystemExit):
        slice_map(run, "bad-1")
    last = run.log("slice_density").splitlines()[-1]
    assert re.search(r"bad-1\.cube: .*truncated.*run the workflow again", last)
    assert not (run.folder / "bad-1.tif").exists()


def test_a_bad_map_is_named_and_leaves_no_images(run):
    from temdenoise.density.maps import DensityMap, write_map

    flat = DensityMap(np.ones((4, 6), "f4"), (0.1, 0.2), (0, 0), {})
    write_map(run.path("worse-1.tif"), flat)
    with pytest.raises(SystemExit):
        tile(run, "worse")
    last = run.log("tile_images").splitlines()[-1]
    assert re.search(r"worse-1\.tif: .*no contrast", last)
    assert not (run.folder / "worse.npy").exists()


def test_a_full_disk_is_one_line_and_leaves_nothing(run):
    code = f"""
import sys
sys.path[:0] = {[str(SCRIPTS), str(ROOT / "tests/support"), str(ROOT / "tests/workflow")]!r}
from pathlib import Path
from test_scripts import Run, tile
run = Run(Path({str(run.folder)!r}))
tile(run, "train", size=512)
"""
    before = {path: path.stat().st_mtime_ns for path in run.folder.iterdir()}
    done = subprocess.run(
        [sys.executable, "-c", code],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000)),
    )
    assert done.returncode == 1
    last = run.log("tile_images").splitlines()[-1]
    assert "no room on the disk for" in last
    assert "train.npy" in last
    after = {path: path.stat().st_mtime_ns for path in run.folder.iterdir()}
    log = run.folder / "tile_images.log"
    assert {**after, log: 0} == {**before, log: 0}


def test_a_failed_job_shows_its_log(own_clone):
    folder = own_clone.folder / "results/demo"
    for part in ("structures", "dft/train-1"):
        (folder / part).mkdir(parents=True)
    (folder / "structures/train-1.extxyz").write_text("1\nnothing\nC 0 0 0\n")
    (folder / "dft/train-1/summary.json").write_text('{"orbital_radius_bohr": 6}')
    (folder / "dft/train-1/density.cube").write_text("cut")
    done = own_clone.snakemake(
        *("--profile", "profiles/local", "--configfile", "config/demo.yaml"),
        *("--rerun-triggers", "mtime", "--", "results/demo/maps/train-1.tif"),
    )
    assert done.returncode != 0
    assert "train-1.extxyz: has no array ordered_positions" in done.stdout + done.stderr
    assert not (folder / "maps/train-1.tif").exists()


def test_benchmarks_say_what_a_job_asked_for(own_clone):
    target = "results/demo/structures/train-1.extxyz"
    done = own_clone.snakemake(*("--profile", "profiles/local"), *DEMO, "--", target)
    assert done.returncode == 0, done.stderr
    (job,) = costs.read_benchmarks(own_clone.folder / "results/demo/benchmarks").to_dict("records")
    assert (job["rule"], job["mem_mb"], job["runtime_min"]) == ("disorder_structure", 1000, 30)
    assert (job["threads"], job["cpus"]) == (1, 1)
    assert 0 < job["wall_s"] < 60
