"""What is wrong with a config, in one line for its author?"""

import difflib
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError, validators

from temdenoise.config.schema import Schema, allowed, dotted, keys, resolved

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


def first_violation(config: object, schema: Schema) -> str | None:
    """Return what is wrong with `config` by `schema`, unknown keys first; None if nothing is."""
    errors = sorted(_Validator(schema).iter_errors(config), key=_rank)
    return _explained(errors[0], schema) if errors else None


def refusal(key: str, value: object, allowed: str) -> str:
    """Say that `key` may not have `value`, and what is allowed."""
    return f"{key}: got {_shown(value)} ({_kind(value)}), allowed: {allowed}"


def one_line(text: str) -> str:
    """Escape whatever in `text` would break the line or cannot be seen."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _is_integer(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_: object, value: object) -> bool:
    return _is_integer(_, value) or (isinstance(value, float) and math.isfinite(value))


def _is_mapping(_: object, value: object) -> bool:
    return isinstance(value, Mapping)


def _match_whole(_: Any, pattern: str, value: object, __: Any) -> Iterator[ValidationError]:
    # Python's "$" also matches before a final line break, which a file name must not have.
    if isinstance(value, str) and not re.fullmatch(pattern, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_Validator = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {"pattern": _match_whole},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": _is_integer, "number": _is_number, "object": _is_mapping}
    ),
)


def _rank(error: ValidationError) -> tuple[int, list[str], str]:
    # A misspelt key is also a missing one; the misspelling is what the author can see.
    order = ["additionalProperties", "required", str(error.validator)]
    path = [f"{part:06}" if isinstance(part, int) else str(part) for part in error.absolute_path]
    return order.index(str(error.validator)), path, str(error.validator)


def _explained(error: ValidationError, schema: Schema) -> str:
    key = ""
    for part in error.absolute_path:
        key = dotted(key, part)
    if error.validator == "additionalProperties":
        return _unknown(key, error, schema)
    if error.validator == "required":
        return _missing(key, error, schema)
    if "propertyNames" in error.absolute_schema_path:
        key = f"{key}, a name in it"
    return refusal(key or "config", error.instance, allowed(_rule(error))) + _hint(error)


def _rule(error: ValidationError) -> Schema:
    return cast(Schema, error.schema)


def _instance(error: ValidationError) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], error.instance)


def _missing(key: str, error: ValidationError, schema: Schema) -> str:
    name = next(name for name in _rule(error)["required"] if name not in _instance(error))
    rule = resolved(_rule(error)["properties"][name], schema)
    return f"{dotted(key, name)}: missing, allowed: {allowed(rule)}"


def _unknown(key: str, error: ValidationError, schema: Schema) -> str:
    known = list(_rule(error)["properties"])
    name = next(str(name) for name in _instance(error) if name not in known)
    near = difflib.get_close_matches(name.lower(), known, n=1)
    elsewhere = _homes(name if near else name.lower(), schema, exact=bool(near))
    advice = [f"did you mean {near[0]!r}?"] if near else []
    advice += [f"there is {' and '.join(elsewhere)}"] if elsewhere else []
    advice = advice or [f"allowed here: {', '.join(known)}"]
    return f"{key}{'.' if key else ''}{name}: unknown key; {'; '.join(advice)}"


def _homes(name: str, schema: Schema, *, exact: bool) -> list[str]:
    homes = {key: key.rsplit(".")[-1] for key, _ in keys(schema)}
    near = [name] if exact else difflib.get_close_matches(name, set(homes.values()), n=1)
    return [key for key, last in homes.items() if last in near]


def _hint(error: ValidationError) -> str:
    value, wanted = error.instance, _rule(error).get("type")
    if isinstance(value, str) and wanted in ("integer", "number"):
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
    text = json.dumps(value, ensure_ascii=False, default=str, skipkeys=True)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _kind(value: object) -> str:
    return next((name for kind, name in _KINDS if isinstance(value, kind)), type(value).__name__)
