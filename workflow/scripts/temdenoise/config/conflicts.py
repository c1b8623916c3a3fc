"""Which values of a config contradict each other? So that no job fails for what is known now.

Each check takes a config that keeps the schema; it returns what is wrong in one line, or None.
"""

import shlex
from collections.abc import Iterator
from typing import Any

from temdenoise.config.messages import refusal
from temdenoise.config.values import Config, depths, elements, models, patch_counts, structure_names
from temdenoise.density.openmx.data import pao_radius
from temdenoise.structures.materials import MATERIALS

_BOHR = 0.529177210903  # Å
_ROUNDING = 1e-9


def first_conflict(config: Config) -> str | None:
    """Return the first contradiction between values of `config`, or None."""
    return next((problem for check in CHECKS if (problem := check(config))), None)


def patches_fill_the_image(config: Config) -> str | None:
    """Refuse an image that is not whole patches wide."""
    size, patch = config["images"]["size"], config["images"]["patch_size"]
    if size % patch == 0:
        return None
    nearest = f"{size // patch * patch} or {-(-size // patch) * patch}"
    return refusal("images.size", size, f"a multiple of images.patch_size ({patch}), say {nearest}")


def shifts_within_the_image(config: Config) -> str | None:
    """Refuse a shift that rolls an image once around or more."""
    size = config["images"]["size"]
    for number, shift in enumerate(config["images"]["shifts"]):
        if shift >= size:
            return refusal(f"images.shifts[{number}]", shift, f"less than images.size ({size})")
    return None


def grids_differ(config: Config) -> str | None:
    """Refuse a grid that stands twice in a split: images are named by grid and number."""
    for split, tiles in config["images"]["tiles"].items():
        grids = [entry["grid"] for entry in tiles]
        for number, grid in enumerate(grids):
            if grid in grids[:number]:
                key = f"images.tiles.{split}[{number}].grid"
                return refusal(key, grid, "each grid once; add to the count of the first")
    return None


def tilings_differ(config: Config) -> str | None:
    """Refuse more images of a grid than there are ways to fill it with the split's maps."""
    for key, grid, count, maps in _tiles(config):
        distinct = maps ** (grid[0] * grid[1])
        if count > distinct:
            tilings = f"{grid[0]} by {grid[1]} tilings of {maps} map(s)"
            ways = f"at most {distinct}, as there are no more different {tilings}"
            return refusal(f"{key}.count", count, ways)
    return None


def some_model(config: Config) -> str | None:
    """Refuse a config without a model to train."""
    if models(config):
        return None
    return refusal("models", dict(config["models"]), "at least one model that is not null")


def models_are_no_baselines(config: Config) -> str | None:
    """Refuse a model with the name of a baseline, as the tables hold both."""
    for name in models(config):
        if name in config["baselines"]:
            return refusal("models, a name in it", name, "a name that is not in baselines")
    return None


def regions_differ(config: Config) -> str | None:
    """Refuse a noise factor that would count as interpolation and as extrapolation."""
    inside = config["noise"]["interpolation_factors"]
    for number, factor in enumerate(config["noise"]["extrapolation_factors"]):
        if factor in inside:
            key = f"noise.extrapolation_factors[{number}]"
            return refusal(key, factor, "a factor that is not in noise.interpolation_factors")
    return None


def figures_show_tested_factors(config: Config) -> str | None:
    """Refuse a figure of a noise factor that no test image has."""
    for region in ("interpolation", "extrapolation"):
        shown, tested = config["figures"][f"{region}_factor"], config["noise"][f"{region}_factors"]
        if shown not in tested:
            among = f"one of noise.{region}_factors ({', '.join(map(str, tested))})"
            return refusal(f"figures.{region}_factor", shown, among)
    return None


def section_within_the_image(config: Config) -> str | None:
    """Refuse an enlarged section larger than the image."""
    section, size = config["figures"]["section"], config["images"]["size"]
    if section <= size:
        return None
    return refusal("figures.section", section, f"at most images.size ({size})")


def thickness_of_the_material(config: Config) -> str | None:
    """Refuse MoS₂ in one plane, and graphene or hBN that is not."""
    material, thickness = config["structures"]["material"], config["structures"]["thickness"]
    flat = MATERIALS[material].is_flat
    if flat == (thickness == 0):
        return None
    wanted = "0, as its atoms lie in one plane" if flat else "more than 0, as it has three planes"
    return refusal("structures.thickness", thickness, f"for {material} {wanted}")


def map_nearest_to_its_sheet(config: Config) -> str | None:
    """Refuse a cell in which the map lies nearer to the periodic image of the sheet."""
    cell, thickness = config["structures"]["cell_height"], config["structures"]["thickness"]
    height = config["map"]["height"]
    if cell > 2 * height + thickness:
        return None
    room = f"twice map.height ({height} Å) plus structures.thickness ({thickness} Å)"
    return refusal("structures.cell_height", cell, f"more than {room}")


def map_within_the_orbitals(config: Config) -> str | None:
    """Refuse a map where all orbitals are zero; a stored map was checked when it was made."""
    if config["dft"]["engine"] == "maps":
        return None
    reach, source, radius = max(_reaches(config))
    if config["map"]["height"] < reach:
        return None
    limit = f"less than {reach:.3f} Å, where the orbitals end ({source}: {radius} bohr)"
    return refusal("map.height", config["map"]["height"], limit)


def elements_known(config: Config) -> str | None:
    """Refuse structures of elements that the engines are told nothing about."""
    for symbol in elements(config):
        if symbol not in config["dft"]["elements"]:
            return f"dft.elements.{symbol}: missing, but the structures contain {symbol}"
    return None


def background_target_for_background_noise(config: Config) -> str | None:
    """Refuse a target with background for noise without."""
    for name, recipe in models(config).items():
        if recipe["target"] == "background" and recipe["noise"] != "BBG":
            key = f"models.{name}" if "target" in config["models"][name] else "training"
            only = f"clean, as model {name} has noise {recipe['noise']} and not BBG"
            return refusal(f"{key}.target", recipe["target"], only)
    return None


def openmx_can_be_started(config: Config) -> str | None:
    """Refuse a command or launcher that is no command line."""
    openmx = config["dft"]["openmx"]
    for key, fill in (("command", {}), ("launcher", {"ranks": 2, "threads": 1})):
        try:
            words = shlex.split(openmx[key].format(**fill) if fill else openmx[key])
        except (ValueError, LookupError):
            words = []
        if not words:
            allowed = "a command line; a launcher may hold {ranks} and {threads}, nothing else"
            return refusal(f"dft.openmx.{key}", openmx[key], allowed)
    return None


def fractions_within_one(config: Config) -> str | None:
    """Refuse more dark and bright patches than there are patches."""
    background = config["noise"]["background"]
    dark, bright = background["dark_fraction"], background["bright_fraction"]
    if dark + bright <= 1 + _ROUNDING:
        return None
    return refusal(
        "noise.background.bright_fraction", bright, f"at most 1 - dark_fraction ({dark})"
    )


def probability_within_one(config: Config) -> str | None:
    """Refuse a salt-and-pepper probability above 1."""
    noise = config["noise"]
    names = ("train_factors", "interpolation_factors", "extrapolation_factors")
    largest = max(factor for name in names for factor in noise[name])
    if noise["salt_pepper_ratio"] * largest <= 1 + _ROUNDING:
        return None
    limit = f"at most {1 / largest:.6g}, so that p is at most 1 for C_noise = {largest}"
    return refusal("noise.salt_pepper_ratio", noise["salt_pepper_ratio"], limit)


def patches_on_both_sides(config: Config) -> str | None:
    """Refuse a split that leaves fewer than 2 patches for training or none for validation."""
    for name, recipe in models(config).items():
        training, validation = patch_counts(config, recipe)
        if training < 2 or validation < 1:
            own = "validation_fraction" in config["models"][name]
            key = f"{f'models.{name}' if own else 'training'}.validation_fraction"
            got = f"model {name} would get {training} and {validation}"
            need = f"at least 2 training and 1 validation patches, split by {recipe['split_by']}"
            return refusal(key, recipe["validation_fraction"], f"{need}; {got}")
    return None


def tiles_share_less_than_half(config: Config) -> str | None:
    """Refuse tiles of micrographs of which three would meet in a pixel."""
    tile, overlap = config["micrographs"]["tile"], config["micrographs"]["overlap"]
    if overlap <= tile // 2:
        return None
    return refusal("micrographs.overlap", overlap, f"at most half of micrographs.tile ({tile})")


def _tiles(config: Config) -> Iterator[tuple[str, list[int], int, int]]:
    for split, tiles in config["images"]["tiles"].items():
        maps = len(structure_names(config, split))
        for number, entry in enumerate(tiles):
            yield f"images.tiles.{split}[{number}]", entry["grid"], entry["count"], maps


def _reaches(config: Config) -> Iterator[tuple[float, str, float]]:
    """Yield each element's reach above the sheet [Å], and the key and radius [bohr] behind it."""
    for symbol, depth in depths(config).items():
        key, radius = _orbital_radius(config["dft"], symbol)
        yield radius * _BOHR - depth, key, radius


def _orbital_radius(dft: dict[str, Any], symbol: str) -> tuple[str, float]:
    if dft["engine"] == "gpaw":
        return "dft.gpaw.basis_radius", dft["gpaw"]["basis_radius"]
    return f"dft.elements.{symbol}.pao", pao_radius(dft["elements"][symbol]["pao"])


CHECKS = (
    *(patches_fill_the_image, shifts_within_the_image, grids_differ, tilings_differ, some_model),
    *(models_are_no_baselines, regions_differ, figures_show_tested_factors),
    *(section_within_the_image, thickness_of_the_material, map_nearest_to_its_sheet),
    *(elements_known, map_within_the_orbitals, background_target_for_background_noise),
    *(openmx_can_be_started, fractions_within_one, probability_within_one),
    *(patches_on_both_sides, tiles_share_less_than_half),
)
