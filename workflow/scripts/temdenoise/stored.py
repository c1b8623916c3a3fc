"""Density maps and models that lie in the repository: copied into a run instead of computed."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from temdenoise import checksums, density, dft
from temdenoise.errors import InputError
from temdenoise.files import atomic


def put(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy `source`, a file of the run, to `target` in the store, whole or not at all.

    Raises
    ------
    DamagedError
        `source` is damaged.
    """
    checksums.verify(source)
    _copy(source, target)


def take(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy `source`, a file of the store, to `target` in the run, whole or not at all.

    Raises
    ------
    InputError
        `source` is damaged; no run makes it anew.
    """
    if problem := checksums.problem(source):
        raise InputError(f"{source}: damaged: {problem}; get it again, as by git checkout")
    _copy(source, target)


def _copy(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    with atomic(target) as partial:
        shutil.copyfile(source, partial)


def check_map(
    map_path: str | os.PathLike[str],
    structure_path: str | os.PathLike[str],
    *,
    name: str,
    cell: dict[str, Any],
    height: float,
) -> None:
    """Refuse a stored map that is not the one the config asks for.

    Raises
    ------
    InputError
        The structure is not what the structures settings `cell` say, or the map is of another
        structure than `name` or at another `height` [Å].
    """
    dft.structure(structure_path, cell)
    metadata = density.read_map(map_path).metadata
    for what, wanted in {"structure": name, "height_angstrom": height}.items():
        if metadata.get(what) != wanted:
            raise InputError(
                f"{map_path}: {what}: got {metadata.get(what)}, the config says {wanted}; mend the "
                "config, or choose an engine that computes the map"
            )


def check_model(
    model_path: str | os.PathLike[str],
    card_path: str | os.PathLike[str],
    wanted: Mapping[str, Any],
) -> None:
    """Refuse a stored model that is damaged, or that is not what the config asks for.

    `wanted` is what the card must say: noise, material, patches, recipe, …

    Raises
    ------
    InputError
        The model's SHA-256 or what it was trained on, or how, differs from the card.
    """
    card = read_card(card_path)
    if checksums.digest(model_path) != card["sha256"]:
        raise InputError(f"{model_path}: not the model of {card_path}; get both again")
    said, asked = ({**one, **one["recipe"]} for one in (card, wanted))
    for key in (key for key in asked if key != "recipe"):
        if said.get(key) != asked[key]:
            raise InputError(
                f"{card_path}: {key}: trained with {said.get(key)}, the config says {asked[key]}; "
                "mend the config, or train with training.restore: false"
            )


def read_card(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a model's card.json.

    Raises
    ------
    InputError
        The file is damaged.
    """
    try:
        card = json.loads(Path(path).read_text(encoding="utf-8"))
        return {"sha256": card["sha256"], "recipe": card["recipe"], **card}
    except (ValueError, TypeError, LookupError, OSError) as error:
        raise InputError(f"{path}: not a whole model card ({error!r}); get it again") from error
