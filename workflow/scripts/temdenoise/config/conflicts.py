"""Which values of a config contradict each other? Found before any job starts.

Each check takes a config whose keys and values are allowed. It yields a line per contradiction.
"""

import shlex
from collections.abc import Iterator

from temdenoise.config.messages import refusal
from temdenoise.config.values import (
    INSTRUMENT,
    Config,
    depths,
    elements,
    general_models,
    models,
    patch_counts,
    recipes,
)
from temdenoise.density.openmx.data import pao_radius
from temdenoise.structures.materials import MATERIALS

_BOHR = 0.529177210903  # Å
_ROUNDING = 1e-9
_PAPER_BLOCKS = 3  # of the U-Net of section II.G


def first_conflict(config: Config) -> str | None:
    """Return the first contradiction between values of `config`, or None."""
    return next((problem for check in CHECKS for problem in check(config)), None)


def patches_fill_the_image(config: Config) -> Iterator[str]:
    """Refuse an image whose edge is not a whole number of patches."""
    size, patch = config["images"]["size"], config["images"]["patch_size"]
    if size % patch:
        nearest = f"{size // patch * patch} or {-(-size // patch) * patch}"
        wanted = f"a multiple of images.patch_size ({patch}), such as {nearest}"
        yield refusal("images.size", size, wanted)


def shifts_within_the_image(config: Config) -> Iterator[str]:
    """Refuse a shift that rolls an image once around or more."""
    size = config["images"]["size"]
    for number, shift in enumerate(config["images"]["shifts"]):
        if shift >= size:
            yield refusal(f"images.shifts[{number}]", shift, f"less than images.size ({size})")


def tilings_differ(config: Config) -> Iterator[str]:
    """Refuse a grid twice in a split, and more images with it than its different tilings.

    Images are named by grid and number.
    """
    for split, tiles in config["images"]["tiles"].items():
        grids, maps = [entry["grid"] for entry in tiles], config["structures"][split]
        for number, (grid, count) in enumerate((entry["grid"], entry["count"]) for entry in tiles):
            key = f"images.tiles.{split}[{number}]"
            if grid in grids[:number]:
                yield refusal(f"{key}.grid", grid, "each grid once; add to the count of the first")
            if count > (distinct := maps ** (grid[0] * grid[1])):
                tilings = f"different {grid[0]} by {grid[1]} tilings of {maps} map(s)"
                yield refusal(f"{key}.count", count, f"at most {distinct}, the number of {tilings}")


def models_have_names_of_their_own(config: Config) -> Iterator[str]:
    """Refuse a config without models, and a model with the name of a baseline in the tables."""
    if not models(config):
        wanted = "at least one model that is not null and has one of the paper's noises"
        yield refusal("models", dict(config["models"]), wanted)
    for name in recipes(config):
        if name in config["baselines"]:
            yield refusal("models, a name in it", name, "a name that is not in baselines")


def networks_for_their_noise(config: Config) -> Iterator[str]:
    """Refuse a network for a noise that it is not made for, or of too few or many blocks."""
    for name, recipe in recipes(config).items():
        general, network = recipe["noise"] == INSTRUMENT, recipe["network"]
        if general == (network == "paper"):
            wanted = "bias-free or unshuffle" if general else "paper"
            got = f"as model {name} has noise {recipe['noise']}"
            yield refusal(_said_by(config, name, "network"), network, f"{wanted}, {got}")
        elif network == "paper" and len(recipe["filters"]) != _PAPER_BLOCKS:
            key = _said_by(config, name, "filters")
            yield refusal(key, recipe["filters"], f"{_PAPER_BLOCKS} numbers for network paper")


def patches_fit_into_scenes(config: Config) -> Iterator[str]:
    """Refuse a patch of a scene that is too large, or not halved as often as its network does."""
    patch, size = config["scenes"]["patch_size"], config["scenes"]["size"]
    if patch > size:
        yield refusal("scenes.patch_size", patch, f"at most scenes.size ({size})")
    for name, recipe in general_models(config).items():
        halvings = len(recipe["filters"]) - (recipe["network"] == "bias-free")
        if patch % 2**halvings:
            wanted = f"a multiple of {2**halvings}, as model {name} halves it {halvings} times"
            yield refusal("scenes.patch_size", patch, wanted)


def ranges_ascend(config: Config) -> Iterator[str]:
    """Refuse a range of scenes or instruments that ends before it begins."""
    for group in ("scenes", "instrument"):
        for key, value in config[group].items():
            if isinstance(value, list) and value[0] > value[1]:
                yield refusal(f"{group}.{key}", value, "the smaller number first")
    if not any(config["instrument"]["shares"].values()):
        shares = dict(config["instrument"]["shares"])
        yield refusal("instrument.shares", shares, "at least one share above 0")


def regions_differ(config: Config) -> Iterator[str]:
    """Refuse a noise factor that would count as interpolation and as extrapolation."""
    inside = config["noise"]["interpolation_factors"]
    for number, factor in enumerate(config["noise"]["extrapolation_factors"]):
        if factor in inside:
            key = f"noise.extrapolation_factors[{number}]"
            yield refusal(key, factor, "a factor that is not in noise.interpolation_factors")


def figures_show_what_was_tested(config: Config) -> Iterator[str]:
    """Refuse a figure of a noise factor without test images, or of more than the image."""
    for region in ("interpolation", "extrapolation"):
        shown, tested = config["figures"][f"{region}_factor"], config["noise"][f"{region}_factors"]
        if shown not in tested:
            among = f"one of noise.{region}_factors ({', '.join(map(str, tested))})"
            yield refusal(f"figures.{region}_factor", shown, among)
    section, size = config["figures"]["section"], config["images"]["size"]
    if section > size:
        yield refusal("figures.section", section, f"at most images.size ({size})")


def thickness_of_the_material(config: Config) -> Iterator[str]:
    """Refuse MoS₂ with a thickness of 0, and graphene or hBN with another."""
    material, thickness = config["structures"]["material"], config["structures"]["thickness"]
    flat = MATERIALS[material].is_flat
    if flat != (thickness == 0):
        wanted = "0, as its atoms lie in one plane" if flat else "more than 0, as it has 3 planes"
        yield refusal("structures.thickness", thickness, f"for {material} {wanted}")


def map_nearest_to_its_sheet(config: Config) -> Iterator[str]:
    """Refuse a cell in which the map is nearer to the next periodic sheet than to its own."""
    cell, thickness = config["structures"]["cell_height"], config["structures"]["thickness"]
    height = config["map"]["height"]
    if cell <= 2 * height + thickness:
        room = f"twice map.height ({height} Å) plus structures.thickness ({thickness} Å)"
        yield refusal("structures.cell_height", cell, f"more than {room}")


def elements_known(config: Config) -> Iterator[str]:
    """Refuse structures of elements that dft.elements does not describe."""
    for symbol in elements(config):
        if symbol not in config["dft"]["elements"]:
            yield f"dft.elements.{symbol}: missing, but the structures contain {symbol}"


def map_within_the_orbitals(config: Config) -> Iterator[str]:
    """Refuse a map where all orbitals are zero; stored maps were checked when they were made."""
    if config["dft"]["engine"] != "maps":
        reach, source, radius = max(_reaches(config))
        if config["map"]["height"] >= reach:
            limit = f"less than {reach:.3f} Å, where the orbitals end ({source}: {radius} bohr)"
            yield refusal("map.height", config["map"]["height"], limit)


def background_target_for_background_noise(config: Config) -> Iterator[str]:
    """Refuse a target with background for a noise without it."""
    for name, recipe in models(config).items():
        if recipe["target"] == "background" and recipe["noise"] != "BBG":
            only = f"clean, as model {name} has noise {recipe['noise']} and not BBG"
            yield refusal(_said_by(config, name, "target"), recipe["target"], only)


def openmx_can_be_started(config: Config) -> Iterator[str]:
    """Refuse a command or launcher that cannot be a command line."""
    openmx = config["dft"]["openmx"]
    for key, fill in (("command", {}), ("launcher", {"ranks": 2, "threads": 1})):
        try:
            words = shlex.split(openmx[key].format(**fill) if fill else openmx[key])
        except (ValueError, LookupError, AttributeError, TypeError):
            words = []
        if not words:
            wanted = "a command line; a launcher may hold {ranks} and {threads}, nothing else"
            yield refusal(f"dft.openmx.{key}", openmx[key], wanted)


def shares_within_one(config: Config) -> Iterator[str]:
    """Refuse shares of patches, or a probability of salt and pepper, that exceed 1."""
    noise, background = config["noise"], config["noise"]["background"]
    dark, bright = background["dark_fraction"], background["bright_fraction"]
    if dark + bright > 1 + _ROUNDING:
        key = "noise.background.bright_fraction"
        yield refusal(key, bright, f"at most 1 - dark_fraction ({dark})")
    largest = max(
        max(noise[f"{use}_factors"]) for use in ("train", "interpolation", "extrapolation")
    )
    if noise["salt_pepper_ratio"] * largest > 1 + _ROUNDING:
        limit = f"at most {1 / largest:.6g}, so that p is at most 1 for C_noise = {largest}"
        yield refusal("noise.salt_pepper_ratio", noise["salt_pepper_ratio"], limit)


def patches_on_both_sides(config: Config) -> Iterator[str]:
    """Refuse a split with fewer than 2 patches for training or none for validation."""
    for name, recipe in models(config).items():
        training, validation = patch_counts(config, recipe)
        if training < 2 or validation < 1:
            need = f"at least 2 training and 1 validation patches, split by {recipe['split_by']}"
            got = f"model {name} would get {training} and {validation}"
            key = _said_by(config, name, "validation_fraction")
            yield refusal(key, recipe["validation_fraction"], f"{need}; {got}")


def tiles_share_less_than_half(config: Config) -> Iterator[str]:
    """Refuse an overlap with which three tiles of a micrograph would meet in a pixel."""
    tile, overlap = config["micrographs"]["tile"], config["micrographs"]["overlap"]
    if overlap > tile // 2:
        wanted = f"at most half of micrographs.tile ({tile})"
        yield refusal("micrographs.overlap", overlap, wanted)


def _said_by(config: Config, model: str, key: str) -> str:
    """Return the dotted key that gives the recipe of `model` its `key`."""
    return f"{f'models.{model}' if key in config['models'][model] else 'training'}.{key}"


def _reaches(config: Config) -> Iterator[tuple[float, str, float]]:
    """Yield each element's reach above the sheet [Å], with the key and radius [bohr] it is from."""
    dft = config["dft"]
    for symbol, depth in depths(config).items():
        key, radius = "dft.gpaw.basis_radius", dft["gpaw"]["basis_radius"]
        if dft["engine"] == "openmx":
            key, radius = f"dft.elements.{symbol}.pao", pao_radius(dft["elements"][symbol]["pao"])
        yield radius * _BOHR - depth, key, radius


CHECKS = (
    *(patches_fill_the_image, shifts_within_the_image, tilings_differ),
    *(models_have_names_of_their_own, regions_differ, figures_show_what_was_tested),
    *(thickness_of_the_material, map_nearest_to_its_sheet),
    *(elements_known, map_within_the_orbitals, background_target_for_background_noise),
    *(openmx_can_be_started, shares_within_one),
    *(patches_on_both_sides, tiles_share_less_than_half),
    *(networks_for_their_noise, patches_fit_into_scenes, ranges_ascend),
)
