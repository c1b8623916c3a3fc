"""What to try next with an SCF that did not converge: other mixing, history, smearing."""

from collections.abc import Mapping
from typing import Any

from temdenoise import openmx_output
from temdenoise.engines import UNCONVERGED
from temdenoise.errors import NotConverged
from temdenoise.openmx_input import Mixing


def ladder(settings: Mapping[str, Any]) -> list[Mixing]:
    """Return what is tried one after the other: other mixing, other history, more smearing."""
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


def next_mixing(
    settings: Mapping[str, Any], attempts: list[dict[str, Any]], *, restart: bool
) -> Mixing:
    """Return the first mixing of the ladder that was not yet given `settings` max_scf_steps.

    Raises
    ------
    NotConverged
        All were.
    """
    left = [
        mixing
        for mixing in ladder(settings)
        if not any(_was(mixing, settings["max_scf_steps"], attempt) for attempt in attempts)
    ]
    if not left:
        steps = sum(attempt["scf_steps"] for attempt in attempts)
        raise NotConverged(
            f"the SCF did not converge in {len(attempts)} attempts of {steps} steps in all: raise "
            "dft.openmx.max_scf_steps or dft.openmx.max_electronic_temperature, or look at the "
            f"structure; {openmx_output.history(attempts[-1]['residuals'])}",
            attempts,
        )
    return _but(left[0], restart=restart)


def _was(mixing: Mixing, steps: int, attempt: dict[str, Any]) -> bool:
    if attempt["ending"] != UNCONVERGED or attempt["max_scf_steps"] < steps:
        return False
    return _but(mixing, restart=attempt["restart"]) == Mixing(
        **{key: attempt[key] for key in vars(mixing)}
    )


def _but(mixing: Mixing, **changes: Any) -> Mixing:
    return Mixing(**{**vars(mixing), **changes})
