"""Which keys may a config have? All sections put together, also as a JSON schema."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from temdenoise.config.sections.density import Density
from temdenoise.config.sections.evaluation import Evaluation
from temdenoise.config.sections.images import Images
from temdenoise.config.sections.micrographs import Micrographs
from temdenoise.config.sections.networks import Networks
from temdenoise.config.sections.reports import Reports
from temdenoise.config.sections.run import Run
from temdenoise.config.sections.scenes import Scenes
from temdenoise.config.sections.structures import Structures

Rule = Mapping[str, Any]

_DROPPED = ("$defs", "default", "patternProperties", "title")


# pydantic orders keys from the last base to the first.
class Settings(
    Reports, Micrographs, Evaluation, Networks, Scenes, Images, Density, Structures, Run
):
    """All settings of a run, from the atoms to the figures."""


STAGES = (Run, Structures, Density, Images, Scenes, Networks, Evaluation, Micrographs, Reports)


@cache
def schema() -> Rule:
    """Return the JSON schema of the config, each key in full: no `$ref`, null among the types.

    Besides the standard keywords a key has `unit`, `why` (the reason for the value in
    config/config.yaml) and `because` (the reason for a bound).
    """
    whole = Settings.model_json_schema()
    return _plain(whole, whole["$defs"])


def keys(rule: Rule, path: str = "") -> Iterator[tuple[str, Rule]]:
    """Yield the dotted key and the rule of every key below `rule`, from the top down.

    ``<name>`` stands for a name of the author's choice, ``[]`` for the items of a list. The keys of
    `training` that a model may have are not among them.
    """
    for name, below in _below(rule):
        key = dotted(path, name)
        yield key, below
        yield from keys(below, key)


def dotted(path: str, name: str | int) -> str:
    """Return the key of `name` below `path`: "a.b", or "a[0]" and "a[]" for items of a list."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path and name != "[]" else f"{path}{name}"


def _below(rule: Rule) -> Iterator[tuple[str, Rule]]:
    yield from ((key, rule["properties"][key]) for key in rule.get("required", ()))
    if isinstance(rule.get("additionalProperties"), Mapping):
        yield "<name>", rule["additionalProperties"]
    if rule.get("items", {}).get("type") == "object":
        yield "[]", rule["items"]


def _plain(rule: Rule, parts: Mapping[str, Rule]) -> dict[str, Any]:
    if "$ref" in rule:
        part = parts[rule["$ref"].rpartition("/")[2]]
        return _plain({**part, **{key: rule[key] for key in rule if key != "$ref"}}, parts)
    if "anyOf" in rule:  # a value or null
        value = _plain(rule["anyOf"][0], parts)
        own = {key: rule[key] for key in rule if key != "anyOf"}
        return _plain({**value, **own, "type": [value["type"], "null"]}, parts)
    kept = {key: value for key, value in rule.items() if key not in _DROPPED}
    kept |= _described(rule)
    if "properties" in rule:
        kept["properties"] = {key: _plain(r, parts) for key, r in rule["properties"].items()}
    if "items" in rule:
        kept["items"] = _plain(rule["items"], parts)
    for pattern, value in rule.get("patternProperties", {}).items():
        kept["propertyNames"] = {"type": "string", "pattern": pattern, **rule["propertyNames"]}
        kept["additionalProperties"] = _plain(value, parts)
    return kept


def _described(rule: Rule) -> dict[str, str]:
    """Return the meaning of a key and the reason for its value, each as one line."""
    text = " ".join(rule.get("description", "").split())
    meaning, _, why = text.partition(" Why: ")
    return {key: said for key, said in (("description", meaning), ("why", why)) if said}
