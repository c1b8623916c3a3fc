"""Which denoiser keeps what is at the atoms? Every method on images whose content is known."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import keras
import numpy as np

from temdenoise import seeds
from temdenoise.evaluation.filters import FILTERS
from temdenoise.micrographs import at_atoms, atoms
from temdenoise.micrographs.at_atoms import Measure, Result
from temdenoise.micrographs.atoms_tables import BLUR, CLEAN, NOISE, SHARED
from temdenoise.networks import conformal, general
from temdenoise.scenes import known, levels, recording
from temdenoise.scenes.known import Known
from temdenoise.scenes.levels import Level

Denoise = Callable[[np.ndarray], Result]

_FILTERS = {BLUR: "gaussian", "median": "median-5", "nl-means": "nl-means", "tv": "tv"}
_TK_R_EM = "tk-r-em"
_NOISE_SIZE, _NOISE_BOND, _NOISE_COUNT = 512, 6.0, 2


def of_general(network: keras.Model, calibration: Mapping[str, Any]) -> Denoise:
    """Return a general `network` with its calibrated interval and what it calls atoms."""
    run = general.denoiser(network)

    def denoise(image: np.ndarray) -> Result:
        result = run(image)
        noise = conformal.noise_level(image, result[0])
        sigma = conformal.deviation(result, noise, calibration["interval"])
        found = atoms.find(result[0], sigma, float(np.std(image - result[0])))
        is_likely = atoms.probabilities(found, calibration["sites"]) > atoms.LIKELY
        likely = found.loc[is_likely, ["y_px", "x_px"]].to_numpy()
        return Result(result[0], conformal.TO_INTERVAL * sigma, likely)

    return denoise


def plain(function: Callable[[np.ndarray], np.ndarray]) -> Denoise:
    """Return a `function` of images (Y, X) as a method without interval."""
    return lambda image: Result(function(image))


def rows(
    images: Sequence[Known],
    generals: Mapping[str, Denoise],
    papers: Mapping[str, Denoise],
    noise_of: Mapping[str, str],
    *,
    seed: int,
    wanted: Iterable[Level] = levels.LEVELS,
) -> Iterator[dict[str, Any]]:
    """Yield a row of `atoms_tables.COLUMNS` for each image, method and measure.

    `papers` are models for one noise each, `noise_of` them; they see images of the scales of their
    training. The parameter of a filter is the one nearest to the truth of the first image with
    vacancies, for each noise and bond length; who has no truth cannot choose it.
    """
    for level in wanted:
        suited = {name: one for name, one in papers.items() if noise_of[name] == level.paper}
        for bond in sorted({one.scene.bond for one in images}):
            here = [one for one in images if one.scene.bond == bond]
            tried = {**generals, **(suited if bond in SHARED else {})}
            yield from _of_bond(level, bond, here, tried, seed)


def _of_bond(
    level: Level, bond: float, images: Sequence[Known], methods: Mapping[str, Denoise], seed: int
) -> Iterator[dict[str, Any]]:
    key = {"noise": level.kind, "level": level.amount, "bond_px": bond}
    tried = dict(methods)
    for number, one in enumerate(images):
        if level.kind in levels.PAPER and one.design in (known.DOPED, known.REGIONS):
            continue  # brighter things than atoms are cut off by the paper's noises
        rng = seeds.generator(seed, "trust in atoms", level.name, bond, number)
        recorded, truth = recording.record(one.clean, level, rng)
        if number == 0:
            tried |= _filters(recorded, truth)
        results = {CLEAN: Result(truth), **{name: run(recorded) for name, run in tried.items()}}
        for name, result in results.items():
            found = at_atoms.MEASURES[one.design](one.scene, truth, result)
            yield from _rows({**key, "design": one.design, "method": name}, found)
    if bond == _NOISE_BOND:
        yield from _of_noise(key, level, tried, seed)


def _of_noise(
    key: Mapping[str, Any], level: Level, methods: Mapping[str, Denoise], seed: int
) -> Iterator[dict[str, Any]]:
    """Yield rows for images of noise without any atom."""
    for number in range(_NOISE_COUNT):
        rng = seeds.generator(seed, "trust in atoms", level.name, NOISE, number)
        recorded, _ = recording.record(np.zeros((_NOISE_SIZE, _NOISE_SIZE)), level, rng)
        for name, denoise in methods.items():
            found = at_atoms.of_noise(_NOISE_BOND, denoise(recorded))
            yield from _rows({**key, "design": NOISE, "method": name}, found)


def _rows(key: Mapping[str, Any], found: Iterable[Measure]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {**key, "measure": one.name, "of": one.of, "value": one.value, "count": one.count}


def _filters(recorded: np.ndarray, truth: np.ndarray) -> dict[str, Denoise]:
    """Return each filter with the parameter that is nearest to the `truth`."""
    installed = {**_FILTERS, **({_TK_R_EM: _TK_R_EM} if find_spec("tk_r_em") else {})}
    return {name: plain(_nearest(FILTERS[one], recorded, truth)) for name, one in installed.items()}


def _nearest(
    tried: Any, recorded: np.ndarray, truth: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    def error(value: Any) -> float:
        return float(np.mean((tried.apply(recorded, value) - truth) ** 2))

    best = min(tried.values, key=error)
    return lambda image: np.asarray(tried.apply(image, best))
