"""The real image of MoS₂ through the shipped models, from the wheel it is published in."""

import os

import numpy as np
import pandas as pd
import pytest
import tifffile
from clones import ROOT, Clone

from temdenoise.micrographs import reading

MODELS = ["G", "SP", "GSP", "BBG"]
REGIONS = ["all", "A1", "A2", "A3"]
EXPERIMENT = ("--profile", "profiles/local", "experiment")
PIXEL = 0.012695  # nm, of the file's header

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    clone = Clone(tmp_path_factory.mktemp("experiment"))
    (clone.folder / "models").symlink_to(ROOT / "models")
    done = clone.snakemake(*EXPERIMENT)
    said = done.stdout + done.stderr
    if "could not be fetched" in said and "CI" not in os.environ:
        pytest.skip("no network")
    assert done.returncode == 0, said
    report = clone.snakemake(*EXPERIMENT, "--report", "report.html")
    assert report.returncode == 0, report.stderr
    return clone.folder


@pytest.fixture(scope="module")
def folder(results):
    return results / "results/paper/micrographs/MoS2-experiment"


@pytest.fixture(scope="module")
def table(results):
    return pd.read_csv(
        results / "results/paper/tables/experiment.csv", index_col=["image", "region"]
    )


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("suffix", ["tif", "hspy", "uncertainty.tif"])
def test_the_calibration_is_that_of_the_microscope(folder, model, suffix):
    found = reading.read(folder / f"{model}.{suffix}")
    assert found.pixel_size == pytest.approx((PIXEL, PIXEL), rel=1e-4)
    assert found.frames.shape == (1, 1024, 1024)


@pytest.mark.parametrize("model", MODELS)
def test_the_units_are_those_of_the_microscope(results, folder, model):
    (path,) = folder.parent.glob("*.dm3")
    original, denoised = reading.read(path).frame(0), tifffile.imread(folder / f"{model}.tif")
    assert denoised.mean() == pytest.approx(original.mean(), rel=0.01)
    assert np.corrcoef(original.ravel(), denoised.ravel())[0, 1] > 0.5
    assert denoised.std() < original.std() * 1.2


def test_each_model_is_measured_in_the_whole_image_and_in_the_dark_regions(table):
    assert list(table.index) == [
        (image, region) for image in ["original", *MODELS] for region in REGIONS
    ]
    assert not table.isna().any().any()


# SP and GSP have learnt to leave alone what is not plainly altered.
@pytest.mark.parametrize("model", ["G", "BBG"])
def test_atom_columns_stand_out_more_than_before(table, model):
    assert table.loc[(model, "all"), "contrast"] > table.loc[("original", "all"), "contrast"]


def test_the_report_has_the_pictures_and_the_table(results):
    report = (results / "report.html").read_text()
    for name in ("overview.png", "experiment.png", "experiment.html"):
        assert name in report
