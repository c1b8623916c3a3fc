"""Settings, cells and maps for tests of scenes: small, and named test doubles."""

import numpy as np
import yaml
from clones import ROOT

from temdenoise.scenes.building import Cells

CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
INSTRUMENT = CONFIG["instrument"]
SIZE = 64
NEVER = dict.fromkeys(CONFIG["scenes"]["chances"], 0.0)
# No faults at all: a perfect crystal.
PERFECT = {
    **CONFIG["scenes"],
    **{"size": SIZE, "density": 0.0, "strain": 0.0, "disorder": 0.0, "scatter": 0.0},
    **{"vacancies": 0.0, "dopants": 0.0, "chances": NEVER},
}


def with_chances(settings, **chances):
    return {**settings, "chances": {**settings["chances"], **chances}}


def double_of_maps():
    """Return a cell of 24 × 36 pixels with eight atoms, and its map: Gaussians at the atoms."""
    atoms = np.array([[3, 4], [3, 16], [9, 10], [9, 28], [15, 4], [15, 22], [21, 16], [21, 30.0]])
    y, x = np.indices((24, 36))
    values = np.zeros((24, 36))
    for dy in (-24, 0, 24):
        for dx in (-36, 0, 36):
            for at_y, at_x in atoms:
                values += np.exp(-((y - at_y - dy) ** 2 + (x - at_x - dx) ** 2) / 4.5)
    return Cells((24, 36), [atoms, atoms], (6.0, 6.0)), [values, values]
