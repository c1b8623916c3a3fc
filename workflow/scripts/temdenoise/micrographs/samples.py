"""Which micrographs are denoised, how and by which models? The sample table, or a command."""

import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from temdenoise.errors import InputError

COLUMNS = ("path", "name", "model", "pixel_size_nm", "bond_length_nm", "crop", "dataset", "atoms")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MODEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_CROP = re.compile(r"(\d+):(\d+),(\d+):(\d+)")

DEFAULT_MODEL = "general"
BRIGHT, DARK = SHADES = ("bright", "dark")  # atoms, on their ground

Entry = dict[str, Any]


def read(
    path: str | os.PathLike[str], *, model: str, bond_length: float | None
) -> dict[str, Entry]:
    """Read the sample table: tab-separated, with some of COLUMNS, at least `path`.

    Return by name: path, models, pixel_size [nm], bond_length [nm], crop (top, bottom, left, right)
    [pixels], dataset (name or number), None for an empty cell; and dark_atoms. `model` and
    `bond_length` [nm] are for rows that name none. Lines that start with # are comments.

    Raises
    ------
    InputError
        The table or a value cannot be read, or two rows have one name. The message names the row.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8; save it as text with tabs, in UTF-8") from error
    except OSError as error:
        raise InputError(f"{path}: not a readable sample table ({error})") from error
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    rows = csv.DictReader(kept, delimiter="\t", restval="")
    _check_columns(rows.fieldnames or (), path)
    found: dict[str, Entry] = {}
    for number, row in enumerate(rows, start=1):
        _add(found, row, f"{path}, image {number}", model, bond_length)
    return found


def of_images(
    paths: Sequence[str],
    *,
    model: str = DEFAULT_MODEL,
    pixel_size: str | None = None,
    bond_length: str | None = None,
    crop: str | None = None,
    dataset: str | None = None,
    atoms: str | None = None,
) -> dict[str, Entry]:
    """Return, as `read` does, the images at `paths` with the texts of the command's options.

    Raises
    ------
    InputError
        An option cannot be used, or two images have one name.
    """
    said = {
        "models": _models(model, "--model"),
        "pixel_size": _length(pixel_size, "--pixel-size"),
        "bond_length": _length(bond_length, "--bond-length"),
        "crop": _crop(crop, "--crop"),
        "dataset": dataset or None,
        "dark_atoms": _dark(atoms, "--atoms"),
    }
    advice = "rename one, or run the command twice with two folders --out"
    found: dict[str, Entry] = {}
    for path in paths:
        _put(found, _name_of(path), {"path": path, **said}, path, advice)
    return found


def no_file(path: Path) -> str | None:
    """Return why there is no file at `path`, or None."""
    if path.is_file():
        return None
    if path.is_dir():
        return "a folder; name the images in it"
    return "a link that leads nowhere" if path.is_symlink() else "no such file"


def missing_file(entry: Entry, store: str | os.PathLike[str]) -> str | None:
    """Return the problem if the image of `entry` or a model in `store` is missing, or None."""
    if problem := no_file(Path(entry["path"])):
        return f"{entry['path']}: {problem}"
    known = models_in(store)
    for model in entry["models"]:
        if model not in known:
            said = f"known are {', '.join(known)}" if known else "the folder has no models"
            return f"model {model}: there is no {Path(store, model, 'model.keras')}; {said}"
    return None


def models_in(store: str | os.PathLike[str]) -> list[str]:
    """Return the names of the models in the folder `store`."""
    return sorted(path.parent.name for path in Path(store).glob("*/model.keras"))


def clash(folder: str | os.PathLike[str], entry: Entry) -> str | None:
    """Return why `folder` cannot take the results of `entry`, None if it can.

    Images of one name in two places have one folder. The summaries <model>.json in it name the
    image whose results would be overwritten.
    """
    for summary in sorted(Path(folder).glob("*.json")):
        source = _source(summary)
        if source and os.path.realpath(source) != os.path.realpath(entry["path"]):
            return (
                f"{entry['path']}: {folder} has the results of {source}; give the image "
                "another name, or move that folder"
            )
    return None


def failed(table: str | os.PathLike[str]) -> str | None:
    """Return in a line how many of a batch have a problem, by its CSV `table`; None if none has."""
    csv.field_size_limit(sys.maxsize)  # a stack may have a warning per frame
    with open(table, encoding="utf-8", newline="") as file:
        problems = [row.get("problem") for row in csv.DictReader(file)]
    if not any(problems):
        return None
    count = f"{sum(map(bool, problems))} of {len(problems)}"
    return f"{count} results failed; see the column problem of {table}"


def _source(summary: Path) -> str | None:
    """Return the image that `summary` describes; None if it has no results or cannot be read."""
    with suppress(OSError, ValueError, LookupError, AttributeError):
        said = json.loads(summary.read_bytes())
        return None if said.get("problem") else str(said["source"])
    return None


def _check_columns(columns: Iterable[str], path: str | os.PathLike[str]) -> None:
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown or "path" not in columns:
        got = f"an unknown column {unknown[0]!r}" if unknown else "no column 'path'"
        raise InputError(f"{path}: {got}; columns, separated by tabs: {', '.join(COLUMNS)}")


def _add(
    found: dict[str, Entry],
    row: Mapping[str | None, Any],
    where: str,
    model: str,
    bond_length: float | None,
) -> None:
    if None in row:
        raise InputError(f"{where}: more cells than columns")
    cells = {str(column): str(value).strip() for column, value in row.items()}
    if not cells["path"]:
        raise InputError(f"{where}: no path")
    name = cells.get("name") or _name_of(cells["path"])
    if not _NAME.fullmatch(name):
        raise InputError(f"{where}: name: got {name!r}, allowed: letters, digits, dots, - and _")
    entry = {
        "path": cells["path"],
        "models": _models(cells.get("model") or model, f"{where}: model"),
        "pixel_size": _length(cells.get("pixel_size_nm"), f"{where}: pixel_size_nm"),
        "bond_length": _length(cells.get("bond_length_nm"), f"{where}: bond_length_nm")
        or bond_length,
        "crop": _crop(cells.get("crop"), f"{where}: crop"),
        "dataset": cells.get("dataset") or None,
        "dark_atoms": _dark(cells.get("atoms"), f"{where}: atoms"),
    }
    _put(found, name, entry, where, "fill the column name")


def _put(found: dict[str, Entry], name: str, entry: Entry, where: str, advice: str) -> None:
    # Some file systems know no capitals.
    same = [other for other in found if other.casefold() == name.casefold()]
    if same:
        other = found[same[0]]["path"]
        raise InputError(f"{where}: {other} has the name {name}; names must be unique: {advice}")
    found[name] = entry


def _name_of(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", Path(path).stem).strip(".-_") or "image"


def _models(text: str, where: str) -> list[str]:
    names = list(dict.fromkeys(one.strip() for one in text.split(",")))
    for name in names:
        if not _MODEL.fullmatch(name):
            raise InputError(f"{where}: got {name!r}, allowed: names such as G or G,BBG")
    return names


def _length(text: str | None, where: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1000:
        raise InputError(f"{where}: got {text!r}, allowed: a number in nm, such as 0.0125")
    return value


def _dark(text: str | None, where: str) -> bool:
    if text not in (None, "", *SHADES):
        raise InputError(f"{where}: got {text!r}, allowed: {' or '.join(SHADES)}")
    return text == DARK


def _crop(text: str | None, where: str) -> tuple[int, ...] | None:
    if not text:
        return None
    match = _CROP.fullmatch(text.replace(" ", ""))
    crop = tuple(map(int, match.groups())) if match else (0, 0, 0, 0)
    if crop[0] >= crop[1] or crop[2] >= crop[3]:
        raise InputError(
            f"{where}: got {text!r}, allowed: top:bottom,left:right [pixels] such as 0:512,256:768"
        )
    return crop
