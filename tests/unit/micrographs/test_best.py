import json

import numpy as np
import pytest
import tifffile
from micrographs import GENERAL_CARD, honeycomb, interval, write_image, write_model
from scipy.ndimage import gaussian_filter

from temdenoise.micrographs import best, job, samples
from temdenoise.micrographs.applying import Settings

SHAPE = (90, 80)
NOISY = honeycomb(SHAPE, 9) + 0.3 * np.random.default_rng(7).standard_normal(SHAPE)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return {
        name: write_model(folder, name, interval(edge), GENERAL_CARD)
        for name, edge in (("general", 1), ("smooth", 3))
    }


@pytest.fixture
def choose(tmp_path, models, one_thread):
    """Let `best.run` choose beside the general model, whose score is replaced."""
    write_image(tmp_path / "my.tif", NOISY)
    (entry,) = samples.of_images([str(tmp_path / "my.tif")]).values()
    room = {"threads": 1, "memory": 3000}
    target = job.targets(tmp_path, "general")
    job.run(entry, models["general"], Settings(), target, **room)
    summary = json.loads(target["summary"].read_text())

    def run(others, **score):
        said = {**summary, "score": {**summary["score"], **score}}
        return best.run(entry, said, others, tmp_path, **room)

    return run


def written(folder):
    return {path.name.split(".")[0] for path in folder.glob("*.tif")} - {"my"}


def test_nothing_is_chosen_without_a_score_or_without_a_difference(choose, models, tmp_path):
    assert choose({"smooth": models["smooth"]}, explained=None) is None
    assert choose({}, explained=0.5, blur=0.502) is None
    assert choose({"smooth": models["smooth"]}, explained=1.0, blur=0.5) is None
    assert written(tmp_path) == {"general"}


def test_the_model_that_explains_most_is_taken_and_one_that_refuses_is_not(
    choose, models, tmp_path
):
    others = {"gone": tmp_path / "gone" / "model.keras", "smooth": models["smooth"]}
    assert choose(others, explained=0.1, blur=0.15) == "smooth"
    assert written(tmp_path) == {"general", "smooth"}


def test_a_blur_that_explains_most_is_written_as_a_result(choose, models, tmp_path):
    assert choose({"smooth": models["smooth"]}, explained=0.5, blur=1.0, blur_px=2.0) == "blur"
    found = tifffile.imread(tmp_path / "blur.tif")
    np.testing.assert_allclose(found, gaussian_filter(NOISY, 2.0), atol=1e-4)
    said = json.loads((tmp_path / "blur.json").read_text())
    assert (said["model"], said["resampled_by"]) == ("blur", [1.0, 1.0])
    assert "100.0%" in said["score"]["said"]
    # What is left of white noise after a wide Gaussian: σ / (2 √π w).
    left = tifffile.imread(tmp_path / "blur.uncertainty.tif").mean()
    assert left == pytest.approx(0.3 / (2 * np.sqrt(np.pi) * 2), rel=0.15)
