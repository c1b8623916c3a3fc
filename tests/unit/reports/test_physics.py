import numpy as np
import pytest

from temdenoise.density.maps import DensityMap
from temdenoise.reports import physics
from temdenoise.structures import sheets


@pytest.mark.parametrize(
    ("material", "thickness", "shown"),
    [("graphene", 0.0, {"24 C"}), ("hBN", 0.0, {"12 B", "12 N"}), ("MoS2", 3.13, {"12 S"})],
)
def test_brightness_is_that_of_the_uppermost_atoms_by_element(material, thickness, shown):
    rng = np.random.default_rng(1)
    ordered = sheets.ordered_sheet(material, (2, 3), 3.0, 15.0, thickness)
    atoms = sheets.disorder(ordered, 0.284, rng)
    x, y, _ = atoms.cell.lengths()
    density_map = DensityMap(rng.random((9, 12)).astype("f4"), (y / 9, x / 12), (0, 0), {})
    (axes,) = physics.brightness([(atoms, density_map)]).axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert {label.partition(",")[0] for label in labels} == shown
    assert all("correlation" in label for label in labels)
    assert len(axes.collections) == len(shown)
