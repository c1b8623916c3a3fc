import gc
import hashlib
import json
import shutil
import subprocess
import sys

import h5py
import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml
from clones import ROOT
from micrographs import GENERAL_CARD, honeycomb, identity, interval, write_image, write_model

import temdenoise
from temdenoise import cli
from temdenoise.micrographs import applying, samples

ENDS = ("tif", "hspy", "uncertainty.tif", "atoms.csv", "json")

RNG = np.random.default_rng(7)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_model(folder, "identity", identity())
    write_model(folder, "any", interval(), GENERAL_CARD)
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def command(models, one_thread):
    options = ("--models", str(models), "--model", "identity", "--threads", "1")
    return lambda *words: cli.main([*map(str, words), *options])


def an_image(path, seed=1):
    noise = np.random.default_rng(seed).normal(0, 0.1, (70, 60))
    write_image(path, honeycomb((70, 60), 9) + noise)
    return path


def results(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_image_gets_its_results_and_a_line_an_orientation(here, command, capfd):
    an_image(here / "my image.tif")
    assert command("my image.tif") == 0
    said = capfd.readouterr()
    assert said.err == ""
    assert [f"orientation {n} of 4" in said.out for n in range(1, 5)] == [True] * 4
    visible = {name for name in results(here / "denoised/my-image") if name[0] != "."}
    assert visible == {*(f"identity.{end}" for end in ENDS), "overview.png"}


def test_a_general_model_needs_one_pass_and_cuts_nothing_off(here, models, one_thread, capfd):
    noise = np.random.default_rng(1).normal(0, 0.1, (70, 60))
    image = honeycomb((70, 60), 9) + noise
    image[20:24, 30:34] = 9.0
    write_image(here / "my.tif", image)
    assert cli.main(["my.tif", "--models", str(models), "--model", "any", "--threads", "1"]) == 0
    said = json.loads((here / "denoised/my/any.json").read_text())
    assert said["resampled_by"] == [1.0, 1.0]
    assert "vacuum" not in said
    assert "orientation" not in capfd.readouterr().out
    found = tifffile.imread(here / "denoised/my/any.tif")
    np.testing.assert_allclose(found, image.astype(np.float32), atol=1e-4)


def test_the_verdict_is_in_the_summary_unless_it_is_not_wanted(here, models, one_thread, capfd):
    write_image(here / "my.tif", honeycomb((90, 80), 9) + 0.3 * RNG.standard_normal((90, 80)))
    words = ["my.tif", "--models", str(models), "--model", "any", "--threads", "1"]
    assert cli.main([*words, "--no-score"]) == 0
    assert "score" not in json.loads((here / "denoised/my/any.json").read_text())
    assert cli.main(words) == 0
    score = json.loads((here / "denoised/my/any.json").read_text())["score"]
    assert score["said"] in capfd.readouterr().out
    # The double removes nothing, so all of the noise is left.
    assert score["explained"] < score["blur"] <= 1.1


def test_of_several_images_the_wanted_one_is_denoised_and_drawn(here, command, capfd):
    noise = 0.1 * RNG.standard_normal((70, 60))
    low, high = honeycomb((70, 60), 9) + noise, honeycomb((80, 60), 9)[:, ::-1]
    np.savez(here / "two.npz", low=low, high=high)
    assert command("two.npz", "--dataset", "low", "--no-score") == 0
    said = json.loads((here / "denoised/two/identity.json").read_text())
    assert said["dataset"] == "low"
    assert tifffile.imread(here / "denoised/two/identity.tif").shape == (70, 60)
    assert "two.npz: took low, shape (70, 60); other images: high" in capfd.readouterr().out
    assert command("two.npz", "--dataset", "Low") == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line == "temdenoise: two.npz: dataset: got 'Low', allowed: low, high"


def test_an_image_too_large_for_the_memory_is_refused_before_it_is_read(here, command, capfd):
    with h5py.File(here / "large.h5", "w") as file:  # 16 GB that take a few kB
        file.create_dataset("x", (60_000, 70_000), "f4", chunks=(64, 64))
    assert command("large.h5", "--memory", "4000") == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert "the image of 60000 × 70000 pixels needs" in line
    assert "crop the image, or allow more" in line


def test_dark_atoms_are_denoised_and_listed_as_bright_ones_are(here, models, one_thread):
    image = (1000 + 100 * honeycomb((90, 80), 9)).astype(np.uint16)
    tifffile.imwrite(here / "bright.tif", image)
    tifffile.imwrite(here / "dark.tif", 3000 - image)
    words = ["--models", str(models), "--model", "any,identity", "--threads", "1", "--no-score"]
    assert (
        cli.main(["bright.tif", *words]) == cli.main(["dark.tif", "--atoms", "dark", *words]) == 0
    )
    for model in ("any", "identity"):
        bright, dark = (here / "denoised" / name for name in ("bright", "dark"))
        images = (tifffile.imread(folder / f"{model}.tif") for folder in (bright, dark))
        np.testing.assert_allclose(sum(images), 3000, rtol=1e-4)
        listed = [pd.read_csv(folder / f"{model}.atoms.csv") for folder in (bright, dark)]
        assert len(listed[0]) > 50
        pd.testing.assert_frame_equal(*listed, rtol=1e-3)


def test_auto_takes_the_blur_where_it_explains_more(here, tmp_path, one_thread, capfd):
    write_model(tmp_path / "store", "general", interval(), GENERAL_CARD)
    write_image(here / "my.tif", honeycomb((90, 80), 9) + 0.3 * RNG.standard_normal((90, 80)))
    words = ["my.tif", "--models", "store", "--model", "auto", "--threads", "1"]
    assert cli.main(words) == 0
    assert "my, auto: use blur" in capfd.readouterr().out
    made = {name for name in results(here / "denoised/my") if name[0] != "."}
    assert made == {*(f"{m}.{end}" for m in ("general", "blur") for end in ENDS), "overview.png"}


def test_a_bad_image_is_one_line_and_the_others_go_on(here, command, capfd):
    (here / "cut.dm4").write_bytes(b"\0\0\0\4" * 40)
    an_image(here / "good.tif")
    assert command("cut.dm4", "good.tif", "--out", "out") == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("temdenoise: cut.dm4: not a whole dm4 file")
    assert [path.name for path in (here / "out").iterdir()] == ["good"]


@pytest.mark.filterwarnings("ignore")  # of files that the libraries leave open
def test_an_earlier_result_survives_a_failure(here, command, no_room, capfd):
    image = an_image(here / "my.tif")
    assert command(image) == 0
    before = results(here / "denoised/my")
    with no_room(20_000):  # of the four files of a result some fit, some do not
        assert command(image, "--pixel-size", "0.016") == 1
    assert results(here / "denoised/my") == before
    image.write_bytes(image.read_bytes()[:1000])
    assert command(image) == 1
    assert results(here / "denoised/my") == before
    said = capfd.readouterr().err.splitlines()
    lines = [line for line in said if line.startswith("temdenoise: ")]
    assert ["no room on the disk" in line for line in lines] == [True, False]
    gc.collect()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no image was named"),
        (("gone.dm4",), "gone.dm4: no such file"),
        (("my.tif", "--model", "BBG,none"), "model none: there is no"),
        (("my.tif", "--model", "../G"), "--model: got '../G'"),
        (("my.tif", "--pixel-size", "-1"), "--pixel-size: got '-1', allowed: a number in nm"),
        (("my.tif", "--bond-length", "x"), "--bond-length: got 'x'"),
        (("my.tif", "--atoms", "grey"), "--atoms: got 'grey', allowed: bright or dark"),
        (("my.tif", "--crop", "5:5,0:9"), "--crop: got '5:5,0:9', allowed: top:bottom"),
        (("my.tif", "--threads", "0"), "got '0', allowed: an integer, at least 1"),
        (("my.tif", "--model", "auto", "--no-score"), "--model auto chooses by the score"),
        (("my.tif", "--what"), "unrecognized arguments: --what"),
        (("my.tif", "other/my.tif"), "my.tif has the name my; names must be unique"),
        (("my.tif", "--out", "my.tif"), "--out: my.tif is a file"),
        (("my.tif", "--out", "taken"), "taken/my has the results of far/my.dm3"),
        (("--list-models", "--models", "taken"), "taken: there are no models"),
        (("--list-models", "--models", "bare"), "bare/G/card.json: not a whole model card"),
        (("my.tif", "--model", "G", "--models", "bare"), "bare/G/card.json: not a whole model"),
        (("--list-models", "my.tif"), "--list-models denoises nothing: leave out my.tif"),
        (("my.tif", "other/MY.tif"), "names must be unique"),
        (("my.tif", "--pix", "0.1"), "unrecognized arguments: --pix"),
        ((f"{300 * 'x'}.tif",), "x.tif: File name too long"),
    ],
)
def test_what_cannot_work_is_one_line_before_anything_is_loaded(
    here, monkeypatch, capfd, words, said
):
    monkeypatch.setitem(sys.modules, "temdenoise.micrographs.job", None)  # not to be imported
    for name in ("my.tif", "other/my.tif"):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).touch()
    for folder in ("taken/my", "bare/G"):
        (here / folder).mkdir(parents=True)
    (here / "bare/G/model.keras").touch()
    (here / "taken/my/G.json").write_text('{"source": "far/my.dm3", "problem": null}')
    try:
        code = cli.main(words)
    except SystemExit as end:
        code = end.code
    assert code == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert said in line
    assert not (here / "denoised").exists()


def test_a_model_that_fails_does_not_keep_the_others_from_being_done(
    here, models, one_thread, capfd
):
    broken = write_model(here / "models", "broken", identity())
    broken.write_bytes(b"no network")
    card = broken.with_name("card.json")
    said = json.loads(card.read_text()) | {"sha256": hashlib.sha256(b"no network").hexdigest()}
    card.write_text(json.dumps(said))
    shutil.copytree(models / "identity", here / "models/identity")
    an_image(here / "my.tif")
    options = ["--models", "models", "--model", "broken,identity", "--threads", "1"]
    assert cli.main(["my.tif", *options]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert "broken/model.keras: not a whole .keras model" in line
    visible = {path.name for path in (here / "denoised/my").glob("[!.]*")}
    assert visible == {*(f"identity.{end}" for end in ENDS), "overview.png"}


def test_a_place_that_cannot_be_written_to_is_one_line(here, command, capfd):
    an_image(here / "my.tif")
    (here / "denoised").mkdir()
    (here / "denoised/my").touch()
    assert command("my.tif") == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("temdenoise: denoised/my: ")


def test_help_version_and_models_load_no_tensorflow():
    asked = ("--help", "--version", "--list-models")
    code = f"""
import sys
from temdenoise import cli
for word in {asked}:
    try:
        cli.main([word])
    except SystemExit as end:
        assert not end.code
assert not {{"tensorflow", "keras", "pandas", "matplotlib", "scipy"}} & set(sys.modules)
"""
    folder = ROOT / "workflow/scripts"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *_, version, bbg, g, gsp, sp, general = done.stdout.splitlines()
    assert version == f"temdenoise {temdenoise.__version__}"
    for line, name in ((bbg, "BBG"), (g, "G"), (gsp, "GSP"), (sp, "SP")):
        assert line.startswith(f"{name}: noise {name}, C_noise 0.1 to 0.25")
    assert general.startswith("general: any noise, 2 to 24 px per bond")


@pytest.mark.parametrize(("word", "code"), [("--list-models", 0), ("gone.dm4", 1)])
def test_the_program_ends_with_all_of_its_words_and_its_code(word, code):
    program = [sys.executable, "-m", "temdenoise", word]
    done = subprocess.run(program, cwd=ROOT / "workflow/scripts", capture_output=True, text=True)
    assert done.returncode == code
    assert ("general: any noise" in done.stdout, "no such file" in done.stderr) == (not code, code)


def test_the_command_and_the_workflow_have_the_same_defaults():
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())["micrographs"]
    assert (
        applying.Settings(config["tile"], config["overlap"], config["window"])
        == applying.Settings()
    )
    assert config["default_model"] == samples.DEFAULT_MODEL
    assert config["bond_length"] is None
