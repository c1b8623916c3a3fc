"""A wrong key or value is refused in one line that names the key."""

import copy
import math
from collections import OrderedDict

import pytest
import yaml
from configs import FULL, PAPER, changed, parent, refused, with_value, without
from hypothesis import example, given
from hypothesis import strategies as st

from temdenoise.config import check
from temdenoise.config.schema import schema

NAMES = {("dft", "elements"): "C", ("models",): "G"}
WRONG = {
    "boolean": [1, "yes", None, [], {}],
    "integer": ["many", 1.5, 1.0, True, None, [1], {"a": 1}, math.nan],
    "number": ["many", "1e-8", True, None, [1.0], {"a": 1}, math.nan, math.inf, 10**400],
    "string": [5, 0.5, True, None, ["a"], {"a": 1}, "", "\ud800"],
    "array": ["many", 5, None, {"a": 1}, (1, 2)],
    "object": ["many", 5, True, ["a"]],
}
KINDS = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "mapping"}
KINDS |= {list: "list", tuple: "tuple", type(None): "null"}
BEYOND = {
    "minimum": lambda bound, step: bound - step,
    "maximum": lambda bound, step: bound + step,
    "exclusiveMinimum": lambda bound, step: bound,
    "exclusiveMaximum": lambda bound, step: bound,
    "multipleOf": lambda bound, step: bound + 1,
}


def walk(rule, path=()):
    """Yield a path into the config, and its rule, for every key and item of a list."""
    if path:
        yield path, rule
    for name, below in rule.get("properties", {}).items():
        yield from walk(below, (*path, name))
    if isinstance(rule.get("additionalProperties"), dict):
        yield from walk(rule["additionalProperties"], (*path, NAMES[path]))
    if "items" in rule:
        yield from walk(rule["items"], (*path, 0))


RULES = dict(walk(schema()))
KEYS = [path for path in RULES if isinstance(path[-1], str) and path[:-1] not in NAMES]


def dotted(path):
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).removeprefix(".")


def kinds(rule):
    return rule["type"] if isinstance(rule["type"], list) else [rule["type"]]


def words(rule):
    return rule.get("enum") or rule["examples"]


def test_every_value_of_a_wrong_kind_is_refused_by_the_name_of_its_key():
    for path, rule in RULES.items():
        for value in WRONG[kinds(rule)[0]]:
            if value is not None or "null" not in kinds(rule):
                message = refused(with_value(path, value))
                assert message.startswith(f"{dotted(path)}: got ")
                assert f"({KINDS[type(value)]}), allowed: " in message


def test_every_value_beyond_a_bound_is_refused_by_the_name_of_its_key():
    for path, rule in RULES.items():
        step = 1 if rule["type"] == "integer" else 1e-6
        for value in (beyond(rule[name], step) for name, beyond in BEYOND.items() if name in rule):
            assert refused(with_value(path, value)).startswith(f"{dotted(path)}: got {value} ")


def test_every_unknown_word_is_answered_with_the_words_there_are():
    for path, rule in RULES.items():
        if "enum" in rule or "pattern" in rule:
            for value in ("no such thing", "x /y", f"{words(rule)[0]}\n"):
                message = refused(with_value(path, value))
                assert message.startswith(f"{dotted(path)}: got ")
                assert all(word in message for word in words(rule))


def test_every_missing_key_is_named():
    for path in KEYS:
        if path[:2] != ("models", "G") or path[-1] == "noise":
            assert refused(without(path)).startswith(f"{dotted(path)}: missing, allowed: ")


@pytest.mark.parametrize("spoil", [lambda key: key + "s", str.upper], ids=["longer", "upper"])
@pytest.mark.parametrize("start", [without, lambda _: FULL], ids=["instead", "besides"])
def test_every_misspelt_key_brings_the_right_one_to_mind(spoil, start):
    for path in KEYS:
        wrong = (*path[:-1], spoil(path[-1]))
        config = copy.deepcopy(start(path))
        parent(config, wrong)[wrong[-1]] = 1
        message = refused(config)
        assert message.startswith(f"{dotted(wrong)}: unknown key; did you mean {path[-1]!r}?")


@given(st.sampled_from(KEYS), st.data())
def test_two_letters_swapped_bring_a_key_of_the_same_group_to_mind(path, data):
    key = path[-1]
    at = data.draw(st.integers(0, len(key) - 2))
    wrong = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
    siblings = [other[-1] for other in KEYS if other[:-1] == path[:-1]]
    if len(key) >= 4 and wrong not in siblings:
        message = refused(with_value((*path[:-1], wrong), 1))
        assert any(f"did you mean {name!r}?" in message for name in siblings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch: 5", "epoch: unknown key; there is training.epochs"),
        ("map: {zzzz: 1}", "map.zzzz: unknown key; allowed here: height"),
        ("5: 6", "5: unknown key; allowed here: run, seed, "),
        ("map: {2026-01-01: 1}", "map.2026-01-01: unknown key; allowed here: height"),
        ("models: {G: {epoch: 5}}", "models.G.epoch: unknown key; did you mean 'epochs'?"),
        ("images: {tiles: {test: [{grids: 1}]}}", "images.tiles.test[0].grids: unknown key; did"),
        ("images: {tiles: {test: [{grid: [1, 1]}]}}", "images.tiles.test[0].count: missing, "),
        ("models: {new: {}}", "models.new.noise: missing, allowed: G, SP, GSP, BBG or instrument"),
        ("models: {5: {noise: G}}", "models, a name in it: got 5 (integer), allowed: text such as"),
        ("models: {'[key]': 5}", "models.[key]: got 5 (integer), allowed: mapping or null"),
        ("models: {'[key]': {noise: G}}", 'models, a name in it: got "[key]" (string), allowed: '),
        ("dft: {elements: {carbon: {}}}", "dft.elements.carbon.pao: missing, "),
        ("dft: {elements: {carbon: 4}}", 'dft.elements, a name in it: got "carbon" (string), '),
        ("images: {shifts: [8, 8]}", "images.shifts: got [8, 8] (list), allowed: list of 0 or "),
        ("noise: {train_factors: [1, 1.0]}", "noise.train_factors: got [1, 1.0] (list), "),
        (
            "baselines: [tv, tv]",
            'baselines: got ["tv", "tv"] (list), allowed: list of 0 or more, all',
        ),
        ("dft: {kgrid: [1, 1]}", "dft.kgrid: got [1, 1] (list), allowed: list of exactly 3, each "),
        ("run: &me [*me]", "run: got … (list), allowed: text such as paper or my-run_2"),
    ],
)
def test_problem_is_said_in_these_words(text, message):
    assert refused(changed(text)).startswith(message)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("dft: {openmx: {criterion: 1e-8}}", "YAML takes 1e-8 for text, write 1.0e-8"),
        ("dft: {openmx: {energy_cutoff: 3.0e2}}", "YAML takes 3.0e2 for text, write 3.0e+2"),
        ("micrographs: {bond_length: '0.2'}", "remove the quotes"),
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


def test_mappings_of_snakemake_are_taken_as_they_are():
    config = OrderedDict(PAPER, models=OrderedDict(PAPER["models"]))
    before = copy.deepcopy(config)
    check.check(config)
    assert config == before


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.integers() | st.dates(), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(list(RULES)), anything)
def test_no_value_anywhere_breaks_more_than_one_line(path, value):
    message = ""
    try:
        check.check(with_value(path, value))
    except check.ConfigError as error:
        message = str(error)
    assert message.isprintable()
    assert len(message) < 600


@given(anything)
def test_no_config_at_all_breaks_more_than_one_line(config):
    assert len(refused(config)) < 600


def test_a_long_value_is_cut_short():
    assert '"xxxx' in (message := refused(changed(f"run: {'x' * 5000}")))
    assert len(message) < 300


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
        check.check(config)
    else:
        assert refused(config).startswith("models, a name in it: got ")


def test_a_misspelling_is_told_before_a_missing_key_and_that_before_a_wrong_value():
    for key in ("epoch", "5", "2026-01-01"):
        text = f"{{seed: -1, training: {{{key}: 5}}, models: {{new: {{}}}}}}"
        assert refused(changed(text)).startswith(f"training.{key}: unknown key; ")
    assert refused(changed("{seed: -1, models: {new: {}}}")).startswith("models.new.noise: missing")


def test_first_problem_is_the_same_in_any_order():
    config = changed("{training: {epochs: 0, gpus: -1}, map: {height: 0}, seed: -1}")
    backwards = dict(reversed(config.items()))
    backwards["training"] = dict(reversed(config["training"].items()))
    assert refused(config) == refused(backwards)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("image: my.dm4", "image: unknown key; the command temdenoise denoises single images"),
        ("training: {restore: true}", "training.restore: unknown key; it is training.pretrained"),
        ("micrographs: {sheet: a}", "micrographs.sheet: unknown key; it is micrographs.samples"),
    ],
)
def test_a_former_key_is_told_apart_from_a_misspelt_one(text, said):
    assert refused(changed(text)).startswith(said)
