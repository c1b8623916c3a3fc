"""Which crystals may a scene show? Two-dimensional lattices by their sublattices."""

from dataclasses import dataclass

import numpy as np

_Z_POWER = 1.64  # of the intensity far from the axis: Treacy 2011, doi:10.1017/S1431927611012074
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
        reach = int(np.ceil(radius / _height(self.vectors))) + 1
        steps = np.arange(-reach, reach + 1)
        cells = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) @ self.vectors
        points = (cells[:, None] + self.sites).reshape(-1, 2)
        kinds = np.tile(np.arange(len(self.sites)), len(cells))
        near = np.hypot(*points.T) <= radius
        return points[near], kinds[near]


def draw(rng: np.random.Generator) -> Lattice:
    """Return a known material, a honeycomb of any two elements, or any planar lattice."""
    kind = rng.choice(["known", "honeycomb", "any"], p=[0.75, 0.15, 0.10])
    if kind == "known":
        return KNOWN[rng.choice(list(KNOWN), p=_SHARES)]
    if kind == "honeycomb":
        return _honeycomb("honeycomb", 1.0, rng.uniform(0, 1))
    return _any(rng)


def _honeycomb(name: str, *brightness: float) -> Lattice:
    vectors = np.array([[0, _ROOT3], [1.5, _ROOT3 / 2]])
    return Lattice(name, vectors, np.array([[0, 0], [1, 0]]), _normal(np.array(brightness)))


def _compound(name: str, first: float, second: float) -> Lattice:
    """Return a honeycomb of columns with the sums `first` and `second` of Z**1.64."""
    return _honeycomb(name, first, second)


def _phosphorene() -> Lattice:
    # 4.58 × 3.32 Å, in units of 1.5 Å; the upper and the lower row lie 0.8 Å apart.
    long, short, half = 4.58 / 1.5, 3.32 / 1.5, 0.4 / 1.5
    sites = [[0, -half], [0, half], [short / 2, long / 2 - half], [short / 2, long / 2 + half]]
    return Lattice(
        "phosphorene", np.array([[0, long], [short, 0]]), np.array(sites), np.ones(len(sites))
    )


def _any(rng: np.random.Generator) -> Lattice:
    """Return an oblique lattice whose shortest vector is 1.2 to 2, with one or two sublattices."""
    angle, ratio = rng.uniform(np.pi / 3, np.pi / 2), rng.uniform(1, 1.6)
    vectors = np.array([[0, 1], [ratio * np.sin(angle), ratio * np.cos(angle)]])
    vectors *= rng.uniform(1.2, 2)
    sites = np.array([[0, 0], rng.uniform(0.3, 0.7, 2) @ vectors])[: rng.integers(1, 3)]
    return Lattice("any", vectors, sites, _normal(rng.uniform(0.2, 1, len(sites))))


def _normal(brightness: np.ndarray) -> np.ndarray:
    return brightness / brightness.max()


def _height(vectors: np.ndarray) -> float:
    """Return the smallest distance between two lattice lines."""
    return float(abs(np.linalg.det(vectors)) / np.hypot(*vectors.T).max())


def _z(number: int) -> float:
    return float(number**_Z_POWER)


KNOWN = {
    "graphene": _honeycomb("graphene", 1, 1),
    "hBN": _compound("hBN", _z(5), _z(7)),
    "MoS2": _compound("MoS2", _z(42), 2 * _z(16)),
    "WS2": _compound("WS2", _z(74), 2 * _z(16)),
    "MoSe2": _compound("MoSe2", _z(42), 2 * _z(34)),
    "WSe2": _compound("WSe2", _z(74), 2 * _z(34)),
    "phosphorene": _phosphorene(),
}
_SHARES = np.array([8, 2, 4, 2, 2, 2, 1]) / 21
