"""Does an HDF5 file keep to itself, how large are its arrays, and did HyperSpy write it?"""

from typing import Any

import h5py  # type: ignore[import-untyped]

from temdenoise.errors import InputError

_ADVICE = "only data in the file itself are read: copy them into it"


def size(path: str) -> int:
    """Return how many bytes the arrays of the HDF5 file at `path` take; none of them is read.

    A file that needs another one is refused before that is opened. It could take private data of
    the reader into results.

    Raises
    ------
    InputError
        It has an external link, external storage or a virtual dataset.
    """
    with h5py.File(path, "r") as file:
        return sum(_size(name, link, file) for name, link in _links(file))


def _size(name: str, link: Any, file: Any) -> int:
    if isinstance(link, h5py.ExternalLink):
        raise InputError(
            f"{file.filename}: {name!r} is a link to the file {link.filename!r}; {_ADVICE}"
        )
    item = file[name] if isinstance(link, h5py.HardLink) else None
    if not isinstance(item, h5py.Dataset):
        return 0
    if item.external or item.is_virtual:
        raise InputError(f"{file.filename}: the data of {name!r} lie in other files; {_ADVICE}")
    return int(item.size or 0) * int(item.dtype.itemsize)


def _links(file: Any) -> list[tuple[str, Any]]:
    """Return name and link of all that is in `file`; HDF5 lists no group twice and follows none."""
    found: list[tuple[str, Any]] = []
    file.visititems_links(lambda *one: found.append(one))  # an error there would lose its words
    return found


def is_hyperspy(path: str) -> bool:
    """Tell whether HyperSpy wrote the HDF5 file at `path`; it once ended its files in .hdf5."""
    with h5py.File(path, "r") as file:
        return bool(file.attrs.get("file_format") == "HyperSpy")
