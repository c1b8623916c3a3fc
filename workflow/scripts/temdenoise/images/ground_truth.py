"""How do density maps become ground truths? Tiles, resampling, shifts, patches and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from skimage.transform import resize

from temdenoise import seeds
from temdenoise.errors import InputError

_GREY_LEVELS = 255


def plan(
    seed: int, split: str, tiles: Sequence[dict[str, Any]], maps: Sequence[str], shifts: list[int]
) -> pd.DataFrame:
    """Return the table of a split's images: one row an image, each followed by its rolled copies.

    Columns: image (name), tiles ("3x3"), source_maps (row by row, space-separated), shift [pixels].
    """
    rows = []
    for entry in tiles:
        grid = "x".join(map(str, entry["grid"]))
        for number in range(1, entry["count"] + 1):
            name = f"{split}-{grid}-{number}"
            chosen = seeds.generator(seed, "tiles", name).choice(maps, int(np.prod(entry["grid"])))
            rows += [(name, grid, " ".join(chosen), shift) for shift in (0, *shifts)]
    return pd.DataFrame(rows, columns=["image", "tiles", "source_maps", "shift"])


def tile(maps: Sequence[np.ndarray], grid: tuple[int, int]) -> np.ndarray:
    """Lay rows × columns = `grid` periodic `maps` (Y, X) side by side, row by row."""
    rows, columns = grid
    return np.block([list(maps[r * columns : (r + 1) * columns]) for r in range(rows)])


def resample(image: np.ndarray, shape: tuple[int, int], order: int) -> np.ndarray:
    """Resample a periodic `image` (Y, X) to `shape`, with antialiasing where it shrinks."""
    return resize(image, shape, order=order, mode="wrap", anti_aliasing=True)


def to_grey(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """Bring [`low`, `high`] to [0, 1] in steps of 1/255, as an 8-bit image divided by 255."""
    scaled = np.clip((image - low) / (high - low), 0, 1)
    return (np.round(_GREY_LEVELS * scaled) / _GREY_LEVELS).astype(np.float32)


def roll(image: np.ndarray, shift: int) -> np.ndarray:
    """Roll a periodic `image` (..., Y, X) by `shift` pixels along both axes (section II.D)."""
    return np.roll(image, (shift, shift), axis=(-2, -1))


def ground_truths(
    table: pd.DataFrame, maps: Mapping[str, np.ndarray], size: int, order: int, normalise_by: str
) -> Iterator[np.ndarray]:
    """Yield the images of `table` (see `plan`), float32 (size, size) in [0, 1], one at a time.

    Only the `maps` of one image are in memory at once. Each image is normalised by its own
    minimum and maximum; with `normalise_by` "split", by those of all `maps`.

    Raises
    ------
    InputError
        The maps differ in shape, so that they cannot be laid side by side.
    """
    common = _range(maps.values()) if normalise_by == "split" else None
    shapes: dict[tuple[int, ...], str] = {}
    for _, copies in table.groupby("image", sort=False):
        first = copies.iloc[0]
        names = first["source_maps"].split()
        sources = {name: maps[name] for name in dict.fromkeys(names)}
        shapes = {values.shape: name for name, values in sources.items()} | shapes
        _check_shapes(shapes)
        rows, columns = map(int, first["tiles"].split("x"))
        tiled = tile([sources[name] for name in names], (rows, columns))
        image = resample(tiled, (size, size), order)
        original = to_grey(image, *(common or _range([image])))
        for shift in copies["shift"]:
            yield roll(original, shift)


def split_patches(images: np.ndarray, size: int) -> np.ndarray:
    """Cut `images` (N, Y, X) into square patches (N·rows·columns, size, size), row by row."""
    count, height, width = images.shape
    grid = images.reshape(count, height // size, size, width // size, size)
    return grid.swapaxes(2, 3).reshape(-1, size, size)


def stitch_patches(patches: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Undo `split_patches`: lay `patches` (M, size, size) side by side to (N, Y, X) images."""
    size = patches.shape[-1]
    rows, columns = shape[0] // size, shape[1] // size
    grid = patches.reshape(-1, rows, columns, size, size)
    return grid.swapaxes(2, 3).reshape(-1, rows * size, columns * size)


def _range(arrays: Iterable[np.ndarray]) -> tuple[float, float]:
    ends = [(float(one.min()), float(one.max())) for one in arrays]
    return min(low for low, _ in ends), max(high for _, high in ends)


def _check_shapes(found: Mapping[tuple[int, ...], str]) -> None:
    if len(found) > 1:
        shapes = ", ".join(f"{name} {shape}" for shape, name in sorted(found.items()))
        raise InputError(
            f"density maps of one split must share one pixel grid, got {shapes}: "
            "fix the engine's grid"
        )
