"""Which images are in a file of plain arrays, NumPy's or HDF5?"""

from contextlib import suppress
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np

from temdenoise.errors import InputError

Signal = dict[str, Any]  # of RosettaSciIO: data, axes, original_metadata, …

OBJECTS = (
    "Python objects instead of numbers, for example frames of different sizes; save the frames of "
    "each size as an array of their own"
)
_NUMBERS = "biufc"  # kinds of NumPy's types


def npy(path: str, lazy: bool) -> list[Signal]:
    """Read a NumPy array; it has no calibration."""
    try:
        return [_plain(np.load(path, mmap_mode="r" if lazy else None, allow_pickle=False), "")]
    except ValueError as error:
        if not _is_of_objects(error):
            raise
        raise InputError(f"{path}: {OBJECTS}") from error


def npz(path: str, lazy: bool) -> list[Signal]:
    """Read the arrays of an archive of NumPy at once; they have no calibration.

    Arrays of Python objects are left out: to load one could run a program.
    """
    found = []
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays.files:
            try:
                found.append(_plain(arrays[name], name))
            except ValueError as error:
                if not _is_of_objects(error):
                    raise
        if arrays.files and not found:
            raise InputError(f"{path}: {OBJECTS}")
    return found


def of_hdf5(path: str, lazy: bool) -> list[Signal]:
    """Read the arrays of an HDF5 file; their names are the paths in it.

    The attribute element_size_um (z, y, x) [µm], which ImageJ reads and writes, is the pixel size.
    """
    file = h5py.File(path, "r")  # remains open while an array that was not read is in use
    names: list[str] = []
    try:
        file.visit(names.append)
        return [
            _plain(_values(item, lazy), name, _pixel_size(item))
            for name, item in ((name, file[name]) for name in names)
            if isinstance(item, h5py.Dataset) and item.size and item.dtype.kind in _NUMBERS
        ]
    finally:
        if not lazy:
            file.close()


def _is_of_objects(error: ValueError) -> bool:
    return str(error).startswith("Object arrays")  # NumPy refuses to load them


def _plain(data: Any, name: str, pixel_size: tuple[float, ...] = ()) -> Signal:
    """Return `data` as a signal, without axes of length 1 before those of an image or stack.

    `pixel_size` [µm] is that of the last axes.
    """
    ones = [number for number, length in enumerate(data.shape[:-2]) if length == 1]
    data = data.squeeze(tuple(ones[: max(0, data.ndim - 3)]))
    axes = [{"scale": 1.0, "offset": 0.0, "units": "", "navigate": False} for _ in data.shape]
    for axis, size in zip(reversed(axes), reversed(pixel_size), strict=False):
        axis |= {"scale": size, "units": "um"}
    return {"data": data, "axes": axes, "metadata": {"General": {"title": name}}}


def _values(dataset: Any, lazy: bool) -> Any:
    if not lazy:
        return dataset[()]
    import dask.array as da  # slow

    # Parts of a frame: of one too large, a crop can be read.
    parts = ("auto",) * min(dataset.ndim, 2)
    return da.from_array(dataset, chunks=(1,) * (dataset.ndim - 2) + parts, name=False)


def _pixel_size(dataset: Any) -> tuple[float, ...]:
    """Return the attribute element_size_um of a `dataset`, () if it is missing or no numbers."""
    with suppress(TypeError, ValueError):
        return tuple(map(float, np.ravel(dataset.attrs.get("element_size_um", ()))))
    return ()
