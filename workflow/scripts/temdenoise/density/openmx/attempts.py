"""Which attempts were made at an SCF, and which comes next? A directory each, a record of all."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ase import Atoms

from temdenoise.density.endings import PHYSICS, UNCONVERGED
from temdenoise.density.openmx import output
from temdenoise.density.openmx.input import DATA, NAME, Grid, Mixing
from temdenoise.errors import NotConverged
from temdenoise.run.storage import beside

_RECORDS = "attempts.json"

Record = dict[str, Any]


def fingerprint(
    atoms: Atoms, settings: Mapping[str, Any], elements: Mapping[str, Any], kgrid: Any, grid: Grid
) -> str:
    """Return a fingerprint of all that the density depends on."""
    physics = {key: settings[key] for key in PHYSICS["openmx"]}
    parts = [atoms.positions.tolist(), atoms.cell.tolist(), atoms.get_chemical_symbols()]
    text = json.dumps([*parts, physics, dict(elements), list(kgrid), vars(grid)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def ladder(settings: Mapping[str, Any]) -> list[Mixing]:
    """Return the mixings to try, in order: less weight, longer history, more smearing."""
    first = Mixing(
        **settings["mixing"],
        electronic_temperature=settings["electronic_temperature"],
    )
    gentle = _but(
        first, initial_weight=first.initial_weight / 3, largest_weight=first.largest_weight / 3
    )
    longer = _but(gentle, history=2 * first.history, pulay_start=2 * first.pulay_start)
    warmest = settings["max_electronic_temperature"]
    warmer = [
        _but(longer, electronic_temperature=temperature)
        for temperature in (2 * first.electronic_temperature, warmest)
        if first.electronic_temperature < temperature <= warmest
    ]
    return list(dict.fromkeys([first, gentle, longer, *warmer]))


class Attempts:
    """The attempts at one structure in `folder`; those with another `fingerprint` are removed.

    `records` has a mapping for each: folder, ending, scf_steps, residuals, the mixing, …
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder, self._fingerprint = folder, fingerprint
        state = _read(folder)
        self.records: list[Record] = state["attempts"]
        if state["fingerprint"] != fingerprint:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self.records = []
            self._write()

    def next_mixing(self, settings: Mapping[str, Any]) -> Mixing:
        """Return the first mixing of the ladder that was not yet given `settings` max_scf_steps.

        Raises
        ------
        NotConverged
            All were.
        """
        steps = settings["max_scf_steps"]
        for mixing in ladder(settings):
            if not any(_was(mixing, steps, record) for record in self.records):
                return _but(mixing, restart=self._latest_restart() is not None)
        done = sum(record["scf_steps"] for record in self.records)
        raise NotConverged(
            f"the SCF did not converge in {len(self.records)} attempts of {done} steps in all: "
            "raise dft.openmx.max_scf_steps or dft.openmx.max_electronic_temperature, or look at "
            f"the structure; {output.history(self.records[-1]['residuals'])}",
            self.records,
        )

    def prepare(self, settings: Mapping[str, Any]) -> Path:
        """Return a fresh directory with the data set and the latest restart files in it."""
        latest = self._latest_restart()
        numbers = [int(path.name.rpartition("-")[2]) for path in self.folder.glob("attempt-*")]
        place = self.folder / f"attempt-{1 + max(numbers, default=0)}"
        place.mkdir(parents=True)
        (place / DATA).symlink_to(Path(settings["data_path"]).expanduser().resolve())
        if latest is not None:
            shutil.copytree(latest, place / f"{NAME}_rst")
        return place

    def add(self, record: Record) -> None:
        """Write down one more attempt."""
        self.records.append(record)
        self._write()

    def forget_last(self) -> None:
        """Strike the last attempt off the records: its files are bad."""
        self.records.pop()
        self._write()

    def _latest_restart(self) -> Path | None:
        """Return the newest restart files of a recorded attempt."""
        recorded = [self.folder / record["folder"] / f"{NAME}_rst" for record in self.records]
        return next((path for path in reversed(recorded) if path.is_dir()), None)

    def _write(self) -> None:
        state = {"fingerprint": self._fingerprint, "attempts": self.records}
        with beside(self.folder / _RECORDS) as partial:
            partial.write_text(json.dumps(state, indent=1), encoding="utf-8")


def clean(folder: Path) -> None:
    """Keep the inputs and outputs in words of every attempt in `folder`, drop the rest."""
    (folder / _RECORDS).unlink(missing_ok=True)
    for path in folder.glob("attempt-*/*"):
        if path.is_symlink() or path.is_file():
            if path.suffix not in (".dat", ".std", ".out"):
                path.unlink()
        else:
            shutil.rmtree(path)


def _read(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / _RECORDS).read_text())
    except FileNotFoundError:
        return {"fingerprint": None, "attempts": []}


def _was(mixing: Mixing, steps: int, record: Record) -> bool:
    if record["ending"] != UNCONVERGED or record["max_scf_steps"] < steps:
        return False
    return _but(mixing, restart=record["restart"]) == Mixing(
        **{key: record[key] for key in vars(mixing)}
    )


def _but(mixing: Mixing, **changes: Any) -> Mixing:
    return Mixing(**{**vars(mixing), **changes})
