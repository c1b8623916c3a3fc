"""Values that contradict each other are refused in one line that names a key."""

import copy

import pytest
from configs import PAPER, changed, refused, with_value

from temdenoise.config import check

CONFLICTS = {
    "images: {size: 500}": "images.size: got 500 (integer), allowed: a multiple of",
    "images: {size: 128, patch_size: 64}": "images.size: got 128",
    "images: {patch_size: 62}": "images.patch_size: got 62",
    "images: {patch_size: 1024}": "images.size: got 512",
    "images: {shifts: [8, 512]}": "images.shifts[1]: got 512",
    "images: {tiles: {test: [{grid: [3, 3], count: 2}]}}": "images.tiles.test[0].count: got 2",
    "images: {tiles: {train: [{grid: [1, 2], count: 26}]}}": "images.tiles.train[0].count: got 26",
    "images: {tiles: {train: [{grid: [2, 2], count: 1}, {grid: [2, 2], count: 1}]}}": (
        "images.tiles.train[1].grid: got [2, 2]"
    ),
    "models: {G: null, SP: null, GSP: null, BBG: null}": "models: got ",
    "models: {tv: {noise: G}}": "models, a name in it: got ",
    "noise: {extrapolation_factors: [0.30, 0.24]}": "noise.extrapolation_factors[1]: got 0.24",
    "figures: {interpolation_factor: 0.19}": "figures.interpolation_factor: got 0.19",
    "figures: {extrapolation_factor: 0.20}": "figures.extrapolation_factor: got 0.2 ",
    "figures: {section: 513}": "figures.section: got 513",
    "structures: {cell_height: 6.0}": "structures.cell_height: got 6.0",
    "structures: {material: MoS2, thickness: 3.2, cell_height: 9.2}": (
        "structures.cell_height: got 9.2"
    ),
    "structures: {thickness: 0.1}": "structures.thickness: got 0.1 (number), allowed: for graphene",
    "structures: {material: hBN, thickness: 3.13}": "structures.thickness: got 3.13",
    "structures: {material: MoS2}": "structures.thickness: got 0.0",
    "structures: {material: MoS2, thickness: 0}": "structures.thickness: got 0 ",
    "structures: {material: hBN}\nmap: {height: 3.705}": "map.height: got 3.705",
    "structures: {material: MoS2, thickness: 3.13}\nmap: {height: 3.705}": "map.height: got 3.705",
    "map: {height: 3.176}": "map.height: got 3.176",
    "dft: {engine: gpaw, gpaw: {basis_radius: 5.6}}": "map.height: got 3.0",
    "training: {target: background}": "training.target: got ",
    "models: {SP: {target: background}}": "models.SP.target: got ",
    "noise: {background: {dark_fraction: 0.86}}": "noise.background.bright_fraction: got 0.15",
    "noise: {salt_pepper_ratio: 2.8}": "noise.salt_pepper_ratio: got 2.8",
    "training: {validation_fraction: 0.9999}": "training.validation_fraction: got 0.9999",
    "training: {validation_fraction: 0.00001}": "training.validation_fraction: got 1e-05",
    "training: {split_by: image, validation_fraction: 0.01}": "training.validation_fraction: got",
    "micrographs: {overlap: 130}": "micrographs.overlap: got 130",
    "models: {SP: {validation_fraction: 0.9999}}": "models.SP.validation_fraction: got 0.9999",
    "models: {SP: {filters: [4, 8]}}": "models.SP.filters: got [4, 8]",
    "models: {SP: {network: unshuffle}}": 'models.SP.network: got "unshuffle"',
    "models: {any: {noise: instrument}}": 'training.network: got "paper"',
    "models: {any: {noise: instrument, network: bias-free, filters: [4, 4, 4, 4, 4]}}\n"
    "scenes: {patch_size: 72}": "scenes.patch_size: got 72",
    "scenes: {patch_size: 177}": "scenes.patch_size: got 177",
    "scenes: {bond_px: [24, 4]}": "scenes.bond_px: got [24, 4]",
    "instrument: {counts: [500, 2]}": "instrument.counts: got [500, 2]",
    "instrument: {shares: {counts: 0, readout: 0, paper: 0}}": "instrument.shares: got ",
}


@pytest.mark.parametrize(("text", "start"), CONFLICTS.items())
def test_values_that_contradict_each_other_are_refused(text, start):
    assert refused(changed(text)).startswith(start)


def test_structures_of_an_element_the_engines_do_not_know_are_refused():
    elements = {"Mo": {"valence_electrons": 14, "pao": "Mo7.0-s3p2d1", "vps": "Mo_PBE19"}}
    assert refused(with_value(("dft", "elements"), elements)).startswith("dft.elements.C: missing")


@pytest.mark.parametrize(
    ("material", "thickness", "symbols"),
    [("graphene", 0, ["C"]), ("hBN", 0, ["B", "N"]), ("MoS2", 3.13, ["Mo", "S"])],
)
def test_only_the_elements_of_the_material_must_be_known(material, thickness, symbols):
    config = changed(f"structures: {{material: {material}, thickness: {thickness}}}")
    assert check.elements(config) == symbols
    known = config["dft"]["elements"]
    config["dft"]["elements"] = {symbol: known[symbol] for symbol in symbols}
    check.check(config)
    for symbol in symbols:
        left = {other: known[other] for other in known if other != symbol}
        config["dft"]["elements"] = left
        assert refused(config) == (
            f"dft.elements.{symbol}: missing, but the structures contain {symbol}"
        )


@pytest.mark.parametrize(("radius", "height"), [("9.0", 3.705), ("11.0", 4.26)])
def test_orbitals_reach_less_far_from_the_middle_of_the_sheet(radius, height):
    config = changed("structures: {material: MoS2, thickness: 3.13}")
    config["dft"]["elements"]["Mo"]["pao"] = f"Mo{radius}-s3p2d2"
    config["map"]["height"] = height - 0.01
    check.check(config)
    config["map"]["height"] = height
    assert refused(config).startswith(f"map.height: got {height}")


def test_wide_orbitals_of_an_element_that_is_not_there_do_not_reach_the_map():
    other = "Mo: {valence_electrons: 14, pao: Mo9.0-s3p2d1, vps: Mo_PBE19}"
    text = f"dft: {{elements: {{{other}}}}}\nmap: {{height: 3.5}}"
    assert refused(changed(text)).startswith("map.height: got 3.5")


@pytest.mark.parametrize(
    "text",
    [
        "images: {size: 192}\nfigures: {section: 192}",
        "images: {shifts: []}",
        "images: {shifts: [511]}",
        "images: {tiles: {train: [{grid: [1, 2], count: 25}, {grid: [2, 1], count: 25}]}}",
        "models: {G: null, SP: null, GSP: null}",
        "structures: {cell_height: 6.01}",
        "structures: {material: MoS2, thickness: 3.2, cell_height: 9.21}",
        "structures: {material: hBN, thickness: 0, lattice_constant: 2.504}\nmap: {height: 3.7}",
        "map: {height: 3.17}",
        "noise: {background: {dark_fraction: 0.3, bright_fraction: 0.7}}",
        "noise: {background: {dark_fraction: 0.9, bright_fraction: 0.1}}",
        "noise: {salt_pepper_ratio: 2.7777777777777777}",
        "models: {BBG: {target: background}}",
        "training: {target: background}\nmodels: {G: null, SP: null, GSP: null}",
        "training: {target: background}\n"
        "models: {G: {target: clean}, SP: {target: clean}, GSP: {target: clean}}",
        "training: {split_by: image, validation_fraction: 0.05}",
        "dft: {elements: {S: {valence_electrons: 6, pao: S2.0-s2p2, vps: S_PBE19}}}",
        "dft: {openmx: {command: 'srun --mpi=pmix openmx'}}",
        "micrographs: {overlap: 128}",
        "run: '2024'",
    ],
)
def test_values_at_the_edge_of_what_is_possible_are_accepted(text):
    check.check(changed(text))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("command", "openmx 'unbalanced"),
        ("command", " "),
        ("launcher", "srun -n {tasks}"),
        ("launcher", "srun -n {"),
        ("launcher", "srun -n {ranks.real.x}"),
        ("launcher", "srun -n {ranks[0]}"),
    ],
)
def test_command_line_that_cannot_be_started_is_refused(key, value):
    config = copy.deepcopy(PAPER)
    config["dft"]["openmx"][key] = value
    message = refused(config)
    assert message.startswith(f"dft.openmx.{key}: ")
    assert "{ranks} and {threads}" in message
