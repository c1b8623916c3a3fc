"""Incoherent imaging of scenes beside multislice simulation (abTEM, where it is installed)."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.optimize import minimize

from temdenoise.scenes import imaging
from temdenoise.structures.materials import MATERIALS
from temdenoise.structures.sheets import ordered_sheet

pytestmark = pytest.mark.slow
abtem = pytest.importorskip("abtem")

CELLS = (4, 7)
SOURCE = 0.4  # Å, standard deviation
MIDDLE = np.array([2, 3])  # the unit cell that is imaged


def multislice(atoms, cell):
    """Return the annular dark field of one unit cell (X, Y), and its pixel [Å]."""
    potential = abtem.Potential(atoms, sampling=0.05, slice_thickness=4)
    probe = abtem.Probe(energy=80e3, semiangle_cutoff=30)
    scan = abtem.GridScan((0, 0), tuple(cell), sampling=0.15, endpoint=False)
    detector = abtem.AnnularDetector(inner=80, outer=200)
    image = np.asarray(probe.scan(potential, detectors=detector, scan=scan).compute().array)
    pixel = cell / image.shape
    return gaussian_filter(image, SOURCE / pixel, mode="wrap"), pixel


@pytest.mark.parametrize("material", ["graphene", "hBN", "MoS2"])
def test_a_monolayer_is_its_atoms_convolved_with_the_probe(material):
    known = MATERIALS[material]
    cell = known.lattice_constant * np.array([np.sqrt(3), 1])
    atoms = ordered_sheet(material, CELLS, known.lattice_constant, 8.0, known.thickness)
    image, pixel = multislice(atoms, cell)
    places = (atoms.positions[:, :2] - MIDDLE * cell) / pixel

    def likeness(sigma, power):
        drawn = imaging.adf(places, atoms.numbers.astype(float) ** power, image.shape, sigma)
        return np.corrcoef(drawn.ravel(), image.ravel())[0, 1]

    best = minimize(lambda p: -likeness(abs(p[0]) + 0.5, p[1]), [3.0, 1.6], method="Nelder-Mead")
    assert -best.fun > 0.99
    if material != "graphene":  # one element says nothing about the power
        assert 1.5 < best.x[1] < 2.3
