"""Which values does a key of the config allow? The JSON schema in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]


def branches(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the name and the schema of each key directly below `schema`.

    ``<name>`` stands for a name of the author's choice, ``[]`` for the items of a list. Keys
    that another part of the schema describes (`$ref`) are passed over.
    """
    own = schema.get("properties", {}).items()
    yield from ((name, below) for name, below in own if "$ref" not in below)
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield "<name>", schema["additionalProperties"]
    if schema.get("items", {}).get("type") == "object":
        yield "[]", schema["items"]


def keys(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield the dotted key and the schema of every key below `schema`, from the top down."""
    for name, below in branches(schema):
        key = dotted(path, name)
        yield key, below
        yield from keys(below, key)


def dotted(path: str, name: str | int) -> str:
    """Return the key of `name` below `path`: "a.b", or "a[0]" and "a[]" for items of a list."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path and name != "[]" else f"{path}{name}"


def resolved(rule: Schema, schema: Schema) -> Schema:
    """Return the part of `schema` that `rule` refers to, or `rule` itself."""
    if "$ref" not in rule:
        return rule
    for part in rule["$ref"].split("/")[1:]:
        schema = schema[part]
    return schema


def allowed(rule: Schema) -> str:
    """Say which values the `rule` of one key allows."""
    words = _list(rule) if rule.get("type") == "array" else _scalar(rule)
    return f"{words} ({rule['because']})" if "because" in rule else words


def _list(rule: Schema) -> str:
    least, most = rule.get("minItems", 0), rule.get("maxItems")
    words = f"list of exactly {most}" if least == most else f"list of {least} or more"
    words += ", all different" if rule.get("uniqueItems") else ""
    items = rule["items"]
    return words if items["type"] == "object" else f"{words}, each {allowed(items)}"


def _scalar(rule: Schema) -> str:
    if "enum" in rule:
        return _either(rule["enum"])
    if rule["type"] == "string":
        return f"text such as {_either(rule['examples'])}"
    if rule["type"] == "boolean":
        return "true or false"
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    names = ["mapping" if kind == "object" else kind for kind in kinds]
    return _either(names) + _bounds(rule)


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if words[1:] else words[0]


def _bounds(rule: Schema) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    words = [f"{sign} {rule[name]}" for name, sign in signs.items() if name in rule]
    words += [f"a multiple of {rule['multipleOf']}"] if "multipleOf" in rule else []
    return f" {' and '.join(words)}" if words else ""
