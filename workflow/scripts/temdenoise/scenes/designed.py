"""Which images have a known content? Graphene with vacancies, dopants and regions by design."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from temdenoise import seeds
from temdenoise.scenes import imaging, lattices
from temdenoise.scenes.building import Cells
from temdenoise.scenes.known import DFT, DOPED, REGIONS, VACANCIES, Known, positions
from temdenoise.scenes.scene import (
    ATOM,
    DIRTY,
    DOPANT,
    LAYER,
    LAYERED,
    SITE,
    VACANCY,
    VACUUM,
    Scene,
)

SIZE = 192  # pixels: three of the paper's patches
BONDS = (6.0, 10.0, 16.0)  # pixels
ANGLES = (0.0, 11.0, 23.0)  # [°]; 60 is 0 again
DOPANTS = (0.4, 0.6, 1.3, 1.5, 3.0, 8.0)  # brightness over that of the host

_SPOT = 0.28  # bonds: standard deviation of an atom's image
_BEYOND = 2.5  # bonds beyond the border: the tails of atoms there reach into the image
_SHARE = 1 / 12  # of the sites have a defect
_APART = 1.9  # bonds: defects are neither first nor second neighbours
_INSIDE = 1.5  # bonds between a defect and the border or the vacuum
_VACUUM = 0.6  # of the image is material, the rest vacuum
_SCATTER = 0.05  # of the hosts' brightness beside dopants
_DIRT = 0.7  # atoms' heights: the brightness of contamination
_SOFT = 0.5  # bonds: the edge of contamination
_NO_MAPS = np.full((4, 4), -1)


def sheets(seed: int) -> Iterator[Known]:
    """Yield graphene of every design and bond length, at several angles."""
    for name, design in _DESIGNS.items():
        for bond in BONDS:
            for angle in ANGLES if name != REGIONS else ANGLES[1:2]:
                rng = seeds.generator(seed, "designed", name, bond, angle)
                scene = design(_sheet(bond, angle, rng), bond, rng)
                yield Known(name, scene, image(scene))


def of_density(
    cells: Cells, missing: Sequence[np.ndarray], maps: Sequence[np.ndarray], seed: int
) -> Iterator[Known]:
    """Yield each of the `maps` (Y, X) from 0 to 1, tiled, at every bond length and several angles.

    `cells` are those of the maps; of each, atoms are `missing` at (N, 2) [map pixels].
    """
    for number, gone in enumerate(missing):
        for bond in BONDS:
            for angle in ANGLES[:2]:
                rng = seeds.generator(seed, "designed", DFT, number, bond, angle)
                scene = _of_cell(cells, number, gone, bond, angle, rng)
                clean = imaging.density(scene, maps)
                yield Known(DFT, scene, clean / _usual(scene, clean))


def image(scene: Scene) -> np.ndarray:
    """Return the clean image of `scene` by a probe without tails, (size, size)."""
    atoms = scene.atoms[scene.atoms["kind"] != VACANCY]
    sheet = imaging.adf(
        positions(atoms), atoms["brightness"], scene.areas.shape, _SPOT * scene.bond
    )
    dirty = (scene.areas & DIRTY > 0).astype(float)
    return np.asarray(sheet + _DIRT * gaussian_filter(dirty, _SOFT * scene.bond, mode="nearest"))


def _vacancies(atoms: np.ndarray, bond: float, rng: np.random.Generator) -> Scene:
    """Return a sheet with vacancies beside vacuum."""
    edge = _VACUUM * SIZE
    areas = _columns(edge, SIZE, VACUUM)
    atoms = atoms[atoms["x"] < edge]
    atoms["kind"][_isolated(atoms, bond, edge, rng)] = VACANCY
    return _scene(bond, atoms, areas)


def _doped(atoms: np.ndarray, bond: float, rng: np.random.Generator) -> Scene:
    """Return a sheet with dopants, as many of each brightness."""
    atoms["brightness"] *= 1 + _SCATTER * rng.standard_normal(len(atoms))
    foreign = _isolated(atoms, bond, SIZE, rng)
    atoms["kind"][foreign] = DOPANT
    atoms["brightness"][foreign] = np.resize(DOPANTS, len(foreign))
    return _scene(bond, atoms, np.zeros((SIZE, SIZE), dtype=np.uint8))


def _regions(atoms: np.ndarray, bond: float, _: np.random.Generator) -> Scene:
    """Return columns of vacuum, a sheet, two layers in AB stacking, and a dirty sheet."""
    ends = np.linspace(0, SIZE, 5)
    areas = _columns(0, ends[1], VACUUM) | _columns(ends[2], ends[3], LAYERED)
    areas |= _columns(ends[3], SIZE, DIRTY)
    upper = atoms.copy()
    shift = _first_bond(atoms)
    upper["y"], upper["x"], upper["kind"] = atoms["y"] + shift[0], atoms["x"] + shift[1], LAYER
    upper = upper[(upper["x"] > ends[2]) & (upper["x"] < ends[3])]
    return _scene(bond, np.concatenate([atoms[atoms["x"] > ends[1]], upper]), areas)


_DESIGNS: dict[str, Callable[[np.ndarray, float, np.random.Generator], Scene]] = {
    VACANCIES: _vacancies,
    DOPED: _doped,
    REGIONS: _regions,
}


def _sheet(bond: float, angle: float, rng: np.random.Generator) -> np.ndarray:
    reach = (SIZE / 2 + _BEYOND * bond) * np.sqrt(2) / bond + 1
    points, species = lattices.sheet("graphene").points(reach)
    yx = bond * points @ _turn(angle).T + SIZE / 2 + rng.uniform(0, bond, 2)
    atoms = _atoms(yx, bond, SITE, species)
    atoms["brightness"] = 1
    return atoms


def _atoms(yx: np.ndarray, bond: float, kind: int, species: np.ndarray | int = 0) -> np.ndarray:
    """Return those of the atoms at `yx` whose tails reach into the image."""
    atoms = np.zeros(len(yx), dtype=ATOM)
    atoms["y"], atoms["x"], atoms["kind"], atoms["species"] = *yx.T, kind, species
    near = ((yx > -_BEYOND * bond) & (yx < SIZE - 1 + _BEYOND * bond)).all(axis=1)
    return atoms[near]


def _of_cell(
    cells: Cells, number: int, gone: np.ndarray, bond: float, angle: float, rng: np.random.Generator
) -> Scene:
    matrix = np.array(cells.bond)[:, None] * _turn(angle) / bond
    origin = rng.uniform(0, cells.shape)
    reach = int(np.ceil(np.sqrt(2) * SIZE / bond * max(cells.bond) / min(cells.shape))) + 1
    steps = np.stack(np.meshgrid(*[np.arange(-reach, reach + 1)] * 2), axis=-1).reshape(-1, 1, 2)

    def seen(yx: np.ndarray, kind: int) -> np.ndarray:
        everywhere = (yx + steps * cells.shape).reshape(-1, 2)
        return _atoms((everywhere - origin) @ np.linalg.inv(matrix).T, bond, kind)

    atoms = np.concatenate([seen(cells.atoms[number], SITE), seen(gone, VACANCY)])
    atoms["brightness"] = 1
    maps = _NO_MAPS.copy()
    maps[0, 0] = number
    areas = np.zeros((SIZE, SIZE), dtype=np.uint8)
    return Scene("density", "graphene", bond, atoms, areas, matrix, origin, maps)


def _usual(scene: Scene, clean: np.ndarray) -> float:
    """Return the median brightness of the atoms in the image."""
    y, x = positions(scene.atoms[scene.atoms["kind"] == SITE]).round().astype(int).T
    inside = (y >= 0) & (x >= 0) & (y < SIZE) & (x < SIZE)
    return float(np.median(clean[y[inside], x[inside]]))


def _isolated(atoms: np.ndarray, bond: float, edge: float, rng: np.random.Generator) -> list[int]:
    """Return the indices of random atoms that lie apart, left of `edge` [pixels]."""
    yx, picked = positions(atoms), list[int]()
    margin = _INSIDE * bond
    inner = ((yx > margin) & (yx < np.array([SIZE - 1, edge]) - margin)).all(axis=1)
    near = cKDTree(yx).query_ball_point(yx, _APART * bond)
    taken: set[int] = set()
    for index in rng.permutation(np.flatnonzero(inner)):
        if len(picked) < _SHARE * inner.sum() and index not in taken:
            picked.append(int(index))
            taken.update(near[index])
    return picked


def _first_bond(atoms: np.ndarray) -> np.ndarray:
    """Return the vector (y, x) from an atom of one sublattice to a neighbour of the other."""
    first, second = (positions(atoms[atoms["species"] == kind]) for kind in (0, 1))
    middle = first[np.linalg.norm(first - SIZE / 2, axis=1).argmin()]
    return np.asarray(second[np.linalg.norm(second - middle, axis=1).argmin()] - middle)


def _columns(first: float, last: float, bit: int) -> np.ndarray:
    areas = np.zeros((SIZE, SIZE), dtype=np.uint8)
    areas[:, round(first) : round(last)] = bit
    return areas


def _scene(bond: float, atoms: np.ndarray, areas: np.ndarray) -> Scene:
    return Scene("adf", "graphene", bond, atoms, areas, np.zeros((2, 2)), np.zeros(2), _NO_MAPS)


def _turn(angle: float) -> np.ndarray:
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([[cosine, -sine], [sine, cosine]])
