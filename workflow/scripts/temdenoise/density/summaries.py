"""How did the DFT jobs go? One row a structure, from the summaries."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from temdenoise.run.files import read_json

COLUMNS = [
    *("structure", "engine", "version", "converged", "scf_steps", "attempts"),
    *("energy_eV_per_atom", "electrons", "wall_s", "peak_mb", "problem"),
]


def read_summaries(
    paths: Iterable[str | os.PathLike[str]],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (structure, summary) one at a time; a summary.json lies in its structure's folder."""
    for path in paths:
        yield Path(path).parent.name, read_json(path)


def table(summaries: Iterable[tuple[str, Mapping[str, Any]]]) -> pd.DataFrame:
    """Return a row for each (structure, summary); columns: COLUMNS, empty where one is silent."""
    rows = [_row(name, summary) for name, summary in summaries]
    return pd.DataFrame(rows, columns=COLUMNS)


def readable(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return the table for people: rounded, with a dash where there is nothing."""
    shown = jobs.copy()
    for column, digits in {"energy_eV_per_atom": 4, "electrons": 4, "wall_s": 0}.items():
        shown[column] = [f"{v:.{digits}f}" if pd.notna(v) else "–" for v in jobs[column]]
    return shown.fillna("–").astype(str)


def residuals(summary: Mapping[str, Any]) -> Sequence[tuple[str, list[float]]]:
    """Return (ending, residual of each SCF step) of each attempt."""
    return [(one["ending"], one["residuals"]) for one in summary.get("attempts", [])]


def _row(name: str, summary: Mapping[str, Any]) -> dict[str, Any]:
    energy = summary.get("energy_eV")
    return {
        **{column: summary.get(column) for column in COLUMNS},
        "structure": name,
        "attempts": len(summary.get("attempts", [])),
        "energy_eV_per_atom": energy / summary["atoms"] if energy is not None else None,
    }
