"""Every key is explained, closed and bounded; the shipped configs have all of them."""

import re

import yaml
from configs import PAPER, ROOT, merged

from temdenoise.config import check
from temdenoise.config.schema import keys, schema

RULES = dict(keys(schema()))
LEAVES = {key: rule for key, rule in RULES.items() if "object" not in rule["type"]}


def leaves(config, path=""):
    """Yield the key of each value of a config, lists being values."""
    for name, value in config.items():
        key = re.sub(r"^(models|dft\.elements)\.\w+$", r"\1.<name>", f"{path}{name}")
        if isinstance(value, dict):
            yield from leaves(value, f"{key}.")
        else:
            yield key


def kinds(rule):
    types = rule.get("items", rule)["type"]
    return {types} if isinstance(types, str) else set(types)


def test_every_key_says_what_it_means_and_why_it_has_its_value():
    assert not [key for key, rule in RULES.items() if not rule["description"].endswith(".")]
    of_items = {key for key in LEAVES if key.endswith("[]")}
    assert not [key for key in LEAVES.keys() - of_items if not LEAVES[key]["why"].endswith(".")]


def test_every_number_has_a_unit_and_nothing_else_has():
    numeric = {key for key, rule in RULES.items() if kinds(rule) & {"integer", "number"}}
    assert numeric == {key for key, rule in RULES.items() if "unit" in rule}


def test_every_mapping_is_closed_or_says_which_names_it_takes():
    mappings = {key: rule for key, rule in RULES.items() if "object" in kinds(rule)}
    closed = {key for key, rule in mappings.items() if rule.get("additionalProperties") is False}
    named = {key for key, rule in mappings.items() if "pattern" in rule.get("propertyNames", {})}
    lists = {key for key, rule in mappings.items() if rule["type"] == "array"}
    assert schema()["additionalProperties"] is False
    assert closed | named | lists == set(mappings)


def test_every_value_is_bounded():
    bounds = {"enum", "pattern", "minLength", "minimum", "exclusiveMinimum"}
    plain = {key: rule.get("items", rule) for key, rule in LEAVES.items()}
    free = {key for key, rule in plain.items() if not bounds & set(rule)}
    assert free == {"dft.openmx.density_only", "training.pretrained"} | {
        f"images.tiles.{split}" for split in ("train", "test")
    }


def test_no_key_may_be_left_out_but_those_of_training_in_a_model():
    rules = {"": schema()} | RULES
    left = {
        (key, name)
        for key, rule in rules.items()
        for name in rule.get("properties", {}).keys() - set(rule.get("required", ()))
    }
    training = schema()["properties"]["training"]["properties"]
    assert left == {("models.<name>", name) for name in training}


def test_the_base_config_has_every_key_and_no_other():
    groups = {key for key in LEAVES if re.search(r"\[\]", key)}
    assert set(leaves(PAPER)) == LEAVES.keys() - groups


def test_every_shipped_config_is_valid():
    for path in (ROOT / "config").glob("*.yaml"):
        check.check(merged(PAPER, yaml.safe_load(path.read_text("utf-8"))))


def test_a_model_may_say_whatever_training_says():
    training = schema()["properties"]["training"]["properties"]
    model = schema()["properties"]["models"]["additionalProperties"]["properties"]
    assert model.keys() == {"noise"} | training.keys()
    assert {key: rule for key, rule in model.items() if key != "noise"} == training
