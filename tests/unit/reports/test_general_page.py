"""docs/general-results.md is the shipped general model's."""

import re

import numpy as np
import pytest
from clones import ROOT
from micrographs import GENERAL_CARD

from temdenoise.networks import card
from temdenoise.reports import before_after, general_page

PAGE = ROOT / "docs/general-results.md"


def test_every_table_and_figure_is_on_the_page():
    tables = {name: f"| {name} |\n" for name in general_page.TABLES}
    shown = {name: f"results/{name}.png" for name in general_page.FIGURES}
    page = general_page.render(GENERAL_CARD, tables, shown)
    assert all(f"| {name} |" in page for name in tables)
    assert all(f"({path})" in page for path in shown.values())


def test_the_page_is_that_of_the_stored_model():
    stored = card.read(ROOT / "models/general/card.json")
    assert f"SHA-256 {stored.sha256[:12]}" in PAGE.read_text("utf-8"), "run publish_general"


@pytest.mark.parametrize("path", re.findall(r"\((results/\w+\.png)\)", PAGE.read_text("utf-8")))
def test_every_picture_is_there(path):
    assert (ROOT / "docs" / path).read_bytes().startswith(b"\x89PNG")


def test_result_and_truth_have_the_same_grey_values():
    rng = np.random.default_rng(1)
    truth = rng.random((7, 9))
    record, result, half = 5 * truth, truth + 0.2, 0.1 * np.ones((7, 9))
    figure = before_after.figure({"G 0.3": np.stack([record, result, truth, half])})
    images = [axes.get_images()[0] for axes in figure.axes]
    assert [image.get_array().shape for image in images] == [(7, 9)] * 4
    assert images[1].get_clim() == images[2].get_clim()
    assert images[3].get_clim()[0] == 0
    assert figure.axes[0].get_title() == "G 0.3"
