"""Which files are read? Each format by RosettaSciIO, with its mistakes corrected."""

import logging
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np
import tifffile
from rsciio import digitalmicrograph, emd, hspy, mrc, tia, tiff
from rsciio.emd._api import is_EMD_Velox

from temdenoise.errors import InputError
from temdenoise.micrographs.samples import no_file

_log = logging.getLogger("temdenoise")

Signal = dict[str, Any]  # of RosettaSciIO: data, axes, original_metadata, …

COLOUR = "a colour image; save it as grey values"
_PLANES = 2  # TIFF 6.0: each colour has a plane of its own
LARGE = 300e6  # bytes: such files are read image by image


def signals(path: Path) -> list[Signal]:
    """Return what the file at `path` holds; the data of a large file stay on disk.

    Raises
    ------
    InputError
        It is missing, empty, damaged, too large or of an unknown format.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(suffix[1:] for suffix in READERS)
        raise InputError(f"{path}: unknown format; known are {known}")
    if problem := no_file(path):
        raise InputError(f"{path}: {problem}")
    if not path.stat().st_size:
        raise InputError(f"{path}: the file is empty")
    try:
        return reader(os.fspath(path), lazy=path.stat().st_size > LARGE)
    except InputError:
        raise
    except Exception as error:  # each of the readers has its own ways to fail
        name = type(error).__name__
        large = isinstance(error, MemoryError) or name == "DecompressionBombError"
        what = "damaged, or too large" if large else f"not a whole {path.suffix[1:]} file"
        raise InputError(f"{path}: {what} ({said(error)})") from error


def said(error: Exception) -> str:
    """Return the words of a reader's `error` in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _emd(path: str, lazy: bool) -> list[Signal]:
    """Read an EMD file; of Velox's only the images, because spectra need one more package."""
    if not is_EMD_Velox(path):
        return emd.file_reader(path, lazy=lazy)
    from rsciio.emd._emd_velox import FeiEMDReader  # its package of units takes 0.2 s

    file = h5py.File(path, "r")
    velox = FeiEMDReader(select_type="images", lazy=lazy)
    try:
        with suppress(ModuleNotFoundError):  # raised by the spectra, after the images
            velox.read_file(file)
    finally:
        if not lazy:
            file.close()
    return velox.dictionaries


def _mrc(path: str, lazy: bool) -> list[Signal]:
    """Read an MRC file; if its cell has no grid (MX, MY), it has no calibration."""
    signals = mrc.file_reader(path, lazy=lazy)
    for signal in signals:
        header = signal["original_metadata"]["std_header"]
        if not header["MX"] or not header["MY"]:
            signal["axes"] = [{**axis, "units": ""} for axis in signal["axes"]]
    return signals


def _tiff(path: str, lazy: bool) -> list[Signal]:
    """Read the grey images of a TIFF; refuse truncated stacks.

    RosettaSciIO may take colours for rows, and fails on colours in planes beside a grey image.
    """
    with tifffile.TiffFile(path) as file:
        is_grey = [series.keyframe.samplesperpixel == 1 for series in file.series]
        in_planes = any(s.keyframe.planarconfig == _PLANES for s in file.series)
        if not any(is_grey) or (in_planes and not all(is_grey)):
            raise InputError(f"{path}: {COLOUR}")
        said = int((file.imagej_metadata or {}).get("images", 1))
        found = sum(series.size // series.keyframe.size for series in file.series)
        if found < said or _next_page(file):
            raise EOFError(f"only {found} images are left")
    read = zip(tiff.file_reader(path, lazy=lazy), is_grey, range(1, len(is_grey) + 1), strict=True)
    signals = [(signal, number) for signal, grey, number in read if grey]
    if len(is_grey) > 1:
        numbers = ", ".join(str(number) for _, number in signals)
        _log.info("%s: of %d images, grey: %s", path, len(is_grey), numbers)
    for signal, number in signals:
        signal["metadata"]["General"]["title"] = f"image {number}"
    return [signal for signal, _ in signals]


def _next_page(file: tifffile.TiffFile) -> int:
    """Return the offset of the page after the last readable one, 0 if there is none."""
    form, last = file.tiff, file.pages[-1].offset
    file.filehandle.seek(last)
    (tags,) = struct.unpack(form.tagnoformat, file.filehandle.read(form.tagnosize))
    file.filehandle.seek(last + form.tagnosize + tags * form.tagsize)
    (following,) = struct.unpack(form.offsetformat, file.filehandle.read(form.offsetsize))
    return int(following)


def _png(path: str, lazy: bool) -> list[Signal]:
    """Read a PNG at once, even if `lazy`: RosettaSciIO reads it neither in parts nor with alpha."""
    import imageio.v3
    from rsciio import image

    shape = imageio.v3.improps(path).shape
    if len(shape) == 3 and shape[-1] == 2:
        raise InputError(f"{path}: {COLOUR}, without transparency")
    return image.file_reader(path)


def _npy(path: str, lazy: bool) -> list[Signal]:
    """Read a NumPy array; it has no calibration."""
    return [_plain(np.load(path, mmap_mode="r" if lazy else None, allow_pickle=False), "")]


def _npz(path: str, lazy: bool) -> list[Signal]:
    """Read the arrays of an archive of NumPy at once; they have no calibration."""
    with np.load(path, allow_pickle=False) as arrays:
        return [_plain(arrays[name], name) for name in arrays.files]


def _plain(data: np.ndarray, name: str) -> Signal:
    axes = [{"scale": 1.0, "offset": 0.0, "units": "", "navigate": False} for _ in data.shape]
    return {"data": data, "axes": axes, "metadata": {"General": {"title": name}}}


READERS: dict[str, Callable[..., list[Signal]]] = {
    **dict.fromkeys((".dm3", ".dm4"), digitalmicrograph.file_reader),
    **{".emd": _emd, ".hspy": hspy.file_reader, ".mrc": _mrc},
    **dict.fromkeys((".ser", ".emi"), tia.file_reader),
    **dict.fromkeys((".tif", ".tiff"), _tiff),
    **{".png": _png, ".npy": _npy, ".npz": _npz},
}
