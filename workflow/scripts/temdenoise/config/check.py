"""Can this config run? Validate the config and derive values from it."""

import json
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from temdenoise.config.conflicts import first_conflict
from temdenoise.config.messages import first_violation, one_line, refusal
from temdenoise.config.values import (
    atoms_per_structure,
    elements,
    general_models,
    micrographs,
    models,
    noises,
    patch_counts,
    physics,
    regions,
    scene_parts,
    structure_names,
)
from temdenoise.density.openmx import data
from temdenoise.errors import InputError

__all__ = [
    "ConfigError",
    "atoms_per_structure",
    "check",
    "elements",
    "general_models",
    "micrographs",
    "missing_data",
    "missing_package",
    "models",
    "noises",
    "other_maps",
    "patch_counts",
    "physics",
    "regions",
    "scene_parts",
    "structure_names",
]


class ConfigError(InputError):
    """A config with which some job would fail; the message is one line that names the key."""


def check(config: Mapping[str, Any]) -> None:
    """Refuse a `config` with a wrong key or value, or with values that contradict each other.

    Raises
    ------
    ConfigError
        One line on the first problem: the dotted key, what was got and what is allowed.
    """
    problem = first_violation(config) or first_conflict(config)
    if problem:
        raise ConfigError(one_line(problem))


def missing_data(config: Mapping[str, Any], results: str | os.PathLike[str]) -> str | None:
    """Return what is wrong with the PAO and VPS files of OpenMX, or None.

    They are needed while a structure has no density below the folder `results`.
    """
    names = structure_names(config, "train") + structure_names(config, "test")
    done = all((Path(results) / "dft" / name / "density.cube").is_file() for name in names)
    if config["dft"]["engine"] != "openmx" or done:
        return None
    return data.missing_data(config["dft"], elements(config))


def other_maps(config: Mapping[str, Any], folder: Path) -> str | None:
    """Return what is wrong with storing this run's maps in `folder`, or None.

    Maps of structures of another size in `folder` would be overwritten.
    """
    wanted = atoms_per_structure(config)
    for split in ("train", "test"):
        for path in (folder / f"{name}.json" for name in structure_names(config, split)):
            found = json.loads(path.read_text("utf-8")).get("atoms") if path.is_file() else wanted
            if found != wanted:
                held = f"{folder} holds maps of {found} atoms, this run's have {wanted}"
                return refusal("stored.maps", config["stored"]["maps"], f"another folder ({held})")
    return None


def missing_package(config: Mapping[str, Any]) -> str | None:
    """Return the refusal that names the missing package of a baseline, or None."""
    if "tk-r-em" not in config["baselines"] or find_spec("tk_r_em"):
        return None
    wanted = "tk-r-em only if its package is installed (pip install --no-deps tk_r_em)"
    return refusal("baselines", config["baselines"], wanted)
