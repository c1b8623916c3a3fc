"""How is a result saved? As calibrated float32 TIFF and HyperSpy file, with provenance."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dask.array
import numpy as np
import tifffile
from rsciio import hspy

import temdenoise
from temdenoise.micrographs.reading import Micrograph
from temdenoise.run import checksums, storage

Pair = tuple[float, float]
_HDF5_EXTRA = 2**20  # bytes: what HDF5 adds to the images, and metadata of the usual size


def write_tiff(
    path: str | os.PathLike[str],
    images: np.ndarray,
    source: Micrograph,
    pixel_size: Pair | None,
    provenance: Mapping[str, Any],
) -> None:
    """Write `images` ([N,] Y, X) as a float32 TIFF with a `pixel_size` (y, x) [nm].

    ImageJ and RosettaSciIO read its calibration. Its Info holds the `provenance` and the
    original metadata of the `source`, as JSON.
    """
    info = {"provenance": provenance, "original_metadata": source.original_metadata}
    metadata = {"axes": "TYX"[-images.ndim :], "Info": json.dumps(plain(info))}
    calibration: dict[str, Any] = {}
    if pixel_size:
        metadata["unit"] = "nm"
        calibration["resolution"] = (1 / pixel_size[1], 1 / pixel_size[0])
        calibration["extratags"] = _tags(pixel_size, source.offset)
    tifffile.imwrite(path, images, imagej=True, metadata=metadata, **calibration)


def open_tiff(path: str | os.PathLike[str]) -> np.ndarray:
    """Open the first image (Y, X) that `write_tiff` wrote to `path`; it stays on disk.

    Raises
    ------
    DamagedError
        The file is damaged.
    """
    checksums.verify(path)
    return tifffile.memmap(path, page=0, mode="r")


def write_hspy(
    path: str | os.PathLike[str],
    images: np.ndarray,
    source: Micrograph,
    pixel_size: Pair | None,
    provenance: Mapping[str, Any],
) -> None:
    """Write `images` ([N,] Y, X) as a HyperSpy file, `provenance` in its metadata.

    Reserve the room first: on a full disk HDF5 can crash the process.
    """
    storage.reserve(Path(path), images.nbytes + _HDF5_EXTRA)
    signal = {
        "data": dask.array.from_array(images, chunks=(*images.shape[:-2], *images.shape[-2:])),
        "axes": _axes(images.shape, pixel_size, source.offset),
        "metadata": {
            "General": {"title": f"denoised {Path(source.title).name}"},
            "Signal": {"signal_type": ""},
            "temdenoise": plain(provenance),
        },
        "original_metadata": plain(source.original_metadata),
        "attributes": {"_lazy": True, "ragged": False},
        "package_info": {"package": "temdenoise", "package_version": temdenoise.__version__},
        "learning_results": {},
        "models": {},
        "tmp_parameters": {},
    }
    try:
        hspy.file_writer(path, signal, show_progressbar=False)
    except RuntimeError as error:  # HDF5's error for a full disk
        if number := re.search(r"errno = (\d+)", str(error)):
            raise OSError(int(number[1]), "not written", os.fspath(path)) from error
        raise


def plain(value: Any) -> Any:
    """Return metadata as JSON and HDF5 can hold them: text, numbers, lists and mappings.

    A number that is NaN or infinite becomes None; text loses what HDF5 refuses, such as the NUL
    characters of ImageJ's and Photoshop's tags.
    """
    if isinstance(value, Mapping):
        return {_text(key) or "_": plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float | None) else _text(value)


def _text(value: Any) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _tags(pixel_size: Pair, offset: Pair) -> list[tuple[int, str, int, Any, bool]]:
    """Return the calibration as Digital Micrograph's tags: RosettaSciIO ignores nm in ImageJ's."""
    texts = [(number, "s", 0, "nm", True) for number in (65003, 65004)]
    numbers = zip((65006, 65007, 65009, 65010), (*offset[::-1], *pixel_size[::-1]), strict=True)
    return [*texts, *((number, "d", 1, float(value), True) for number, value in numbers)]


def _axes(shape: tuple[int, ...], pixel_size: Pair | None, offset: Pair) -> list[dict[str, Any]]:
    names = ("frame", "y", "x")[-len(shape) :]
    scales = (1.0, *(pixel_size or (1.0, 1.0)))[-len(shape) :]
    offsets = (0.0, *(offset if pixel_size else (0.0, 0.0)))[-len(shape) :]
    return [
        {
            **{"_type": "UniformDataAxis", "name": name, "size": size, "scale": scale},
            **{"offset": start, "units": "nm" if pixel_size and name != "frame" else ""},
            **{"navigate": name == "frame", "is_binned": False},
        }
        for name, size, scale, start in zip(names, shape, scales, offsets, strict=True)
    ]
