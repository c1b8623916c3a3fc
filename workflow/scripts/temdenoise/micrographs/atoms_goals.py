"""Which goals does a general model meet at the atoms? One row a goal, with the worst case."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from temdenoise.micrographs import at_atoms
from temdenoise.micrographs.atoms_tables import CLEAN, NOISE, pooled
from temdenoise.scenes import known
from temdenoise.scenes.levels import COUNTS, GAUSSIAN, LEVELS

COLUMNS = ["model", "goal", "levels", "wanted", "worst", "where", "met"]

_USUAL = [one.name for one in LEVELS if one.kind == GAUSSIAN and one.amount <= 0.3]
_USUAL += [one.name for one in LEVELS if one.kind == COUNTS and one.amount >= 10]
_SCARCE = ["Gaussian 0.2"]


@dataclass(frozen=True)
class Goal:
    """A `measure` of a `design` that shall lie between `low` and `high` at all `levels`.

    It is that of the kind `of`, or of each kind. With `over_clean` it is minus that of the
    noise-free image. With `together`, all levels are pooled.
    """

    says: str
    design: str
    measure: str
    low: float
    high: float
    of: str = ""
    levels: list[str] = field(default_factory=list)
    over_clean: bool = False
    together: bool = False


GOALS = (
    Goal("vacancies kept", known.VACANCIES, at_atoms.KEPT, 0.99, 1, levels=_USUAL),
    Goal("DFT vacancies kept", known.DFT, at_atoms.KEPT, 0.99, 1, levels=_USUAL),
    *(
        Goal(
            f"{name} in vacuum",
            *(known.VACANCIES, name, 0, 0.01, at_atoms.EMPTY, _USUAL),
            together=True,
        )
        for name in (at_atoms.FALSE, at_atoms.LIKELY)
    ),
    Goal("likely atoms per 10,000 sites of noise", NOISE, at_atoms.LIKELY_PER_SITES, 0, 1),
    Goal(
        "dopant AUC over that of the noise-free image",
        *(known.DOPED, at_atoms.AUC, -0.02, 1, "", _SCARCE),
        over_clean=True,
    ),
    Goal("brightness ratio", known.DOPED, at_atoms.RATIO, 0.9, 1.1, levels=_SCARCE),
    Goal("region error", known.REGIONS, at_atoms.REGION, 0, 0.1, levels=_SCARCE),
    Goal("coverage at atoms", known.VACANCIES, at_atoms.COVERAGE, 0.88, 0.92, "atoms"),
    Goal("coverage at vacancies", known.VACANCIES, at_atoms.COVERAGE, 0.88, 0.92, "vacancies"),
)


def rows(table: pd.DataFrame, model: str) -> Iterator[dict[str, Any]]:
    """Yield a row of COLUMNS for each goal of a `model`; `table` is that of `atoms_tables`."""
    named = table.assign(
        at=[f"{n} {x:g}" for n, x in zip(table["noise"], table["level"], strict=True)]
    )
    for goal in GOALS:
        found = _values(named, model, goal)
        off = (goal.low - found["value"]).clip(lower=0) + (found["value"] - goal.high).clip(lower=0)
        inside = (found["value"] - (goal.low + goal.high) / 2).abs()
        worst = found.iloc[int(np.argmax(off if off.max() > 0 else inside))]
        yield {
            **{"model": model, "goal": goal.says, "levels": ", ".join(goal.levels) or "all"},
            **{"wanted": _wanted(goal), "worst": worst["value"]},
            **{"where": _where(worst, found), "met": bool(off.max() == 0)},
        }


def readable(goals: pd.DataFrame) -> pd.DataFrame:
    """Return the `rows` for people."""
    return goals.assign(
        worst=[f"{value:.3f}" for value in goals["worst"]],
        met=["yes" if met else "**no**" for met in goals["met"]],
    )


def _values(table: pd.DataFrame, model: str, goal: Goal) -> pd.DataFrame:
    is_its = (table["design"] == goal.design) & (table["measure"] == goal.measure)
    its = table[is_its & (table["of"].isin([goal.of]) if goal.of else True)]
    its = its[its["at"].isin(goal.levels)] if goal.levels else its
    keys = ["of"] if goal.together else ["at", "of"]
    own = pooled(its[its["method"] == model], keys)
    if goal.over_clean:
        clean = pooled(its[its["method"] == CLEAN], keys)
        own["value"] -= clean["value"]
    return own


def _wanted(goal: Goal) -> str:
    if goal.over_clean:
        return f"at least {goal.low:g}"
    if goal.low == 0:
        return f"at most {goal.high:g}"
    return f"at least {goal.low:g}" if goal.high == 1 else f"{goal.low:g} to {goal.high:g}"


def _where(worst: pd.Series, found: pd.DataFrame) -> str:
    """Return the level of the `worst` case, and its kind if there are several."""
    level = str(worst["at"]) if "at" in worst.index else "all together"
    return f"{level}, {worst['of']}" if found["of"].nunique() > 1 else level
