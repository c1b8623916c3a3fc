"""What is OpenMX asked for? The paper's settings (section II.A), on a grid that suits the map."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ase import Atoms
from ase.units import Bohr

from temdenoise.errors import InputError

NAME = "temdenoise"
DATA = "DFT_DATA"  # a link in the run directory: DATA.PATH stops at a blank
_FACTORS = (2, 3, 5, 7)

# OpenMX silently ignores a keyword that it does not know, and uses its default.
KEYWORDS = frozenset(
    {
        *("System.CurrrentDirectory", "System.Name", "DATA.PATH"),
        *("level.of.stdout", "level.of.fileout", "Species.Number", "Definition.of.Atomic.Species"),
        *("Atoms.Number", "Atoms.SpeciesAndCoordinates.Unit", "Atoms.SpeciesAndCoordinates"),
        *("Atoms.UnitVectors.Unit", "Atoms.UnitVectors"),
        *("scf.XcType", "scf.SpinPolarization", "scf.ElectronicTemperature", "scf.energycutoff"),
        *("scf.Ngrid", "scf.fixed.grid", "scf.maxIter", "scf.EigenvalueSolver", "scf.Kgrid"),
        *("scf.Mixing.Type", "scf.Init.Mixing.Weight", "scf.Min.Mixing.Weight"),
        *("scf.Max.Mixing.Weight", "scf.Mixing.History", "scf.Mixing.StartPulay"),
        *("scf.criterion", "scf.restart", "orbitalOpt.Force.Skip", "MD.Type", "MD.maxIter"),
    }
)


@dataclass(frozen=True)
class Mixing:
    """What may change from one attempt at an SCF to the next; the temperature is in K."""

    initial_weight: float
    largest_weight: float
    history: int
    pulay_start: int
    electronic_temperature: float
    restart: bool = False


@dataclass(frozen=True)
class Grid:
    """The real-space grid: `counts` along each axis, `origin` of the third axis [bohr]."""

    counts: tuple[int, int, int]
    origin: float


def grid_for(atoms: Atoms, cutoff: float, height: float) -> Grid:
    """Return the coarsest grid of at least `cutoff` [Ry] with a plane at the map's `height` [Å].

    It depends only on the cell and on the sheet's upper end: all structures of a run share it.
    OpenMX wants counts that are products of 2, 3, 5 and 7.
    """
    lengths = atoms.cell.lengths() / Bohr
    counts = tuple(_smooth(length * math.sqrt(cutoff) / math.pi) for length in lengths)
    spacing = lengths[2] / counts[2]
    plane = (atoms.positions[:, 2].max() + height) / Bohr
    offset = plane - spacing * round(plane / spacing)
    return Grid(counts, round(float(offset), 9) + 0.0)  # type: ignore[arg-type]


def input_text(
    atoms: Atoms,
    settings: Mapping[str, Any],
    elements: Mapping[str, Any],
    kgrid: Sequence[int],
    grid: Grid,
    mixing: Mixing,
) -> str:
    """Return the input for `atoms`; `elements` gives pao, vps and valence_electrons of each.

    Raises
    ------
    InputError
        A keyword is not in KEYWORDS, or stands twice.
    """
    items = [
        *_files(atoms, elements),
        *_atoms(atoms, elements),
        *_scf(settings, kgrid, grid, mixing),
    ]
    check_keywords([keyword for keyword, _ in items])
    return "".join(_render(keyword, value) for keyword, value in items)


def _files(atoms: Atoms, elements: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    species = sorted(set(atoms.get_chemical_symbols()))
    yield "System.CurrrentDirectory", "./"
    yield "System.Name", NAME
    yield "DATA.PATH", f"./{DATA}"
    yield "level.of.stdout", 1
    yield "level.of.fileout", 1
    yield "Species.Number", len(species)
    rows = [f"{symbol} {elements[symbol]['pao']} {elements[symbol]['vps']}" for symbol in species]
    yield "Definition.of.Atomic.Species", rows


def _atoms(atoms: Atoms, elements: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    rows = []
    for number, atom in enumerate(atoms, start=1):
        spin = elements[atom.symbol]["valence_electrons"] / 2
        rows.append(f"{number} {atom.symbol} {_row(atom.position)} {spin} {spin}")
    yield "Atoms.Number", len(atoms)
    yield "Atoms.SpeciesAndCoordinates.Unit", "Ang"
    yield "Atoms.SpeciesAndCoordinates", rows
    yield "Atoms.UnitVectors.Unit", "Ang"
    yield "Atoms.UnitVectors", [_row(vector) for vector in atoms.cell]


def _scf(
    settings: Mapping[str, Any], kgrid: Sequence[int], grid: Grid, mixing: Mixing
) -> Iterator[tuple[str, Any]]:
    yield "scf.XcType", "GGA-PBE"
    yield "scf.SpinPolarization", "off"
    yield "scf.ElectronicTemperature", mixing.electronic_temperature
    yield "scf.energycutoff", settings["energy_cutoff"]
    yield "scf.Ngrid", " ".join(map(str, grid.counts))
    yield "scf.fixed.grid", f"0.0 0.0 {grid.origin:.9f}"
    yield "scf.maxIter", settings["max_scf_steps"]
    yield "scf.EigenvalueSolver", "band"
    yield "scf.Kgrid", " ".join(map(str, kgrid))
    yield "scf.Mixing.Type", "rmm-diisk"
    yield "scf.Init.Mixing.Weight", mixing.initial_weight
    yield "scf.Min.Mixing.Weight", min(0.001, mixing.initial_weight)
    yield "scf.Max.Mixing.Weight", mixing.largest_weight
    yield "scf.Mixing.History", mixing.history
    yield "scf.Mixing.StartPulay", mixing.pulay_start
    yield "scf.criterion", settings["criterion"]
    yield "scf.restart", "on" if mixing.restart else "off"
    # Skips the forces, the largest fixed cost, and with them the total energy.
    yield "orbitalOpt.Force.Skip", "on" if settings["density_only"] else "off"
    yield "MD.Type", "nomd"
    yield "MD.maxIter", 1


def check_keywords(keywords: Sequence[str]) -> None:
    """Refuse a keyword that OpenMX would ignore.

    Raises
    ------
    InputError
        A keyword is not in KEYWORDS, or stands twice.
    """
    for keyword in keywords:
        if keyword not in KEYWORDS or keywords.count(keyword) > 1:
            raise InputError(
                f"OpenMX input: {keyword}: not a known keyword, or given twice; OpenMX would "
                "silently ignore it"
            )


def _render(keyword: str, value: Any) -> str:
    if isinstance(value, list):
        return "\n".join([f"<{keyword}", *value, f"{keyword}>", ""])
    return f"{keyword} {value}\n"


def _row(vector: np.ndarray) -> str:
    return " ".join(f"{value:.10f}" for value in vector)


def _smooth(least: float) -> int:
    count = math.ceil(least)
    while not _is_smooth(count):
        count += 1
    return count


def _is_smooth(count: int) -> bool:
    for factor in _FACTORS:
        while count % factor == 0:
            count //= factor
    return count == 1
