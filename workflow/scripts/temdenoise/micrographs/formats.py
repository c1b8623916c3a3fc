"""Which files are read? Each format by RosettaSciIO, with its mistakes corrected."""

import os
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import tifffile
from rsciio import digitalmicrograph, emd, hspy, mrc, tia, tiff
from rsciio.emd._api import is_EMD_Velox

from temdenoise.errors import InputError
from temdenoise.micrographs import arrays, hdf5
from temdenoise.micrographs.arrays import Signal
from temdenoise.micrographs.samples import no_file

Reader = Callable[..., list[Signal]]

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


def _within_itself(reader: Reader) -> Reader:
    """Return the `reader` of HDF5 for files that need no other; large arrays stay on disk."""

    def read(path: str, lazy: bool) -> list[Signal]:
        return reader(path, lazy=hdf5.size(path) > LARGE or lazy)

    return read


def _hdf5(path: str, lazy: bool) -> list[Signal]:
    """Read an HDF5 file of HyperSpy's or of plain arrays."""
    reader = hspy.file_reader if hdf5.is_hyperspy(path) else arrays.of_hdf5
    return reader(path, lazy=lazy)


def _emd(path: str, lazy: bool) -> list[Signal]:
    """Read an EMD file; of Velox's only the images, because spectra need one more package."""
    return _velox(path, lazy) if is_EMD_Velox(path) else _berkeley(path, lazy)


def _berkeley(path: str, lazy: bool) -> list[Signal]:
    """Read Berkeley's EMD: groups of like names are a stack, unless their images differ in size."""
    try:
        return emd.file_reader(path, lazy=lazy)
    except ValueError as error:
        if "same shape" not in str(error):
            raise
        return emd.file_reader(path, lazy=lazy, stack_group=False)


def _velox(path: str, lazy: bool) -> list[Signal]:
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
    """Read the images of a TIFF and mark those in colour; refuse truncated stacks.

    RosettaSciIO may take colours for rows, and fails on colours in planes beside a grey image.
    """
    with tifffile.TiffFile(path) as file:
        is_grey = [series.keyframe.samplesperpixel == 1 for series in file.series]
        in_planes = any(s.keyframe.planarconfig == _PLANES for s in file.series)
        if not any(is_grey) or (in_planes and not all(is_grey)):
            raise InputError(f"{path}: {COLOUR}")
        _check_whole(file)
        are_frames = _are_frames(file.series)
    if are_frames:
        return tiff.file_reader(path, lazy=lazy, is_shaped=False)
    signals = tiff.file_reader(path, lazy=lazy)
    for signal, grey in zip(signals, is_grey, strict=True):
        signal["is_colour"] = not grey
        signal["metadata"]["General"].pop("title", None)  # a note; pages have numbers
    return signals


def _check_whole(file: tifffile.TiffFile) -> None:
    said = int((file.imagej_metadata or {}).get("images", 1))
    found = sum(series.size // series.keyframe.size for series in file.series)
    if found < said or _next_page(file):
        raise EOFError(f"only {found} images are left")


def _are_frames(series: Sequence[tifffile.TiffPageSeries]) -> bool:
    """Tell whether `series` are the frames of a stack, which tifffile wrote one by one."""
    kinds = {(one.shape, one.dtype) for one in series}
    return len(series) > 1 and len(kinds) == 1 and series[0].ndim == 2


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


READERS: dict[str, Reader] = {
    **dict.fromkeys((".dm3", ".dm4"), digitalmicrograph.file_reader),
    **{".emd": _within_itself(_emd), ".hspy": _within_itself(hspy.file_reader), ".mrc": _mrc},
    **dict.fromkeys((".ser", ".emi"), tia.file_reader),
    **dict.fromkeys((".tif", ".tiff"), _tiff),
    **{".png": _png, ".npy": arrays.npy, ".npz": arrays.npz},
    **dict.fromkeys((".h5", ".hdf5"), _within_itself(_hdf5)),
}
