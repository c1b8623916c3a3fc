"""The rule dft_openmx and what hangs on it, driven through Snakemake with a test double."""

import json

import double
import numpy as np
import pandas as pd
import pytest

from temdenoise.density.maps import read_map

IN_WORDS = {"temdenoise.dat", "temdenoise.std", "temdenoise.out"}
# One of each kind of error; the others are told apart in tests/unit/density/openmx.
BAD = {
    "killed": ("--crash -9", "out of memory? It wants about 95 MB an atom; raise mem_mb"),
    "charge": ("--charge 0.9", "the density integrates to 57.6"),
    "unconverged": ("--never", "the SCF did not converge in 5 attempts of 35 steps in all"),
}


@pytest.fixture
def data(own_clone):
    return double.data_files(own_clone)


@pytest.fixture
def run(own_clone, data):
    """Run Snakemake up to `targets` with the double playing `play`; return what it did."""

    def run_with_double(play, *targets, options=(), **settings):
        return own_clone.snakemake(
            *("--profile", "profiles/local", *double.options(own_clone, play, **settings)),
            *(*options, "--", *(f"{double.RESULTS}/{target}" for target in targets)),
        )

    return run_with_double


@pytest.fixture
def results(own_clone):
    return own_clone.folder / double.RESULTS


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("[!.]*") if path.is_file()}


def check_map(results, name):
    density_map = read_map(results / f"maps/{name}.tif")
    assert density_map.metadata["slice"] == "grid plane"
    assert density_map.metadata["engine"] == "openmx"
    assert density_map.values.max() > 1.5 * density_map.values.min()


def test_a_good_run_reaches_its_map_and_keeps_the_density(run, results):
    done = run("", "maps/train-1.tif")
    assert done.returncode == 0, done.stderr
    check_map(results, "train-1")
    words = {f"openmx/attempt-1/{name}" for name in IN_WORDS}
    folder = results / "dft/train-1"
    assert files(folder) == {"density.cube", "density.npz", "summary.json", *words}
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["converged"]
    assert summary["electrons"] == pytest.approx(64, rel=1e-4)
    with np.load(folder / "density.npz") as whole:
        assert list(whole["values"].shape) == summary["grid"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keep", "kept", "dropped"),
    [
        ("map", set(), {"density.npz", "openmx/attempts.json"}),
        (
            "all",
            {
                *("density.npz", "openmx/attempts.json", "openmx/attempt-1/temdenoise.tden.cube"),
                "openmx/attempt-1/temdenoise_rst/steps",
            },
            set(),
        ),
    ],
)
def test_what_is_kept_is_what_the_config_says(run, results, keep, kept, dropped):
    done = run("", "maps/train-1.tif", keep=keep)
    assert done.returncode == 0, done.stderr
    check_map(results, "train-1")
    words = {f"openmx/attempt-1/{name}" for name in IN_WORDS}
    found = files(results / "dft/train-1")
    assert found >= {"density.cube", "summary.json", *words, *kept}
    assert not found & dropped
    if keep == "map":
        assert found == {"density.cube", "summary.json", *words}


@pytest.mark.parametrize(
    "ending", ["charge", *(pytest.param(e, marks=pytest.mark.slow) for e in BAD if e != "charge")]
)
def test_a_bad_ending_is_one_line_and_leaves_no_density(run, results, ending):
    play, said = BAD[ending]
    done = run(play, "maps/train-1.tif")
    assert done.returncode != 0
    (last, *_) = reversed((results / "logs/dft_openmx/train-1.log").read_text().splitlines())
    assert f"ERROR {said}" in last or said in last
    assert last in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not files(results / "dft/train-1") & {"density.cube", "density.npz", "summary.json"}
    assert not (results / "maps/train-1.tif").exists()


@pytest.mark.slow
def test_a_program_that_is_not_there_is_one_line(run):
    done = run("", "maps/train-1.tif", command="no-such-openmx")
    assert done.returncode != 0
    said = "dft.openmx.command: got 'no-such-openmx', which cannot be run"
    assert said in done.stdout + done.stderr


@pytest.mark.slow
def test_a_run_goes_on_without_the_structure_that_never_converged(run, results):
    play = "--only /train-2/ --never"
    targets = ("images/train.npy", "images/test.npy", "tables/dft.csv", "tables/dft.html")
    done = run(play, *targets, on_failure="skip")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(results / "tables/dft.csv", index_col="structure")
    assert table["converged"].to_dict() == {"train-1": True, "train-2": False, "test-1": True}
    assert "did not converge in 5 attempts" in table.loc["train-2", "problem"]
    assert "train-2" in (results / "tables/dft.html").read_text()
    images = pd.read_table(results / "images/train.tsv")
    assert {name for row in images["source_maps"] for name in row.split()} == {"train-1"}
    assert np.isfinite(np.load(results / "images/train.npy")).all()


@pytest.mark.slow
def test_no_converged_structure_at_all_is_one_line(run):
    done = run("--never", "images/test.npy", on_failure="skip")
    assert done.returncode != 0
    assert "none of the structures test-1 converged" in done.stdout + done.stderr


def test_a_missing_orbital_is_one_line_before_any_job(run, data, results):
    (data / "PAO/C6.0.pao").unlink()
    done = run("", "maps/train-1.tif")
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("config: ")]
    assert line.startswith("config: dft.elements.C.pao: got C6.0-s2p2d1, but there is no ")
    assert "Traceback" not in done.stderr
    assert not results.exists() or not files(results)


def test_a_dry_run_needs_no_orbitals(run, data):
    (data / "PAO/C6.0.pao").unlink()
    done = run("", "maps/train-1.tif", options=["-n"])
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_time_limit_is_met_and_the_retries_continue(run, results):
    options = ["--set-resources", "dft_openmx:runtime=1"]
    play = "--steps 30 --sleep 0.15"
    limits = {"time_margin": 0.96, "max_scf_steps": 100}
    done = run(play, "maps/train-1.tif", options=options, **limits)
    assert done.returncode == 0, done.stderr
    assert "the time limit was near after" in done.stdout + done.stderr
    summary = json.loads((results / "dft/train-1/summary.json").read_text())
    endings = [attempt["ending"] for attempt in summary["attempts"]]
    assert endings[:-1] == ["stopped before the time limit"] * (len(endings) - 1)
    assert len(endings) > 1
    assert summary["scf_steps"] == 30
    check_map(results, "train-1")
