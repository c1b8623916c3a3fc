"""What is in a microscope's file? Images and stacks, with their calibration and metadata."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt

from temdenoise.errors import InputError
from temdenoise.micrographs import choosing, formats, units
from temdenoise.run import checksums

_NARROWEST = 2  # pixels: less is a line
_MOST_MISSING = 0.002  # of the values: so many are filled in


@dataclass(frozen=True)
class Micrograph:
    """Images as they are in a file: `frames` (N, Y, X), read when indexed, with calibration.

    `pixel_size` and `offset` are (y, x) [nm], None without calibration. `is_stack` tells a stack
    of one frame from a single image. `dataset` names the image in a file that holds more.
    """

    frames: Any
    is_stack: bool
    pixel_size: tuple[float, float] | None
    offset: tuple[float, float]
    title: str
    original_metadata: Mapping[str, Any]
    dataset: str | None = None

    def frame(self, number: int) -> np.ndarray:
        """Return one image (Y, X) as it is in the file; a few missing values are filled in.

        In a stack it may have no contrast, for example if the beam was blanked.

        Raises
        ------
        InputError
            It cannot be read, more than 0.2 % of its values are NaN or infinite, or it is a single
            image without contrast.
        """
        try:
            values = np.asarray(self.frames[number])
        except Exception as error:  # read only now; readers fail in their own ways
            raise InputError(
                f"{self._named(number)}: cannot be read ({formats.said(error)})"
            ) from error
        values, missing = _filled(values)
        if missing > _MOST_MISSING * values.size:
            raise InputError(
                f"{self._named(number)}: {missing} values are NaN or infinite (at most "
                f"{_MOST_MISSING:.1%}); crop them"
            )
        if not self.is_stack and is_flat(values):
            raise InputError(f"{self.title}: no contrast, all values are {values.max()}")
        return values

    def missing(self, number: int) -> int:
        """Return how many values of an image were NaN or infinite, before they were filled in."""
        return int(np.count_nonzero(~np.isfinite(np.asarray(self.frames[number]))))

    def usable(self) -> np.ndarray:
        """Return the first image (Y, X) with contrast, after a check of all of them.

        An error in the last frame is then reported before hours are spent on the others.

        Raises
        ------
        InputError
            One of them cannot be used (see `frame`), or none has contrast.
        """
        first = None
        for number in range(len(self.frames)):
            values = self.frame(number)
            first = values if first is None and not is_flat(values) else first
        if first is None:
            raise InputError(f"{self.title}: no contrast in any of its {len(self.frames)} frames")
        return first

    def first_with_contrast(self) -> int:
        """Return the number of the first frame with contrast; see `usable`."""
        numbers = range(len(self.frames))
        return next(number for number in numbers if not is_flat(self.frame(number)))

    def _named(self, number: int) -> str:
        return f"{self.title}, frame {number + 1}" if self.is_stack else self.title


def _filled(image: np.ndarray) -> tuple[np.ndarray, int]:
    """Return `image` (Y, X) with the nearest value for each missing one, and their number."""
    bad = ~np.isfinite(image)
    missing = int(np.count_nonzero(bad))
    if not missing or missing == image.size:
        return image, missing
    nearest = distance_transform_edt(bad, return_distances=False, return_indices=True)
    return image[tuple(nearest)], missing


def is_flat(image: np.ndarray) -> bool:
    """Tell whether all values of `image` are the same."""
    return bool(image.min() == image.max())


def of_entry(entry: Mapping[str, Any]) -> Micrograph:
    """Open, as `read` does, the micrograph of an `entry` of `samples`."""
    said = {key: entry[key] for key in ("crop", "pixel_size", "dataset")}
    return read(entry["path"], **said)


def read(
    path: str | os.PathLike[str],
    *,
    crop: Sequence[int] | None = None,
    pixel_size: float | None = None,
    dataset: str | None = None,
) -> Micrograph:
    """Open the micrograph at `path`; the images of a large file stay on disk.

    `crop` is (top, bottom, left, right) [pixels]. A `pixel_size` [nm] replaces that of the header,
    whatever the header's unit. `dataset` is the name or number of the image to take of several.

    Raises
    ------
    InputError
        It is missing, damaged, no grey image or stack, or has no unit of length.
    DamagedError
        The workflow wrote it, and it has changed since.
    """
    checksums.verify(path)
    signal, name = choosing.image(formats.signals(Path(path)), path, dataset)
    data = signal["data"]
    axes = [units.with_imagej_unit(axis, signal) for axis in signal["axes"][-2:]]
    sizes = [pixel_size or units.size_nm(axis, path) for axis in axes]
    calibration = (sizes[0], sizes[1]) if sizes[0] and sizes[1] else None
    offset = [float(axis.get("offset") or 0) * (units.in_nm(axis) or 0) for axis in axes]
    frames = data if data.ndim == 3 else data[None]
    top, bottom, left, right = _within(crop, frames.shape[1:], path)
    if min(bottom - top, right - left) < _NARROWEST:
        raise InputError(
            f"{path}: {bottom - top} × {right - left} pixels are no image (at least "
            f"{_NARROWEST} a side)"
        )
    if calibration:
        offset = [o + n * p for o, n, p in zip(offset, (top, left), calibration, strict=True)]
    return Micrograph(
        frames=frames[:, top:bottom, left:right],
        is_stack=data.ndim == 3,
        pixel_size=calibration,
        offset=(offset[0], offset[1]),
        title=os.fspath(path),
        original_metadata=dict(signal.get("original_metadata") or {}),
        dataset=name,
    )


def _within(
    crop: Sequence[int] | None, shape: Sequence[int], path: str | os.PathLike[str]
) -> tuple[int, int, int, int]:
    height, width = shape
    top, bottom, left, right = crop or (0, height, 0, width)
    if bottom > height or right > width:
        raise InputError(
            f"{path}: crop: got {top}:{bottom},{left}:{right}, allowed: within the image of "
            f"{height} rows and {width} columns"
        )
    return top, bottom, left, right
