"""How is trust in atoms shown? Pooled over images, and as tables for people."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from temdenoise.micrographs import at_atoms
from temdenoise.scenes import known

KEYS = ["noise", "level", "bond_px", "design", "method", "measure", "of"]
COLUMNS = [*KEYS, "value", "count"]
CLEAN = "noise-free"
BLUR = "best blur"
NOISE = "pure noise"
SHARED = (10.0, 16.0)  # pixels per bond that the paper's models know: they learned 8.2 to 17

_NONE = "–"


def pooled(table: pd.DataFrame, by: Sequence[str] = KEYS) -> pd.DataFrame:
    """Return the means of a table of COLUMNS `by` some of them, weighted by the count.

    Positions are averaged as root mean squares. The counts are summed.
    """
    keys = [*by, *(() if "measure" in by else ("measure",))]
    is_root = table["measure"].isin(at_atoms.ROOT_MEAN_SQUARES)
    powers = table["value"].where(~is_root, table["value"] ** 2) * table["count"]
    sums = table.assign(value=powers).groupby(keys, sort=False)[["value", "count"]].sum()
    sums = sums.reset_index()
    means = sums["value"] / sums["count"]
    is_root = sums["measure"].isin(at_atoms.ROOT_MEAN_SQUARES)
    return sums.assign(value=means.where(~is_root, np.sqrt(means)))


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each noise, method, and 6 or more pixels per bond.

    Of the dopants, the lowest AUC (of the noise-free image in brackets) and the extreme ratios; of
    the regions, the largest error; of the rates, those of likely atoms in brackets.
    """
    grouped = table.assign(bond=table["bond_px"].map(_bonds))
    means = pooled(grouped, ["noise", "level", "bond", "design", "method", "measure", "of"])
    means["at"] = [f"{n} {x:g}" for n, x in zip(means["noise"], means["level"], strict=True)]
    groups = means[["at", "bond"]].drop_duplicates().itertuples(index=False)
    parts = (means[means["at"].eq(at) & means["bond"].eq(bond)] for at, bond in groups)
    return pd.DataFrame([row for part in parts for row in _rows(part)])


def _bonds(bond: float) -> str:
    return " and ".join(f"{one:g}" for one in SHARED) if bond in SHARED else f"{bond:g}"


def _rows(some: pd.DataFrame) -> list[dict[str, str]]:
    """Return the rows of one noise and some bond lengths."""
    head = {"noise": some["at"].iloc[0], "px per bond": some["bond"].iloc[0]}
    clean = _Values(some[some["method"] == CLEAN])
    return [
        {**head, "method": str(name), **_cells(_Values(own), clean)}
        for name, own in some.groupby("method", sort=False)
        if name != CLEAN
    ]


class _Values:
    """The pooled values of one method under one noise, looked up by design and measure."""

    def __init__(self, table: pd.DataFrame) -> None:
        keys = zip(table["design"], table["measure"], table["of"], strict=True)
        self._table = dict(zip(keys, table["value"], strict=True))

    def all(self, design: str, measure: str) -> list[float]:
        return [v for (d, m, _), v in self._table.items() if (d, m) == (design, measure)]

    def one(self, design: str, measure: str, of: str, digits: int = 2) -> str:
        value = self._table.get((design, measure, of))
        return _NONE if value is None else f"{value:.{digits}f}"

    def bracketed(self, design: str, measure: str, of: str) -> str:
        value = self.one(design, measure, of)
        return "" if value == _NONE else f" ({value})"


def _cells(own: _Values, clean: _Values) -> dict[str, str]:
    vacancies, sheet, vacuum = known.VACANCIES, at_atoms.SHEET, at_atoms.EMPTY
    auc, ratio = (own.all(known.DOPED, name) for name in (at_atoms.AUC, at_atoms.RATIO))
    best, error = (
        clean.all(known.DOPED, at_atoms.AUC),
        own.all(known.REGIONS, at_atoms.REGION),
    )
    rates = {
        "false atoms per nm² of vacuum": (vacancies, at_atoms.FALSE, at_atoms.LIKELY, vacuum),
        "per 10,000 sites of pure noise": (
            *(NOISE, at_atoms.PER_SITES, at_atoms.LIKELY_PER_SITES, NOISE),
        ),
    }
    return {
        "vacancies kept": own.one(vacancies, at_atoms.KEPT, sheet, 3),
        "DFT vacancies kept": own.one(known.DFT, at_atoms.KEPT, sheet, 3),
        "atoms found": own.one(vacancies, at_atoms.FOUND, sheet, 3),
        **{
            name: own.one(design, seen, of) + own.bracketed(design, likely, of)
            for name, (design, seen, likely, of) in rates.items()
        },
        "position error [pm]": own.one(vacancies, at_atoms.POSITION, sheet, 1),
        "lowest AUC": f"{min(auc):.3f} ({min(best):.3f})" if auc else _NONE,
        "brightness ratio": f"{min(ratio):.2f} to {max(ratio):.2f}" if ratio else _NONE,
        "largest region error": f"{max(error):.2f}" if error else _NONE,
        "coverage at atoms": own.one(vacancies, at_atoms.COVERAGE, "atoms"),
        "half width": own.one(vacancies, at_atoms.WIDTH, "atoms"),
    }
