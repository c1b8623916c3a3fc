"""The shipped configs, and configs that differ from them."""

import copy
from functools import reduce
from pathlib import Path

import pytest
import yaml

from temdenoise.config import check

ROOT = Path(__file__).parents[2]
PAPER = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
# The paper with every key that a model may have, so that each can be replaced.
FULL = copy.deepcopy(PAPER)
FULL["models"]["G"] |= copy.deepcopy(PAPER["training"])
FULL["dft"]["openmx"]["modules"] = ["openmx/4.0"]


def merged(base, changes):
    if not (isinstance(base, dict) and isinstance(changes, dict)):
        return copy.deepcopy(changes)
    return copy.deepcopy(base) | {k: merged(base.get(k), v) for k, v in changes.items()}


def changed(text):
    """Return the paper's config, changed by a text of YAML."""
    return merged(PAPER, yaml.safe_load(text))


def parent(config, path):
    """Return what holds the last part of `path`."""
    return reduce(lambda inner, part: inner[part], path[:-1], config)


def with_value(path, value):
    config = copy.deepcopy(FULL)
    parent(config, path)[path[-1]] = value
    return config


def without(path):
    config = copy.deepcopy(FULL)
    del parent(config, path)[path[-1]]
    return config


def refused(config):
    """Return the line that `config` is refused with."""
    with pytest.raises(check.ConfigError) as caught:
        check.check(config)
    message = str(caught.value)
    assert message.isprintable()
    return message
