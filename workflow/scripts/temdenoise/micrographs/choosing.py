"""Which image of a file is taken?"""

import logging
import os
from collections import Counter
from collections.abc import Mapping, Sequence

from temdenoise.errors import InputError
from temdenoise.micrographs import arrays, formats, units
from temdenoise.micrographs.arrays import Signal

_log = logging.getLogger("temdenoise")

_ENERGY = {"eV", "keV"}
_MOST_NAMES = 20  # in a message


def image(
    signals: Sequence[Signal], path: str | os.PathLike[str], dataset: str | None
) -> tuple[Signal, str | None]:
    """Return the image or stack among `signals`, and its name; None if nothing lies beside it.

    `dataset` is the name of the one to take, or its place among `signals`, from 1. Without it,
    prefer a unit of length, then the most pixels.

    Raises
    ------
    InputError
        There is no grey image, or `dataset` chooses none.
    """
    found = {
        str(number): signal
        for number, signal in enumerate(signals, start=1)
        if getattr(signal.get("data"), "size", 0)  # HyperSpy's models have no data
    }
    names = _names(found)
    images = {number: names[number] for number in found if _problem(found[number]) is None}
    number = _chosen(dataset, names, images, path) if dataset else _best(found, images, path)
    if problem := _problem(found[number]):
        raise InputError(f"{path}: dataset {names[number]}: {problem}")
    if len(found) == 1:
        return found[number], None
    others = [name for one, name in images.items() if one != number]
    beside = f"; other images: {_listed(others)}" if others else ""
    shape = found[number]["data"].shape
    _log.info("%s: took %s, shape %s%s", path, names[number], shape, beside)
    return found[number], names[number]


def _names(found: Mapping[str, Signal]) -> dict[str, str]:
    """Return a name for each number: the title, where no other has it and it is not empty."""
    titles = {
        number: _one_line(signal.get("metadata", {}).get("General", {}).get("title") or "")
        for number, signal in found.items()
    }
    count = Counter(titles.values())
    return {
        number: title if title and count[title] == 1 else f"image {number}"
        for number, title in titles.items()
    }


def _one_line(title: object) -> str:
    return " ".join(str(title).split()).strip("/")


def _chosen(
    dataset: str,
    names: Mapping[str, str],
    images: Mapping[str, str],
    path: str | os.PathLike[str],
) -> str:
    wanted = _one_line(dataset)
    numbers = [number for number, name in names.items() if name == wanted]
    if not numbers and wanted not in names:
        allowed = _listed(list(images.values())) or "nothing, it holds no image"
        raise InputError(f"{path}: dataset: got {dataset!r}, allowed: {allowed}")
    return (numbers or [wanted])[0]


def _best(
    found: Mapping[str, Signal], images: Mapping[str, str], path: str | os.PathLike[str]
) -> str:
    if not found:
        raise InputError(f"{path}: holds no image")
    if not images:
        largest = max(found.values(), key=lambda signal: int(signal["data"].size))
        raise InputError(f"{path}: {_problem(largest)}")
    return max(images, key=lambda number: _fitness(found[number]))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join([*names[:_MOST_NAMES], *([f"{more} more"] if more > 0 else [])])


def _problem(signal: Signal) -> str | None:
    """Return why `signal` is no grey image or stack of images, None if it is one."""
    data, axes = signal["data"], signal["axes"]
    if data.dtype.kind == "O":
        return arrays.OBJECTS
    if data.ndim < 2:
        return f"a spectrum or line: {data.ndim} axes, shape {data.shape}"
    # Both axes of an image are of one kind. In a spectrum image only the energy is a signal axis.
    y, x = (bool(axis.get("navigate")) for axis in axes[-2:])
    if y != x or any(axis.get("units") in _ENERGY for axis in axes):
        return f"spectra, not an image: shape {data.shape}; save their sum over energy"
    if data.ndim > 3:
        return f"neither an image nor a stack of images: {data.ndim} axes, shape {data.shape}"
    if signal.get("is_colour") or data.dtype.names or (data.ndim == 3 and data.shape[-1] in (3, 4)):
        return formats.COLOUR
    if data.dtype.kind not in "iuf":
        return f"values of type {data.dtype}, not integers or real numbers"
    return None


def _fitness(signal: Signal) -> tuple[bool, int]:
    in_length = all(
        units.in_nm(units.with_imagej_unit(axis, signal)) for axis in signal["axes"][-2:]
    )
    return in_length, int(signal["data"].size)
