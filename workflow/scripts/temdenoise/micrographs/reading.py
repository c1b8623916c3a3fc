"""A microscope's file in: 2-D images and stacks, with their calibration and metadata."""

import os
import re
import struct
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import imageio.v3
import numpy as np
import tifffile
from rsciio import digitalmicrograph, emd, hspy, image, mrc, tia, tiff
from rsciio.emd._api import is_EMD_Velox
from rsciio.emd._emd_velox import FeiEMDReader

from temdenoise import checksums
from temdenoise.errors import InputError

Signal = dict[str, Any]  # of RosettaSciIO: data, axes, original_metadata, …

_NM = {
    **{"m": 1e9, "cm": 1e7, "mm": 1e6, "\u03bcm": 1e3, "um": 1e3, "nm": 1.0, "pm": 1e-3},
    **{"\u00c5": 0.1, "A": 0.1},
    **dict.fromkeys(("angstrom", "\u00e5ngstr\u00f6m", "\u00e5ngstrom"), 0.1),
    **dict.fromkeys(("nanometer", "nanometre"), 1.0),
    **dict.fromkeys(("micron", "micrometer", "micrometre"), 1e3),
    **dict.fromkeys(("picometer", "picometre"), 1e-3),
}
_LARGE = 300e6  # bytes: such files are read image by image
# A printer's resolution is none of a microscope.
_NO_UNIT = {"", "None", "<undefined>", "px", "pixel", "pixels", "inch", "dpi"}
_ENERGY = {"eV", "keV"}
_MOST_NM = 1e6  # a pixel of a millimetre: 1/m under the name of nm, as TIA writes of diffraction
_GIVE = "give its pixel size: pixel_size_nm in the sheet, or --config pixel_size="
_COLOUR = "a colour image; save it as grey values"


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

        In a stack it may be without contrast, as where the beam was blanked.

        Raises
        ------
        InputError
            It cannot be read, holds NaN or infinite values, or is alone and has no contrast.
        """
        try:
            values = np.asarray(self.frames[number])
        except Exception as error:  # read only now, by a reader with its own ways to fail
            raise InputError(f"{self._named(number)}: cannot be read ({_said(error)})") from error
        if not np.isfinite(values).all():
            bad = np.count_nonzero(~np.isfinite(values))
            raise InputError(f"{self._named(number)}: {bad} values are NaN or infinite; crop them")
        if not self.is_stack and is_flat(values):
            raise InputError(f"{self.title}: no contrast, all values are {values.max()}")
        return values

    def usable(self) -> np.ndarray:
        """Return the first image (Y, X) with contrast, after a look at all of them.

        What is wrong with the last of a stack is so said before hours are spent on the others.

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

    def _named(self, number: int) -> str:
        return f"{self.title}, frame {number + 1}" if self.is_stack else self.title


def is_flat(image: np.ndarray) -> bool:
    """Tell whether all values of `image` are the same."""
    return bool(image.min() == image.max())


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
    DamagedError
        The workflow wrote it, and it is not what it was.
    """
    checksums.verify(path)
    signal = _image(_signals(Path(path)), path)
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


def _emd(path: str, lazy: bool) -> list[Signal]:
    """Read an EMD file; of Velox's the images only, whose spectra need one more package."""
    if not is_EMD_Velox(path):
        return emd.file_reader(path, lazy=lazy)
    file = h5py.File(path, "r")
    velox = FeiEMDReader(select_type="images", lazy=lazy)
    try:
        with suppress(ModuleNotFoundError):  # raised by the spectra, which come after the images
            velox.read_file(file)
    finally:
        if not lazy:
            file.close()
    return velox.dictionaries


def _mrc(path: str, lazy: bool) -> list[Signal]:
    """Read an MRC file; without a grid of the cell (MX, MY) it has no calibration."""
    signals = mrc.file_reader(path, lazy=lazy)
    for signal in signals:
        header = signal["original_metadata"]["std_header"]
        if not header["MX"] or not header["MY"]:
            signal["axes"] = [{**axis, "units": ""} for axis in signal["axes"]]
    return signals


def _tiff(path: str, lazy: bool) -> list[Signal]:
    """Read a TIFF; RosettaSciIO may take colours for rows, and what is left of a stack for all."""
    with tifffile.TiffFile(path) as file:
        if any(series.keyframe.samplesperpixel > 1 for series in file.series):
            raise InputError(f"{path}: {_COLOUR}")
        said = int((file.imagej_metadata or {}).get("images", 1))
        found = sum(series.size // series.keyframe.size for series in file.series)
        if found < said or _next_page(file):
            raise EOFError(f"only {found} images are left")
    return tiff.file_reader(path, lazy=lazy)


def _next_page(file: tifffile.TiffFile) -> int:
    """Return where the page after the last that can be read should be, 0 if that is the last."""
    form, last = file.tiff, file.pages[-1].offset
    file.filehandle.seek(last)
    (tags,) = struct.unpack(form.tagnoformat, file.filehandle.read(form.tagnosize))
    file.filehandle.seek(last + form.tagnosize + tags * form.tagsize)
    (following,) = struct.unpack(form.offsetformat, file.filehandle.read(form.offsetsize))
    return int(following)


def _png(path: str, lazy: bool) -> list[Signal]:
    """Read a PNG, at once even if `lazy`: in parts RosettaSciIO cannot, nor with transparency."""
    shape = imageio.v3.improps(path).shape
    if len(shape) == 3 and shape[-1] == 2:
        raise InputError(f"{path}: {_COLOUR}, without transparency")
    return image.file_reader(path)


_READERS: dict[str, Callable[..., list[Signal]]] = {
    **dict.fromkeys((".dm3", ".dm4"), digitalmicrograph.file_reader),
    **{".emd": _emd, ".hspy": hspy.file_reader, ".mrc": _mrc},
    **dict.fromkeys((".ser", ".emi"), tia.file_reader),
    **dict.fromkeys((".tif", ".tiff"), _tiff),
    ".png": _png,
}


def _signals(path: Path) -> list[Signal]:
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
    except InputError:
        raise
    except Exception as error:  # each of the readers has its own ways to fail
        name = type(error).__name__
        large = isinstance(error, MemoryError) or name == "DecompressionBombError"
        what = "damaged, or too large" if large else f"not a whole {path.suffix[1:]} file"
        raise InputError(f"{path}: {what} ({_said(error)})") from error


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _image(signals: list[Signal], path: str | os.PathLike[str]) -> Signal:
    """Return the image or stack among `signals`: some formats keep spectra beside it.

    Of several the one with grey values, measured in a length, with the most pixels.
    """
    with_data = [signal for signal in signals if signal["data"].size]
    if not with_data:
        raise InputError(f"{path}: holds no image")
    images = [signal for signal in with_data if _not_image(signal) is None]
    if not images:
        raise InputError(f"{path}: {_not_image(with_data[0])}")
    return max(images, key=_fitness)


def _not_image(signal: Signal) -> str | None:
    """Return why `signal` is no image or stack of images, None if it is one."""
    shape, axes = signal["data"].shape, signal["axes"]
    if len(shape) < 2:
        return f"a spectrum or line: {len(shape)} axes, shape {shape}"
    # The plane of an image is one of signal axes: of a spectrum image only the energy is.
    y, x = (bool(axis.get("navigate")) for axis in axes[-2:])
    if y != x or any(axis.get("units") in _ENERGY for axis in axes):
        return f"spectra, not an image: shape {shape}; save their sum over energy"
    if len(shape) > 3:
        return f"neither an image nor a stack of images: {len(shape)} axes, shape {shape}"
    return None


def _fitness(signal: Signal) -> tuple[bool, bool, int]:
    in_length = all(_unit(_as_imagej_says(axis, signal)) for axis in signal["axes"][-2:])
    return signal["data"].dtype.kind in "iuf", in_length, int(signal["data"].size)


def _check_kind(data: Any, path: str | os.PathLike[str]) -> None:
    if data.dtype.names or (data.ndim == 3 and data.shape[-1] in (3, 4)):
        raise InputError(f"{path}: {_COLOUR}")
    if data.dtype.kind not in "iuf":
        raise InputError(f"{path}: values of type {data.dtype}, not integers or real numbers")


def _as_imagej_says(axis: dict[str, Any], signal: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `axis` of a TIFF with ImageJ's unit, of which RosettaSciIO reads only micron."""
    description = str((signal.get("original_metadata") or {}).get("ImageDescription", ""))
    said = re.search(r"^unit=(.+)$", description, re.MULTILINE)
    return axis if axis.get("units") or not said else {**axis, "units": said[1].strip()}


def _unit(axis: Mapping[str, Any]) -> float | None:
    """Return the unit of `axis` [nm], None if it has none or it is no length."""
    name = _unit_name(axis)
    long = name.lower().removesuffix("s")  # in full, in any case, in the plural
    return _NM.get(name, _NM.get(long) if len(long) > 2 else None)


def _unit_name(axis: Mapping[str, Any]) -> str:
    """Return the unit of `axis`, without ImageJ's escapes and the brackets of EMD ([n_m])."""
    escaped = str(axis.get("units")).strip()
    text = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda found: chr(int(found[1], 16)), escaped)
    bare = text[1:-1].replace("_", "") if text[:1] + text[-1:] == "[]" else text
    # There are two signs each for micro and for ångström.
    return unicodedata.normalize("NFKC", bare).strip()


def _nm(axis: Mapping[str, Any], path: str | os.PathLike[str]) -> float | None:
    """Return the size of a pixel along `axis` [nm], None if it has no calibration."""
    name = _unit_name(axis)
    if name in _NO_UNIT:
        return None
    try:
        scale = abs(float(axis["scale"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: a non-uniform axis has no pixel size; {_GIVE}") from error
    if scale == 0:
        return None
    size = scale * (_unit(axis) or np.inf)
    if not 0 < size < _MOST_NM:
        raise InputError(f"{path}: a pixel of {scale:g} {name} is no length; {_GIVE}")
    return size


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
