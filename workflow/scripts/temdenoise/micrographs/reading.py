"""A microscope's file in: 2-D images and stacks, with their calibration and metadata."""

import os
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rsciio import digitalmicrograph, emd, hspy, image, mrc, tia, tiff

from temdenoise.errors import InputError

_READERS: dict[str, Callable[..., list[dict[str, Any]]]] = {
    **dict.fromkeys((".dm3", ".dm4"), digitalmicrograph.file_reader),
    **{".emd": emd.file_reader, ".hspy": hspy.file_reader, ".mrc": mrc.file_reader},
    **dict.fromkeys((".ser", ".emi"), tia.file_reader),
    **dict.fromkeys((".tif", ".tiff"), tiff.file_reader),
    ".png": image.file_reader,
}
_NM = {
    **{"m": 1e9, "cm": 1e7, "mm": 1e6, "\u03bcm": 1e3, "um": 1e3, "micron": 1e3, "nm": 1.0},
    **{"\u00c5": 0.1, "A": 0.1, "angstrom": 0.1, "Angstrom": 0.1, "pm": 1e-3},
}
_LARGE = 300e6  # bytes: such files are read image by image
# A printer's resolution is none of a microscope.
_NO_UNIT = {"", "None", "<undefined>", "px", "pixel", "pixels", "inch", "dpi"}


@dataclass(frozen=True)
class Micrograph:
    """Images as they came: `frames` (N, Y, X), read when indexed, with calibration.

    `pixel_size` and `offset` are (y, x) [nm], None without calibration. `is_stack` tells a stack
    of one image from an image.
    """

    frames: Any
    is_stack: bool
    pixel_size: tuple[float, float] | None
    offset: tuple[float, float]
    title: str
    original_metadata: Mapping[str, Any]

    def frame(self, number: int) -> np.ndarray:
        """Return one image (Y, X) as it is in the file.

        Raises
        ------
        InputError
            It cannot be read, holds NaN or infinite values, or has no contrast.
        """
        try:
            values = np.asarray(self.frames[number])
        except Exception as error:  # read only now, by a reader with its own ways to fail
            raise InputError(f"{self._named(number)}: cannot be read ({error!r})") from error
        if not np.isfinite(values).all():
            bad = np.count_nonzero(~np.isfinite(values))
            raise InputError(f"{self._named(number)}: {bad} values are NaN or infinite; crop them")
        if values.min() == values.max():
            raise InputError(f"{self._named(number)}: no contrast, all values are {values.max()}")
        return values

    def _named(self, number: int) -> str:
        return f"{self.title}, frame {number + 1}" if self.is_stack else self.title


def read(
    path: str | os.PathLike[str],
    *,
    crop: Sequence[int] | None = None,
    pixel_size: float | None = None,
) -> Micrograph:
    """Open the micrograph at `path`; the images of a large file stay on disk.

    `crop` is (top, bottom, left, right) [pixels]. A known `pixel_size` [nm] comes before that of
    the header, whose unit then does not matter.

    Raises
    ------
    InputError
        It is missing, damaged, no image or stack of grey images, or measured in no length.
    """
    signal = _largest(_signals(Path(path)), path)
    data = signal["data"]
    _check_kind(data, path)
    axes = [_as_imagej_says(axis, signal) for axis in signal["axes"][-2:]]
    sizes = [pixel_size or _nm(axis, path) for axis in axes]
    calibration = (sizes[0], sizes[1]) if sizes[0] and sizes[1] else None
    offset = [float(axis.get("offset") or 0) * (_unit(axis) or 0) for axis in axes]
    frames = data if data.ndim == 3 else data[None]
    top, bottom, left, right = _within(crop, frames.shape[1:], path)
    if calibration:
        offset = [o + n * p for o, n, p in zip(offset, (top, left), calibration, strict=True)]
    return Micrograph(
        frames=frames[:, top:bottom, left:right],
        is_stack=data.ndim == 3,
        pixel_size=calibration,
        offset=(offset[0], offset[1]),
        title=os.fspath(path),
        original_metadata=dict(signal.get("original_metadata") or {}),
    )


def _signals(path: Path) -> list[dict[str, Any]]:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(suffix[1:] for suffix in _READERS)
        raise InputError(f"{path}: not a format that is read, which are {known}")
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if not path.stat().st_size:
        raise InputError(f"{path}: the file is empty")
    try:
        return reader(os.fspath(path), lazy=path.stat().st_size > _LARGE)
    except Exception as error:  # each of the readers has its own ways to fail
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(f"{path}: not a whole {path.suffix[1:]} file ({what})") from error


def _largest(signals: list[dict[str, Any]], path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the signal with the most pixels: some formats keep spectra beside the image."""
    with_data = [signal for signal in signals if signal["data"].size]
    if not with_data:
        raise InputError(f"{path}: holds no image")
    flat = [signal for signal in with_data if signal["data"].ndim in (2, 3)]
    return max(flat or with_data, key=lambda signal: int(signal["data"].size))


def _check_kind(data: Any, path: str | os.PathLike[str]) -> None:
    if data.dtype.names or (data.ndim == 3 and data.shape[-1] in (3, 4)):
        raise InputError(f"{path}: a colour image; save it as grey values")
    if data.dtype.kind not in "iuf":
        raise InputError(f"{path}: values of type {data.dtype}, not integers or real numbers")
    if data.ndim not in (2, 3):
        kind = "a spectrum or line" if data.ndim < 2 else "neither an image nor a stack of images"
        raise InputError(f"{path}: {kind}: {data.ndim} axes, shape {data.shape}")


def _as_imagej_says(axis: dict[str, Any], signal: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `axis` of a TIFF with ImageJ's unit, of which RosettaSciIO reads only micron."""
    description = str((signal.get("original_metadata") or {}).get("ImageDescription", ""))
    said = re.search(r"^unit=(.+)$", description, re.MULTILINE)
    return axis if axis.get("units") or not said else {**axis, "units": said[1].strip()}


def _unit(axis: Mapping[str, Any]) -> float | None:
    """Return the unit of `axis` [nm], None if it has none or it is no length."""
    return _NM.get(_unit_name(axis))


def _unit_name(axis: Mapping[str, Any]) -> str:
    # There are two signs each for micro and for ångström.
    return unicodedata.normalize("NFKC", str(axis.get("units"))).strip()


def _nm(axis: Mapping[str, Any], path: str | os.PathLike[str]) -> float | None:
    name = _unit_name(axis)
    if name in _NO_UNIT:
        return None
    unit, scale = _unit(axis), abs(float(axis["scale"]))
    if unit is None or not 0 < scale < np.inf:
        raise InputError(
            f"{path}: a pixel of {scale:g} {name} is no length; give pixel_size_nm in the sheet"
        )
    return scale * unit


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
