"""The target denoise, from files to files, with models that are named test doubles."""

import json
import os
import time

import keras
import numpy as np
import pandas as pd
import pytest
import tifffile
from micrographs import honeycomb, write_model

from temdenoise.micrographs import reading

LOCAL = ("--profile", "profiles/local", "denoise")
OF_DFT = ("disorder_structure", "dft_openmx", "train_model", "tile_images")


def identity():
    image = keras.Input((None, None, 1))
    return keras.Model(image, keras.layers.Identity()(image))


def noisy(shape=(150, 170), bond=9.0):
    image = 2e6 + 1e5 * honeycomb(shape, bond)
    return (image + np.random.default_rng(1).normal(0, 1.5e4, shape)).astype(np.uint32)


def write_image(path, data, pixel_size=0.0158):
    resolution = (1 / pixel_size, 1 / pixel_size)
    values = np.asarray(data, dtype=np.float32)
    tifffile.imwrite(path, values, imagej=True, resolution=resolution, metadata={"unit": "nm"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from clones import Clone

    clone = Clone(tmp_path_factory.mktemp("denoise"))
    models = clone.folder / "doubles"
    write_model(models, "identity", identity())
    write_model(models, "broken", identity()).write_bytes(b"no model")
    options = "micrographs: {default_model: identity, tile: 96, overlap: 32}\n"
    options += "stored: {models: doubles}\n"
    (clone.folder / "double.yaml").write_text(options)
    return clone


def denoise(clone, *options):
    return clone.snakemake(*LOCAL, "--configfile", "double.yaml", *options)


@pytest.fixture(scope="module")
def one(folder):
    write_image(folder.folder / "my image.tif", noisy())
    done = denoise(folder, "--config", "image=my image.tif")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder.folder / "results/paper/micrographs/my-image"


def test_one_image_is_one_line_without_dft_or_training(folder, one):
    assert {path.name for path in one.iterdir() if not path.name.startswith(".")} == {
        *("identity.tif", "identity.uncertainty.tif", "identity.hspy", "identity.json"),
        "overview.png",
    }
    assert not (folder.folder / "results/paper/tables").exists()


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
    assert said["resampled_by"] == pytest.approx([11.2 / 9] * 2, rel=0.01)
    assert said["border_step"] == pytest.approx(1, abs=0.3)
    assert said["problem"] is None
    with tifffile.TiffFile(one / "identity.tif") as file:
        assert json.loads(file.imagej_metadata["Info"])["provenance"] == said


def test_the_overview_is_a_picture(one):
    assert (one / "overview.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_done_is_done(folder, one):
    done = denoise(folder, "-n", "--config", "image=my image.tif")
    assert "Nothing to be done" in done.stdout + done.stderr


@pytest.mark.slow
def test_a_result_outlives_its_file_and_another_file_is_denoised_whatever_its_date(folder):
    image, results = folder.folder / "mine.tif", folder.folder / "results/paper/micrographs/mine"
    write_image(image, noisy())
    assert denoise(folder, "--config", "image=mine.tif").returncode == 0
    before = (results / "identity.tif").read_bytes()
    whole = image.read_bytes()
    image.write_bytes(whole[:1000])
    done = denoise(folder, "--config", "image=mine.tif")
    assert done.returncode != 0
    assert "mine.tif: not a whole tif file" in done.stdout + done.stderr
    assert (results / "identity.tif.earlier").read_bytes() == before
    assert not (results / "identity.tif").exists()
    image.write_bytes(whole)
    assert denoise(folder, "--config", "image=mine.tif").returncode == 0
    write_image(image, noisy()[:, ::-1])
    os.utime(image, (0, 0))
    assert "Denoise mine" in denoise(folder, "-n", "--config", "image=mine.tif").stdout


@pytest.mark.slow
def test_one_bad_image_is_one_line_and_leaves_nothing(folder):
    (folder.folder / "cut.dm4").write_bytes(b"\0\0\0\4" * 40)
    done = denoise(folder, "--config", "image=cut.dm4")
    assert done.returncode != 0
    (line,) = {line for line in (done.stdout + done.stderr).splitlines() if " ERROR " in line}
    assert "cut.dm4: not a whole dm4 file" in line
    assert not list((folder.folder / "results/paper/micrographs/cut").glob("*"))


BATCH = {
    **{"good": "", "stack": "", "holes": "NaN", "zeros": "no contrast", "colour": "a colour image"},
    **{"text": "not a whole dm4 file", "gone": "no such file", "empty": "the file is empty"},
    **{"nomodel": "there is no doubles/nothing", "badmodel": "not the model of its card"},
}


@pytest.fixture(scope="module")
def batch(folder):
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
    lines = ["\t".join(row) for row in [["path", "name", "model"], *rows]]
    (here / "sheet.tsv").write_text("\n".join(lines))
    (here / "double.yaml").write_text(
        (here / "double.yaml").read_text().replace("{", "{sheet: sheet.tsv, ", 1)
    )
    before = {path: path.read_bytes() for path in here.glob("*.*") if path.is_file()}
    started = time.time()
    done = denoise(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 10 results could not be made" in done.stderr
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


ONE = {"denoise_micrograph": 1, "draw_overview": 1, "denoise": 1}


@pytest.fixture
def shipped(own_clone):
    """A clone with files in the place of a shipped model, which a run could also put there."""
    for name in ("model.keras", "card.json", "history.csv", "README.md"):
        (own_clone.folder / "models/BBG").mkdir(parents=True, exist_ok=True)
        (own_clone.folder / "models/BBG" / name).write_text("shipped")
    return own_clone


@pytest.mark.parametrize("name", ["my.tif", "a{b} $1.tif"])
def test_denoising_plans_no_training_even_beside_a_run_that_has_begun(shipped, name):
    begun = shipped.folder / "results/paper/structures/train-1.extxyz"
    begun.parent.mkdir(parents=True)
    begun.touch()
    (shipped.folder / name).touch()
    assert shipped.jobs("denoise", "--config", f"image={name}") == ONE


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("image=gone.dm4",), "gone.dm4: no such file"),
        (("image=my.tif", "model=BBG,none"), "model none: there is no models/none/model.keras"),
    ],
)
def test_what_is_not_there_is_one_line_before_any_job(shipped, options, said):
    (shipped.folder / "my.tif").touch()
    done = shipped.snakemake("-n", "denoise", "--config", *options)
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("micrographs: ")]
    assert said in line
    assert "Traceback" not in done.stderr


def test_another_image_of_the_same_name_overwrites_nothing(shipped):
    results = shipped.folder / "results/paper/micrographs/my"
    results.mkdir(parents=True)
    (shipped.folder / "my.tif").touch()
    (results / "BBG.json").write_text('{"source": "far/my.dm3", "problem": null}')
    done = shipped.snakemake("-n", "denoise", "--config", "image=my.tif")
    assert done.returncode != 0
    assert "micrographs/my has the results of far/my.dm3" in done.stderr
    (results / "BBG.json").write_text('{"source": "my.tif", "problem": null}')
    assert shipped.jobs("denoise", "--config", "image=my.tif") == ONE


def test_a_row_of_the_sheet_overwrites_no_results_either(shipped):
    results = shipped.folder / "results/paper/micrographs/my"
    results.mkdir(parents=True)
    (results / "BBG.json").write_text('{"source": "far/my.dm3", "problem": null}')
    sheet = shipped.folder / "config/micrographs.tsv"
    sheet.write_text(sheet.read_text() + "other.tif\tmy\n")
    done = shipped.snakemake("-n", "denoise")
    assert done.returncode != 0
    assert "micrographs/my has the results of far/my.dm3" in done.stderr


def test_a_pixel_size_may_be_given_with_the_image(shipped):
    (shipped.folder / "my.tif").touch()
    assert shipped.jobs("denoise", "--config", "image=my.tif", "pixel_size=0.0127") == ONE
    done = shipped.snakemake("-n", "denoise", "--config", "image=my.tif", "pixel_size=-1")
    assert "config: pixel_size: got -1" in done.stderr


def test_the_rows_of_the_sheet_are_part_of_the_whole_run(shipped):
    sheet = shipped.folder / "config/micrographs.tsv"
    before = shipped.jobs()
    sheet.write_text(sheet.read_text() + "a.dm4\t\tG,SP\nb.dm4\t\tBBG\n")
    extra = shipped.jobs() - before
    assert extra == {"denoise_micrograph": 3, "draw_overview": 2, "tabulate_micrographs": 1}
    (shipped.folder / "a.dm4").touch()
    assert not shipped.jobs("--config", "image=a.dm4") - before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a.dm4\tmodel\n", "unknown column 'a.dm4'"),
        ("path\tpixel_size_nm\na.dm4\t12 pm\n", "image 1: pixel_size_nm: got '12 pm'"),
    ],
)
def test_a_wrong_sheet_is_one_line_before_any_job(own_clone, text, said):
    (own_clone.folder / "config/micrographs.tsv").write_text(text)
    done = own_clone.snakemake("-n", "denoise")
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("micrographs: ")]
    assert said in line
    assert "Traceback" not in done.stderr
