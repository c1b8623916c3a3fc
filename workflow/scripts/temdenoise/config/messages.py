"""What is wrong with a config, in one line for its author?"""

import difflib
import json
import math
import re
from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from temdenoise.config.allowed import allowed
from temdenoise.config.schema import Rule, Settings, dotted, keys, schema

_LONGEST_VALUE = 60
_KINDS = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (Mapping, "mapping"),
    (list, "list"),
    (type(None), "null"),
)
_COMMAND = "the command temdenoise denoises single images: temdenoise --help"
_FORMER = {
    **dict.fromkeys(("image", "model", "pixel_size", "bond_length"), _COMMAND),
    "training.restore": "it is training.pretrained now",
    "micrographs.sheet": "it is micrographs.samples now",
}
# A misspelt key is also a missing one. Report the misspelling, which the author can see.
_RANKS = {"extra_forbidden": 0, "invalid_key": 0, "missing": 1}


def first_violation(config: object) -> str | None:
    """Return the first problem of a key or value, unknown keys first, or None."""
    try:
        Settings.model_validate(config)
    except ValidationError as found:
        return _explained(min(found.errors(include_url=False), key=_rank))
    return None


def refusal(key: str, value: object, allowed: str) -> str:
    """Return the line that refuses `value` for `key` and says what is allowed."""
    return f"{key}: got {_shown(value)} ({_kind(value)}), allowed: {allowed}"


def one_line(text: str) -> str:
    """Escape whatever in `text` would break the line or cannot be seen."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _rank(error: ErrorDetails) -> tuple[int, list[str]]:
    path = [f"{part:06}" if isinstance(part, int) else part for part in error["loc"]]
    path = path[:-2] if path[-1:] == ["[key]"] else path  # the name before its values
    return _RANKS.get(error["type"], 2), path


def _explained(error: ErrorDetails) -> str:
    path, value = error["loc"], error["input"]
    if error["type"] == "extra_forbidden":
        return _unknown(*_found(path[:-1]), str(path[-1]))
    if error["type"] == "invalid_key":
        return _unknown(*_found(path[:-1]), str(value))
    if path[-1:] == ("[key]",) and "propertyNames" in (group := _found(path[:-2]))[1]:
        key, rule = f"{group[0]}, a name in it", group[1]["propertyNames"]
    else:
        key, rule = _found(path)
    if error["type"] == "missing":
        return f"{key}: missing, allowed: {allowed(rule)}"
    return refusal(key or "config", value, allowed(rule)) + _hint(value, rule)


def _found(path: Sequence[str | int]) -> tuple[str, Rule]:
    """Return the dotted key at `path` and its rule."""
    key, rule = "", schema()
    for part in path:
        if "items" in rule:
            key, rule = dotted(key, part), rule["items"]
        else:
            own = rule.get("properties", {})
            key, rule = dotted(key, str(part)), own.get(part) or rule["additionalProperties"]
    return key, rule


def _unknown(group: str, rule: Rule, name: str) -> str:
    if (key := dotted(group, name)) in _FORMER:
        return f"{key}: unknown key; {_FORMER[key]}"
    known = list(rule["properties"])
    near = difflib.get_close_matches(name.lower(), known, n=1)
    elsewhere = _homes(name if near else name.lower(), exact=bool(near))
    advice = [f"did you mean {near[0]!r}?"] if near else []
    advice += [f"there is {' and '.join(elsewhere)}"] if elsewhere else []
    advice = advice or [f"allowed here: {', '.join(known)}"]
    return f"{dotted(group, name)}: unknown key; {'; '.join(advice)}"


def _homes(name: str, *, exact: bool) -> list[str]:
    homes = {key: key.rsplit(".")[-1] for key, _ in keys(schema())}
    near = [name] if exact else difflib.get_close_matches(name, set(homes.values()), n=1)
    return [key for key, last in homes.items() if last in near]


def _hint(value: object, rule: Rule) -> str:
    wanted = rule["type"]
    if isinstance(value, str) and ("integer" in wanted or "number" in wanted):
        return _text_hint(value.strip())
    if isinstance(value, float) and not math.isfinite(value):
        return "; a number must be finite"
    if isinstance(value, float) and wanted == "integer" and value.is_integer():
        return f"; write {int(value)}"
    if wanted == "string" and isinstance(value, bool | int | float):
        return "; put it in quotes"
    if value is None and wanted == "object":
        return "; fill it or remove the key"
    return ""


def _text_hint(value: str) -> str:
    power = re.fullmatch(r"([-+]?\d+)\.?(\d*)e([-+]?)(\d+)", value.lower())
    if power:
        whole, fraction, sign, exponent = power.groups()
        number = f"{whole}.{fraction or 0}e{sign or '+'}{exponent}"
        return f"; YAML takes {value} for text, write {number}"
    if re.fullmatch(r"[-+]?\d+\.?\d*", value):
        return "; it is text: remove the quotes, or give it in a --configfile, not by --config"
    return ""


def _shown(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str, skipkeys=True)
    except ValueError:  # a list that holds itself, by an anchor of YAML
        return "…"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), type(value).__name__)
