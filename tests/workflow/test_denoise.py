"""The target denoise and the command, from files to files, with models that are test doubles."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import tifffile
from micrographs import honeycomb, identity, write_image, write_model

from temdenoise.micrographs import reading

LOCAL = ("--profile", "profiles/local", "denoise")


def noisy(shape=(150, 170), bond=9.0):
    image = 2e6 + 1e5 * honeycomb(shape, bond)
    return (image + np.random.default_rng(1).normal(0, 1.5e4, shape)).astype(np.uint32)


ENDS = ("tif", "hspy", "uncertainty.tif", "atoms.csv", "json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from clones import Clone

    clone = Clone(tmp_path_factory.mktemp("denoise"))
    models = clone.folder / "doubles"
    write_model(models, "identity", identity())
    write_model(models, "broken", identity()).write_bytes(b"no model")
    (clone.folder / "double.yaml").write_text(
        "micrographs: {samples: table.tsv, default_model: identity}\nstored: {models: doubles}\n"
    )
    return clone


def denoise(clone, rows, *options):
    """Run the target on a sample table of `rows`, each a path, a name and a model."""
    lines = ["\t".join(row) for row in [("path", "name", "model"), *rows]]
    (clone.folder / "table.tsv").write_text("\n".join(lines))
    return clone.snakemake(*LOCAL, "--configfile", "double.yaml", *options)


def command(clone, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "temdenoise", *arguments],
        cwd=clone.folder,
        env={**os.environ, "PYTHONPATH": "workflow/scripts"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def one(folder):
    write_image(folder.folder / "my image.tif", noisy())
    done = denoise(folder, [("my image.tif", "", "")])
    assert done.returncode == 0, done.stdout + done.stderr
    return folder.folder / "results/paper/micrographs/my-image"


def visible(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name[0] != "."}


def test_the_command_gives_every_byte_of_the_rule(folder, one):
    done = command(folder, "my image.tif", "--models", "doubles", "--model", "identity")
    assert (done.returncode, done.stderr) == (0, "")
    assert "my-image, identity: orientation 4 of 4" in done.stdout
    results = visible(folder.folder / "denoised/my-image")
    assert set(results) == {*(f"identity.{end}" for end in ENDS), "overview.png"}
    assert results == visible(one)


@pytest.mark.parametrize("suffix", ["tif", "hspy", "uncertainty.tif"])
def test_the_result_has_the_calibration_of_the_image(one, suffix):
    found = reading.read(one / f"identity.{suffix}", pixel_size=None)
    assert found.pixel_size == pytest.approx((0.0158, 0.0158), rel=1e-5)
    assert found.frames.shape == (1, 150, 170)


def test_the_result_has_the_units_of_the_image(one):
    original, found = noisy(), tifffile.imread(one / "identity.tif")
    inside = (slice(20, -20), slice(20, -20))
    assert np.corrcoef(found[inside].ravel(), original[inside].ravel())[0, 1] > 0.95
    assert found.mean() == pytest.approx(original.mean(), rel=0.01)


def test_what_was_used_is_written_down(one):
    said = json.loads((one / "identity.json").read_text())
    assert said["bond_px"] == pytest.approx(9, rel=0.01)
    assert (said["pixel_size_from"], said["bond_px_from"]) == ("header", "lattice")
    assert said["resampled_by"] == [1.0, 1.0]  # the model knows this scale
    assert said["border_step"] is None  # one tile
    assert said["problem"] is None
    with tifffile.TiffFile(one / "identity.tif") as file:
        assert json.loads(file.imagej_metadata["Info"])["provenance"] == said


def test_the_overview_is_a_picture(one):
    assert (one / "overview.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_done_is_done_and_another_file_is_denoised_whatever_its_date(folder):
    image, row = folder.folder / "mine.tif", [("mine.tif", "", "")]
    write_image(image, noisy())
    assert denoise(folder, row).returncode == 0
    done = denoise(folder, row, "-n")
    assert "Nothing to be done" in done.stdout + done.stderr
    write_image(image, noisy()[:, ::-1])
    os.utime(image, (0, 0))
    assert "Denoise mine" in denoise(folder, row, "-n").stdout


BATCH = {
    **{"good": "", "stack": "", "holes": "NaN", "zeros": "no contrast", "colour": "a colour image"},
    **{"text": "not a whole dm4 file", "gone": "no such file", "empty": "the file is empty"},
    **{"nomodel": "there is no doubles/nothing", "badmodel": "not the model of its card"},
}


@pytest.fixture(scope="module")
def batch(folder, one):
    here = folder.folder
    write_image(here / "good.tif", noisy())
    write_image(here / "stack.tif", np.stack([noisy(), noisy()[::-1]]))
    write_image(here / "nan.tif", np.where(noisy() < 2e6, np.nan, 1))
    write_image(here / "zeros.tif", np.zeros((40, 50)))
    tifffile.imwrite(here / "colour.tif", np.zeros((20, 30, 3), "u1"))
    (here / "text.dm4").write_text("no image")
    (here / "empty.dm4").touch()
    rows = [
        *(["good.tif", "good", ""], ["stack.tif", "stack", ""], ["nan.tif", "holes", ""]),
        *(["zeros.tif", "zeros", ""], ["colour.tif", "colour", ""], ["text.dm4", "text", ""]),
        *(["gone.dm4", "gone", ""], ["empty.dm4", "empty", ""]),
        *(["good.tif", "nomodel", "nothing"], ["good.tif", "badmodel", "broken"]),
    ]
    before = {path: path.read_bytes() for row in rows if (path := here / row[0]).is_file()}
    started = time.time()
    done = denoise(folder, rows)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 10 results failed" in done.stderr
    assert {path: path.read_bytes() for path in before} == before
    return here / "results/paper", started


@pytest.mark.slow
def test_bad_images_end_in_the_table_and_the_others_are_denoised(batch):
    results, _ = batch
    table = pd.read_csv(results / "tables/micrographs.csv").set_index("image")
    assert list(table.index) == list(BATCH)
    for name, problem in BATCH.items():
        said = table.loc[name, "problem"]
        assert problem in said if problem else pd.isna(said), (name, said)
        path = results / f"micrographs/{name}/{table.loc[name, 'model']}.tif"
        assert bool(path.stat().st_size) == (not problem)
        assert (results / f"micrographs/{name}/overview.png").stat().st_size > 1000


@pytest.mark.slow
def test_a_stack_stays_one(batch):
    found = reading.read(batch[0] / "micrographs/stack/identity.hspy")
    assert found.frames.shape == (2, 150, 170)
    assert found.is_stack


@pytest.mark.slow
def test_what_was_denoised_before_is_left_alone(batch, one):
    assert (one / "identity.tif").stat().st_mtime < batch[1]


@pytest.fixture
def shipped(own_clone):
    """A clone with files in the place of a shipped model, which a run could also put there."""
    for name in ("model.keras", "card.json", "history.csv", "README.md"):
        (own_clone.folder / "models/general").mkdir(parents=True, exist_ok=True)
        (own_clone.folder / "models/general" / name).write_text("shipped")
    return own_clone


def add(clone, *rows):
    table = clone.folder / "config/micrographs.tsv"
    table.write_text(table.read_text() + "".join(f"{row}\n" for row in rows))


def test_denoising_plans_no_training_even_beside_a_run_that_has_begun(shipped):
    begun = shipped.folder / "results/paper/structures/train-1.extxyz"
    begun.parent.mkdir(parents=True)
    begun.touch()
    (shipped.folder / "a{b} $1.tif").touch()
    add(shipped, "a{b} $1.tif")
    assert shipped.jobs("denoise") == {**of_batch(1, 1), "denoise": 1}


def of_batch(images, results):
    return {
        **{"denoise_micrograph": results, "draw_overview": images},
        "tabulate_micrographs": 1,
    }


def test_the_rows_of_the_table_are_part_of_the_whole_run(shipped):
    before = shipped.jobs()
    add(shipped, "a.dm4\t\tG,SP", "b.dm4\t\tBBG")
    assert shipped.jobs() - before == of_batch(2, 3)


def test_an_image_overwrites_no_results_of_another(shipped):
    results = shipped.folder / "results/paper/micrographs/my"
    results.mkdir(parents=True)
    (results / "general.json").write_text('{"source": "far/my.dm3", "problem": null}')
    add(shipped, "other.tif\tmy")
    done = shipped.snakemake("-n", "denoise")
    assert done.returncode != 0
    assert "micrographs/my has the results of far/my.dm3" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a.dm4\tmodel\n", "unknown column 'a.dm4'"),
        ("path\tpixel_size_nm\na.dm4\t12 pm\n", "image 1: pixel_size_nm: got '12 pm'"),
    ],
)
def test_a_wrong_table_is_one_line_before_any_job(own_clone, text, said):
    (own_clone.folder / "config/micrographs.tsv").write_text(text)
    done = own_clone.snakemake("-n", "denoise")
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("micrographs: ")]
    assert said in line
    assert "Traceback" not in done.stderr
