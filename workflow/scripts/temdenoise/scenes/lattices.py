"""Which crystals may a scene show? Lattices by their columns of atoms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

# The intensity of an atom goes with Z to this power: with thermal vibration far from the axis
# (Treacy 2011, doi:10.1017/S1431927611012074), and almost that of Rutherford.
_Z_POWERS = (1.6, 2.1)
_ROOT3 = float(np.sqrt(3))


@dataclass(frozen=True)
class Lattice:
    """A planar lattice, lengths in units of its bond.

    `vectors` (2, 2) are the rows (y, x) of the primitive cell; `sites` (S, 2) are its sublattices
    (y, x), `brightness` (S,) theirs; the brightest is 1.
    """

    name: str
    vectors: np.ndarray
    sites: np.ndarray
    brightness: np.ndarray

    def points(self, radius: float) -> tuple[np.ndarray, np.ndarray]:
        """Return all sites within `radius` of the origin, (N, 2), and their sublattice (N,)."""
        reach = int(np.ceil((radius + np.hypot(*self.sites.T).max()) / _height(self.vectors))) + 1
        steps = np.arange(-reach, reach + 1)
        cells = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) @ self.vectors
        points = (cells[:, None] + self.sites).reshape(-1, 2)
        kinds = np.tile(np.arange(len(self.sites)), len(cells))
        near = np.hypot(*points.T) <= radius
        return points[near], kinds[near]


def draw(rng: np.random.Generator) -> Lattice:
    """Return a known sheet, a honeycomb of any two elements, or a crystal of any columns."""
    names = list(SHARES)
    shares = np.array(list(SHARES.values()))
    name = names[rng.choice(len(names), p=shares / shares.sum())]
    return sheet(name, rng.uniform(*_Z_POWERS)) if name in SHEETS else _CRYSTALS[name](rng)


def sheet(name: str, power: float = _Z_POWERS[0]) -> Lattice:
    """Return the honeycomb `name` of SHEETS whose atoms are as bright as Z to the `power`."""
    return honeycomb(name, *(sum(float(z) ** power for z in column) for column in SHEETS[name]))


def honeycomb(name: str, first: float, second: float) -> Lattice:
    """Return a honeycomb of two sublattices of the given brightness."""
    vectors = np.array([[0, _ROOT3], [1.5, _ROOT3 / 2]])
    return Lattice(name, vectors, np.array([[0, 0], [1, 0]]), _normal(np.array([first, second])))


def phosphorene(_: np.random.Generator) -> Lattice:
    """Return phosphorene from above, whose four columns are equal."""
    # 4.58 × 3.32 Å, in units of 1.5 Å; the upper and the lower row lie 0.8 Å apart.
    long, short, half = 4.58 / 1.5, 3.32 / 1.5, 0.4 / 1.5
    sites = [[0, -half], [0, half], [short / 2, long / 2 - half], [short / 2, long / 2 + half]]
    return Lattice(
        "phosphorene", np.array([[0, long], [short, 0]]), np.array(sites), np.ones(len(sites))
    )


def _two_elements(rng: np.random.Generator) -> Lattice:
    return honeycomb("honeycomb", 1.0, rng.uniform(0, 1))


def _oblique(rng: np.random.Generator) -> Lattice:
    """Return an oblique lattice with one or two sublattices."""
    angle, ratio = rng.uniform(np.pi / 3, np.pi / 2), rng.uniform(1, 1.6)
    vectors = np.array([[0, 1], [ratio * np.sin(angle), ratio * np.cos(angle)]])
    sites = np.array([[0, 0], rng.uniform(0.3, 0.7, 2) @ vectors])[: rng.integers(1, 3)]
    return _crystal("oblique", vectors, sites, rng.uniform(0.2, 1, len(sites)))


def _rectangular(rng: np.random.Generator) -> Lattice:
    """Return a crystal with columns at corners, centre and edges, as a perovskite along an axis."""
    vectors = np.diag([rng.choice([1, rng.uniform(1, 1.6)]), 1])
    sites = np.array([[0, 0], [0.5, 0.5], [0, 0.5], [0.5, 0]])
    brightness = np.array([1, *rng.uniform(0, 1, 3)])
    present = np.append(True, rng.random(3) < 0.6)
    return _crystal("rectangular", vectors, (sites @ vectors)[present], brightness[present])


def _layered(rng: np.random.Generator) -> Lattice:
    """Return a crystal of layers seen from the side: rows of columns, then a gap."""
    rows, along = int(rng.integers(1, 6)), rng.uniform(1, 2)
    heights = np.cumsum(rng.uniform(0.7, 1.4) + rng.uniform(-0.1, 0.1, rows))
    period = heights[-1] + rng.uniform(0, 3)
    shifts = along / 2 * (np.arange(rows) % 2) + rng.uniform(-0.2, 0.2) * np.arange(rows)
    vectors = np.array([[0, along], [period, rng.choice([0, along / 2])]])
    sites = np.stack([heights, shifts], axis=1)
    return _crystal("layered", vectors, sites, rng.uniform(0.1, 1, rows))


def _crystal(name: str, vectors: np.ndarray, sites: np.ndarray, brightness: np.ndarray) -> Lattice:
    """Return a lattice in units of its shortest distance of atoms."""
    reach = 2 * np.hypot(*vectors.T).max()
    points, _ = Lattice(name, vectors, sites, brightness).points(reach)
    shortest = cKDTree(points).query(points, k=2)[0][:, 1].min()
    return Lattice(name, vectors / shortest, sites / shortest, _normal(brightness))


def _normal(brightness: np.ndarray) -> np.ndarray:
    return brightness / brightness.max()


def _height(vectors: np.ndarray) -> float:
    """Return the smallest distance between two lattice lines."""
    return float(abs(np.linalg.det(vectors)) / np.hypot(*vectors.T).max())


# Atomic numbers in the two columns.
SHEETS: Mapping[str, tuple[list[int], list[int]]] = {
    "graphene": ([6], [6]),
    "hBN": ([5], [7]),
    "MoS2": ([42], [16, 16]),
    "WS2": ([74], [16, 16]),
    "MoSe2": ([42], [34, 34]),
    "WSe2": ([74], [34, 34]),
}
_CRYSTALS: Mapping[str, Callable[[np.random.Generator], Lattice]] = {
    "phosphorene": phosphorene,
    "honeycomb": _two_elements,
    "oblique": _oblique,
    "rectangular": _rectangular,
    "layered": _layered,
}
SHARES: Mapping[str, float] = {
    **{"graphene": 0.22, "hBN": 0.05, "MoS2": 0.1, "WS2": 0.05, "MoSe2": 0.05, "WSe2": 0.05},
    **{"phosphorene": 0.03, "honeycomb": 0.12, "oblique": 0.08, "rectangular": 0.12},
    **{"layered": 0.13},
}
