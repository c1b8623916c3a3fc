"""Which names and numbers follow from a valid config?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from temdenoise.density.endings import PHYSICS
from temdenoise.micrographs import samples
from temdenoise.structures.materials import MATERIALS

Config = Mapping[str, Any]

INSTRUMENT = "instrument"  # the noise of a general model


def physics(config: Config) -> dict[str, Any]:
    """Return the settings of the selected engine that the density depends on."""
    engine = config["dft"]["engine"]
    return {key: config["dft"][engine][key] for key in PHYSICS[engine]}


def elements(config: Config) -> list[str]:
    """Return the symbols of the elements that the structures contain, each once."""
    return MATERIALS[config["structures"]["material"]].elements


def atoms_per_structure(config: Config) -> int:
    """Return the number of atoms of one structure: two primitive cells per rectangular cell."""
    nx, ny = config["structures"]["cells"]
    return 2 * len(MATERIALS[config["structures"]["material"]].atoms) * nx * ny


def depths(config: Config) -> dict[str, float]:
    """Return how far the uppermost atoms of each element lie below those of the sheet [Å]."""
    material = MATERIALS[config["structures"]["material"]].atoms
    highest = {
        symbol: max(plane for other, _, plane in material if other == symbol)
        for symbol in elements(config)
    }
    spacing = config["structures"]["thickness"] / 2
    return {s: (max(highest.values()) - plane) * spacing for s, plane in highest.items()}


def models(config: Config) -> dict[str, dict[str, Any]]:
    """Return the recipe of each of the paper's models: `training` with the model's own keys."""
    return {name: one for name, one in recipes(config).items() if one["noise"] != INSTRUMENT}


def general_models(config: Config) -> dict[str, dict[str, Any]]:
    """Return the recipe of each general model: `training` with the model's own keys."""
    return {name: one for name, one in recipes(config).items() if one["noise"] == INSTRUMENT}


def recipes(config: Config) -> dict[str, dict[str, Any]]:
    """Return the recipe of each model that is not null: `training` with the model's own keys."""
    entries = config["models"].items()
    return {name: {**config["training"], **entry} for name, entry in entries if entry is not None}


def scene_parts(config: Config, split: str) -> dict[str, tuple[int, int]]:
    """Return the parts of a split's scenes: names "1", "2", … and their first and last + 1."""
    scenes, step = config["scenes"][split], config["scenes"]["per_job"]
    starts = range(0, scenes, step)
    return {str(n): (start, min(start + step, scenes)) for n, start in enumerate(starts, 1)}


def structure_names(config: Config, split: str) -> list[str]:
    """Return the structures of `split`, e.g. ``["train-1", "train-2"]`` for "train"."""
    return [f"{split}-{number}" for number in range(1, config["structures"][split] + 1)]


def regions(config: Config) -> dict[float, str]:
    """Return "interpolation" or "extrapolation" for each C_noise of the test images, ascending."""
    region = {
        float(factor): name
        for name in ("interpolation", "extrapolation")
        for factor in config["noise"][f"{name}_factors"]
    }
    return dict(sorted(region.items()))


def noises(config: Config) -> list[str]:
    """Return the noise types that the models are trained with, in their order, each once."""
    return list(dict.fromkeys(recipe["noise"] for recipe in models(config).values()))


def micrographs(config: Config, clone: Path) -> dict[str, dict[str, Any]]:
    """Return the micrographs of the sample table by name, see `micrographs.samples`.

    Without such a file in the working directory, read that of the `clone`.

    Raises
    ------
    InputError
        The table cannot be read, or a value in it cannot be used.
    """
    said = config["micrographs"]
    if said["samples"] is None:
        return {}
    here = Path(said["samples"])
    path = here if here.exists() else clone / here
    return samples.read(path, model=said["default_model"], bond_length=said["bond_length"])


def patch_counts(config: Config, recipe: Config | None = None) -> tuple[int, int]:
    """Return how many patches of one noise type a `recipe` trains on and validates with.

    Without a `recipe` the split is that of `training`. With `split_by` image a tiled image goes
    to one side with all its shifted and noisy copies.
    """
    recipe = config["training"] if recipe is None else recipe
    originals = sum(entry["count"] for entry in config["images"]["tiles"]["train"])
    whole = recipe["split_by"] == "image"
    group = _patches_per_original(config) if whole else 1
    groups = originals * _patches_per_original(config) // group
    training = round(groups * (1 - recipe["validation_fraction"]))
    return training * group, (groups - training) * group


def _patches_per_original(config: Config) -> int:
    images = config["images"]
    copies = (1 + len(images["shifts"])) * len(config["noise"]["train_factors"])
    return int(copies * (images["size"] // images["patch_size"]) ** 2)
