"""The config is refused in one line that names the key, or every value in it can be used."""

import copy
import math
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from temdenoise.config import check as cfg

ROOT = Path(__file__).parents[3]
SCHEMA = cfg.load_schema(ROOT / "workflow/schemas/config.schema.yaml")
PAPER = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
DEMO = yaml.safe_load((ROOT / "config/demo.yaml").read_text("utf-8"))
# The paper with every key that a model may have, so that each can be replaced.
OWN = {"noise": "G"} | copy.deepcopy(PAPER["training"])
FULL = copy.deepcopy(PAPER) | {"models": PAPER["models"] | {"G": OWN}}
FULL["dft"]["openmx"]["modules"] = ["openmx/4.0"]
NAMES = {("dft", "elements"): "C", ("models",): "G"}
WRONG = {
    "boolean": [1, "yes", None, [], {}],
    "integer": ["many", 1.5, True, None, [1], {"a": 1}, math.nan],
    "number": ["many", "1e-8", True, None, [1.0], {"a": 1}, math.nan, math.inf],
    "string": [5, 0.5, True, None, ["a"], {"a": 1}],
    "array": ["many", 5, None, {"a": 1}],
    "object": ["many", 5, True, ["a"]],
}
KINDS = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "list",
    dict: "mapping",
    type(None): "null",
}


def merged(base, changes):
    both = isinstance(base, dict) and isinstance(changes, dict)
    if not both:
        return copy.deepcopy(changes)
    return copy.deepcopy(base) | {k: merged(base.get(k), v) for k, v in changes.items()}


def changed(text):
    return merged(PAPER, yaml.safe_load(text))


def walk(rule, path=()):
    """Yield a path into PAPER and its rule for every key and list item of the schema."""
    while "$ref" in rule:
        rule = Draft202012Validator(SCHEMA)._resolver.lookup(rule["$ref"]).contents
    if path:
        yield path, rule
    for name, below in rule.get("properties", {}).items():
        yield from walk(below, (*path, name))
    if isinstance(rule.get("additionalProperties"), dict):
        yield from walk(rule["additionalProperties"], (*path, NAMES[path]))
    if "items" in rule:
        yield from walk(rule["items"], (*path, 0))


def dotted(path):
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).removeprefix(".")


def with_value(path, value):
    config = copy.deepcopy(FULL)
    inner = config
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return config


def without(path):
    config = copy.deepcopy(PAPER)
    inner = config
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return config


def refused(config):
    with pytest.raises(cfg.ConfigError) as caught:
        cfg.check(config, SCHEMA)
    message = str(caught.value)
    assert message.splitlines() == [message]
    return message


RULES = dict(walk(SCHEMA))
LEAVES = {path: rule for path, rule in RULES.items() if "object" not in rule["type"]}
KEYS = [path for path in RULES if isinstance(path[-1], str)]
MISTAKES = [
    pytest.param(path, value, id=f"{dotted(path)}={value!r}")
    for path, rule in RULES.items()
    for value in WRONG[rule["type"][0] if isinstance(rule["type"], list) else rule["type"]]
    if value is not None or "null" not in rule["type"]
]


def outside(rule):
    """Values just beyond the bounds of a number."""
    step = 1 if rule["type"] == "integer" else 1e-6
    beyond = {
        "minimum": -step,
        "maximum": step,
        "exclusiveMinimum": 0,
        "exclusiveMaximum": 0,
        "multipleOf": 1,
    }
    return [rule[name] + more for name, more in beyond.items() if name in rule]


BEYOND = [
    pytest.param(path, value, id=f"{dotted(path)}={value}")
    for path, rule in LEAVES.items()
    for value in outside(rule)
]


@pytest.mark.parametrize("changes", [{}, DEMO], ids=["paper", "demo"])
def test_shipped_configs_are_valid(changes):
    cfg.check(merged(PAPER, changes), SCHEMA)


def test_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("path", "value"), MISTAKES)
def test_wrong_type_is_refused_by_the_name_of_its_key(path, value):
    message = refused(with_value(path, value))
    assert message.startswith(f"{dotted(path)}: got ")
    assert f"({KINDS[type(value)]}), allowed: " in message


@pytest.mark.parametrize(("path", "value"), BEYOND)
def test_value_beyond_a_bound_is_refused_by_the_name_of_its_key(path, value):
    assert refused(with_value(path, value)).startswith(f"{dotted(path)}: got {value} ")


@pytest.mark.parametrize(
    ("path", "rule"), [p for p in LEAVES.items() if "enum" in p[1] or "pattern" in p[1]]
)
@pytest.mark.parametrize("value", ["", "no such thing", "x\n", "x /y"])
def test_unknown_word_is_refused_by_the_name_of_its_key(path, rule, value):
    message = refused(with_value(path, value))
    assert message.startswith(f"{dotted(path)}: got ")
    assert all(word in message for word in rule.get("enum", rule.get("examples")))


@pytest.mark.parametrize(
    "path", [p for p in KEYS if p[:2] != ("models", "G") or p[-1] == "noise"], ids=dotted
)
def test_missing_key_is_named(path):
    assert refused(without(path)).startswith(f"{dotted(path)}: missing, ")


def close_keys(parent):
    return [path[-1] for path in KEYS if path[:-1] == parent]


@pytest.mark.parametrize("path", [p for p in KEYS if p[:-1] not in NAMES], ids=dotted)
@pytest.mark.parametrize("spoil", [lambda k: k + "s", str.upper], ids=["longer", "upper"])
def test_misspelt_key_brings_the_right_one_to_mind(path, spoil):
    wrong = spoil(path[-1])
    if wrong in close_keys(path[:-1]):  # image and images
        return
    config = with_value((*path[:-1], wrong), 1)
    message = refused(config)
    assert message.startswith(f"{dotted((*path[:-1], wrong))}: unknown key; ")
    assert f"did you mean {path[-1]!r}?" in message


@given(st.sampled_from([p for p in KEYS if p[:-1] not in NAMES]), st.data())
def test_two_letters_swapped_bring_a_key_of_the_same_group_to_mind(path, data):
    key = path[-1]
    at = data.draw(st.integers(0, len(key) - 2))
    wrong = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
    siblings = close_keys(path[:-1])
    if len(key) < 4 or wrong in siblings:
        return
    message = refused(with_value((*path[:-1], wrong), 1))
    assert any(f"did you mean {name!r}?" in message for name in siblings)


@pytest.mark.parametrize("path", [p for p in KEYS if p[:-1] not in NAMES], ids=dotted)
def test_misspelt_key_is_not_called_missing(path):
    if path[-1] + "s" in close_keys(path[:-1]):
        return
    config = without(path) if path[0] != "models" else copy.deepcopy(PAPER)
    inner = config
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1] + "s"] = 1
    assert refused(config).startswith(f"{dotted(path)}s: unknown key; ")


@pytest.mark.parametrize("key", ["epochs", "epoch"])
def test_key_in_the_wrong_place_is_shown_its_place(key):
    assert refused(changed(f"{key}: 5")) == f"{key}: unknown key; there is training.epochs"


def test_key_unlike_any_other_is_answered_with_the_keys_there_are():
    message = refused(changed("map: {zzzz: 1}"))
    assert message == "map.zzzz: unknown key; allowed here: height"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("dft: {openmx: {criterion: 1e-8}}", "YAML takes 1e-8 for text, write 1.0e-8"),
        ("dft: {openmx: {energy_cutoff: 3.0e2}}", "YAML takes 3.0e2 for text, write 3.0e+2"),
        ("training: {epochs: '150'}", "remove the quotes"),
        ("training: {epochs: 150.0}", "write 150"),
        ("run: 2024", "put it in quotes"),
        ("training:", "fill it or remove the key"),
        ("map: {height: .nan}", "a number must be finite"),
        ("map: {height: -.inf}", "a number must be finite"),
    ],
)
def test_mistake_that_yaml_invites_is_explained(text, hint):
    assert hint in refused(changed(text))


@pytest.mark.parametrize("number", ["1e-8", "+1E8", "-2.e3", "12.5e-10"])
def test_number_that_yaml_takes_for_text_is_rewritten_as_the_same_number(number):
    advice = refused(with_value(("map", "height"), number)).rpartition("write ")[2]
    assert yaml.safe_load(advice) == pytest.approx(float(number), rel=1e-12)


@pytest.mark.parametrize("config", [None, [], "paper", 5])
def test_config_must_be_a_mapping(config):
    assert refused(config).startswith("config: got ")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.dates(), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(list(RULES)), anything)
def test_no_value_anywhere_breaks_more_than_one_line(path, value):
    message = ""
    try:
        cfg.check(with_value(path, value), SCHEMA)
    except cfg.ConfigError as error:
        message = str(error)
    assert message.isprintable()
    assert len(message) < 600


def test_a_long_value_is_cut_short():
    assert '"xxxx' in (message := refused(changed(f"run: {'x' * 5000}")))
    assert len(message) < 300


@given(st.text() | st.integers() | st.dates())
def test_no_unknown_key_breaks_the_line(key):
    if key not in PAPER:
        assert refused(PAPER | {key: 1}).isprintable()


@given(st.text())
@example("a.b")
@example("a/b")
@example("G\n")
@example("é")
@example("1st")
@example("BBG-wide_2")
def test_a_name_of_a_model_is_refused_or_fit_for_a_file_name(name):
    config = with_value(("models", name), {"noise": "G"})
    if name.isascii() and name[:1].isalpha() and name.replace("-", "_").isidentifier():
        cfg.check(config, SCHEMA)
    else:
        assert refused(config).startswith("models, a name in it: got ")


def test_a_misspelling_is_told_before_a_wrong_value():
    assert refused(changed("{seed: -1, training: {epoch: 5}}")).startswith(
        "training.epoch: unknown"
    )


def test_first_problem_is_the_same_in_any_order():
    changes = "{training: {epochs: 0, gpus: -1}, map: {height: 0}, seed: -1}"
    config = changed(changes)
    backwards = dict(reversed(config.items()))
    backwards["training"] = dict(reversed(config["training"].items()))
    assert refused(config) == refused(backwards)


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
    "models: {SP: {validation_fraction: 0.9999}}": "models.SP.validation_fraction: got 0.9999",
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
    assert cfg.elements(config) == symbols
    known = config["dft"]["elements"]
    config["dft"]["elements"] = {symbol: known[symbol] for symbol in symbols}
    cfg.check(config, SCHEMA)
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
    cfg.check(config, SCHEMA)
    config["map"]["height"] = height
    assert refused(config).startswith(f"map.height: got {height}")


def test_atoms_are_those_of_all_cells():
    assert cfg.atoms_per_structure(PAPER) == 180
    assert cfg.atoms_per_structure(changed("structures: {material: hBN}")) == 180
    assert cfg.atoms_per_structure(changed("structures: {material: MoS2}")) == 270


def test_elements_of_other_materials_need_no_files(tmp_path):
    for path in ("PAO/B7.0.pao", "PAO/N6.0.pao", "VPS/B_PBE19.vps", "VPS/N_PBE19.vps"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    config = changed(f"structures: {{material: hBN}}\ndft: {{openmx: {{data_path: {tmp_path}}}}}")
    assert cfg.missing_data(config, tmp_path) is None
    (tmp_path / "PAO/N6.0.pao").unlink()
    assert cfg.missing_data(config, tmp_path).startswith("dft.elements.N.pao: got N6.0-s2p2d1, ")


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
        "run: '2024'",
    ],
)
def test_values_at_the_edge_of_what_is_possible_are_accepted(text):
    cfg.check(changed(text), SCHEMA)


@pytest.mark.parametrize(("path", "rule"), RULES.items(), ids=map(dotted, RULES))
def test_every_key_is_explained(path, rule):
    if not isinstance(path[-1], int):
        assert rule["description"].endswith(".")
        assert rule["type"] in ("object", ["object", "null"]) or rule["why"].endswith(".")
        kind = rule.get("items", rule)["type"]
        numeric = kind in ("integer", "number", ["number", "null"])
        assert ("unit" in rule) == numeric


@pytest.mark.parametrize(("path", "rule"), RULES.items(), ids=map(dotted, RULES))
def test_schema_is_closed_and_bounded(path, rule):
    if "properties" in rule:
        assert rule["additionalProperties"] is False
    elif rule["type"] == "object":
        assert "pattern" in rule["propertyNames"]
    elif rule["type"] in ("string", ["string", "null"]):
        assert {"enum", "pattern", "minLength"} & set(rule)
    elif rule["type"] not in ("array", "boolean"):
        assert {"minimum", "exclusiveMinimum"} & set(rule)


def test_a_model_may_say_whatever_training_says():
    model = SCHEMA["properties"]["models"]["additionalProperties"]["properties"]
    assert set(model) == {"noise", *SCHEMA["properties"]["training"]["properties"]}
    assert all(
        model[key]["$ref"].endswith(f"/training/properties/{key}")
        for key in model.keys() - {"noise"}
    )


def test_paper_has_the_patches_of_section_ii_g():
    assert cfg.patch_counts(PAPER) == (9011, 2253)


def test_split_by_image_keeps_the_copies_of_an_image_together():
    config = changed("training: {split_by: image}")
    copies = 4 * 4 * 64
    assert cfg.patch_counts(config) == (9 * copies, 2 * copies)


@given(
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.sampled_from(["patch", "image"]),
    st.lists(st.integers(1, 50), min_size=1, max_size=4),
    st.integers(0, 4),
)
def test_training_and_validation_patches_are_all_patches(fraction, split_by, counts, shifts):
    tiles = [{"grid": [2, n], "count": count} for n, count in enumerate(counts, 1)]
    images = {"tiles": {"train": tiles}, "shifts": list(range(1, shifts + 1))}
    recipe = {"validation_fraction": fraction, "split_by": split_by}
    config = merged(PAPER, {"images": images, "training": recipe})
    training, validation = cfg.patch_counts(config)
    total = sum(counts) * (1 + shifts) * 4 * 64
    assert training + validation == total
    group = total // sum(counts) if split_by == "image" else 1
    assert training % group == validation % group == 0
    assert abs(validation - fraction * total) <= 0.5 * group * (1 + 1e-9)


def test_a_models_own_split_counts_its_own_patches():
    recipe = cfg.models(changed("models: {G: {validation_fraction: 0.5}}"))["G"]
    assert cfg.patch_counts(PAPER, recipe) == (5632, 5632)


def test_model_is_training_with_its_own_keys_on_top():
    config = changed("models: {G: null, wide: {noise: SP, filters: [64, 128, 256]}}")
    models = cfg.models(config)
    assert list(models) == ["SP", "GSP", "BBG", "wide"]
    assert models["wide"] == PAPER["training"] | {"noise": "SP", "filters": [64, 128, 256]}
    assert models["SP"] == PAPER["training"] | {"noise": "SP"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("command", "openmx 'unbalanced"),
        ("command", " "),
        ("launcher", "srun -n {tasks}"),
        ("launcher", "srun -n {"),
    ],
)
def test_command_line_that_cannot_be_started_is_refused(key, value):
    config = copy.deepcopy(PAPER)
    config["dft"]["openmx"][key] = value
    message = refused(config)
    assert message.startswith(f"dft.openmx.{key}: ")
    assert "{ranks} and {threads}" in message


def test_a_baseline_without_its_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert cfg.missing_package(PAPER) is None
    wanted = changed("baselines: [tv, tk-r-em]")
    assert "pip install --no-deps tk_r_em" in cfg.missing_package(wanted)
    (tmp_path / "tk_r_em").mkdir()
    (tmp_path / "tk_r_em/__init__.py").touch()
    assert cfg.missing_package(wanted) is None


def test_noises_are_those_of_the_models_left():
    assert cfg.noises(PAPER) == ["G", "SP", "GSP", "BBG"]
    left = changed("models: {G: null, SP: null, second: {noise: GSP}}")
    assert cfg.noises(left) == ["GSP", "BBG"]


def test_structures_are_numbered_from_one():
    expected = ["train-1", "train-2", "train-3", "train-4", "train-5"]
    assert cfg.structure_names(PAPER, "train") == expected
    assert cfg.structure_names(PAPER, "test") == ["test-1"]


def test_regions_ascend_in_noise():
    config = changed("noise: {interpolation_factors: [0.22, 0.2], extrapolation_factors: [0.3, 0]}")
    assert list(cfg.regions(config).items()) == [
        (0.0, "extrapolation"),
        (0.2, "interpolation"),
        (0.22, "interpolation"),
        (0.3, "extrapolation"),
    ]


def test_config_is_checked_where_only_the_workflow_manager_is_installed():
    code = (
        "import sys\n"
        "for name in ('numpy', 'pandas', 'scipy', 'ase', 'skimage', 'keras', 'tensorflow'):\n"
        "    sys.modules[name] = None\n"
        "import temdenoise.config.check, temdenoise.config.docs\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "workflow/scripts", check=True)
