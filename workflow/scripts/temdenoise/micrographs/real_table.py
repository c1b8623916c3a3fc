"""Which method finds most of the signal of real images? Scored by pixels it has not seen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from temdenoise.evaluation import held_out, residuals
from temdenoise.evaluation.filters import FILTERS
from temdenoise.micrographs.general import correlations

COLUMNS = [
    *("image", "shows", "method", "parameter", "explained", "fitted", "lattice_left"),
    "correlation",
]
PAIR_COLUMNS = ["pair", "method", "parameter", "error"]
BLUR = "best blur"
TK_R_EM = "tk-r-em"
_BM3D = "bm3d"

Denoise = Callable[[np.ndarray], np.ndarray]

_FILTERS = ("gaussian", "nl-means", "tv", TK_R_EM)
_WIDTHS = (0.3, 0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.5, 3.0, 4.0)
_ENDS = (0.01, 0.99)  # quantiles that become 0 and 1 for filters with a parameter in grey values


def filters() -> dict[str, dict[str, Denoise]]:
    """Return the plain filters, and packages that are installed, with each of their parameters."""
    known = {name: FILTERS[name] for name in _FILTERS if name != TK_R_EM or find_spec("tk_r_em")}
    found = {
        name: {str(value): _suited(name)(one.apply, value) for value in one.values}
        for name, one in known.items()
    }
    found[BLUR] = {str(w): _scaled(FILTERS["gaussian"].apply, w) for w in _WIDTHS}
    del found["gaussian"]
    if find_spec(_BM3D):
        found[_BM3D] = {str(sigma): _bm3d(sigma) for sigma in (0.05, 0.1, 0.2, 0.3, 0.5)}
    return found


def rows(
    images: Mapping[str, np.ndarray],
    shows: Mapping[str, str],
    methods: Mapping[str, Mapping[str, Denoise]],
) -> Iterator[dict[str, Any]]:
    """Yield a row for each image (Y, X) and method; see COLUMNS.

    A method has a function for each value of its parameter. The value is chosen by the score
    itself, which favours methods with a parameter. The correlation is that of neighbouring pixels
    in what the best method removes from the whole image, along the axis where it is larger.
    """
    for image, pixels in images.items():
        scores = {
            method: {value: held_out.score(pixels, one) for value, one in functions.items()}
            for method, functions in methods.items()
        }
        chosen = {method: _best(tried) for method, tried in scores.items()}
        first = max(chosen, key=lambda method: scores[method][chosen[method]].explained)
        removed = pixels - methods[first][chosen[first]](pixels)
        correlation, quarter = max(correlations(removed), key=abs), pixels[::2, ::2]
        for method, value in chosen.items():
            denoised = methods[method][value](quarter)
            yield {
                **{"image": image, "shows": shows[image], "method": method, "parameter": value},
                **vars(scores[method][value]),
                "lattice_left": residuals.lattice_left(quarter, denoised),
                "correlation": correlation,
            }


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the signal explained [%] by image (rows) and method (columns), the best in bold.

    The last rows are the mean and the median, and how much more than the best blur [points].
    """
    methods = list(dict.fromkeys(table["method"]))
    wide = 100 * table.pivot(index="image", columns="method", values="explained")[methods]
    wide = wide.reindex(list(dict.fromkeys(table["image"])))
    gain = wide.sub(wide[BLUR], axis=0)
    shown = pd.DataFrame(map(_bold, wide.itertuples(index=False)), wide.index, methods)
    ends = {"mean": wide.mean(), "median": wide.median(), "median gain over blur": gain.median()}
    for name, values in ends.items():
        shown.loc[name] = [f"{value:.1f}" for value in values]
    return shown.rename_axis(None, axis=1).reset_index()


def pair_rows(
    pairs: Mapping[str, tuple[np.ndarray, np.ndarray]],
    methods: Mapping[str, Mapping[str, Denoise]],
) -> Iterator[dict[str, Any]]:
    """Yield a row for each of `pairs`, noisy and clean (Y, X), and method; see PAIR_COLUMNS.

    The error is that after the best gain and offset, root mean square over the contrast of the
    clean image. The value of a parameter is chosen by this error, which favours methods that have
    one.
    """
    for pair, (noisy, clean) in pairs.items():
        for method, functions in methods.items():
            errors = {value: _error(one(noisy), clean) for value, one in functions.items()}
            best = min(errors, key=lambda value: errors[value])
            yield {"pair": pair, "method": method, "parameter": best, "error": errors[best]}


def readable_pairs(table: pd.DataFrame) -> pd.DataFrame:
    """Return the error by pair (rows) and method (columns), the least in bold, and the mean."""
    methods = list(dict.fromkeys(table["method"]))
    wide = table.pivot(index="pair", columns="method", values="error")[methods]
    rows = [_bold([-value for value in row], 3, -1) for row in wide.itertuples(index=False)]
    shown = pd.DataFrame(rows, wide.index, methods)
    shown.loc["mean"] = [f"{value:.3f}" for value in wide.mean()]
    return shown.rename_axis(None, axis=1).reset_index()


def _error(denoised: np.ndarray, clean: np.ndarray) -> float:
    correlation = np.corrcoef(denoised.ravel(), clean.ravel())[0, 1] if np.ptp(denoised) else 0.0
    return float(np.sqrt(max(1 - correlation**2, 0.0)))


def _best(scores: Mapping[str, held_out.Score]) -> str:
    return max(scores, key=lambda value: scores[value].explained)


def _bold(row: Sequence[float], digits: int = 1, sign: int = 1) -> list[str]:
    words = [f"{sign * value:.{digits}f}" for value in row]
    return [
        f"**{one}**" if value == max(row) else one for one, value in zip(words, row, strict=True)
    ]


def _suited(name: str) -> Callable[[Callable[[np.ndarray, Any], np.ndarray], Any], Denoise]:
    return _positive if name == TK_R_EM else _scaled


def _positive(apply: Callable[[np.ndarray, Any], np.ndarray], value: Any) -> Denoise:
    """Return `apply` with the parameter `value`, on images that begin at 0."""

    def run(image: np.ndarray) -> np.ndarray:
        least = image.min()
        return np.asarray(apply(image - least, value) + least)

    return run


def _scaled(apply: Callable[[np.ndarray, Any], np.ndarray], value: Any) -> Denoise:
    """Return `apply` with the parameter `value`, on images brought to [0, 1] and back."""

    def run(image: np.ndarray) -> np.ndarray:
        low, high = np.quantile(image, _ENDS)
        unit = (high - low) or 1.0
        return np.asarray(apply((image - low) / unit, value) * unit + low)

    return run


def _bm3d(sigma: float) -> Denoise:
    # It is no requirement: its licence forbids commercial use.
    return _scaled(import_module(_BM3D).bm3d, sigma)
