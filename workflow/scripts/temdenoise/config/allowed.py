"""Which values does a key allow, in words?"""

from temdenoise.config.schema import Rule


def allowed(rule: Rule) -> str:
    """Say which values the `rule` of one key allows."""
    words = _list(rule) if rule.get("type") == "array" else _scalar(rule)
    return f"{words} ({rule['because']})" if "because" in rule else words


def _list(rule: Rule) -> str:
    least, most = rule.get("minItems", 0), rule.get("maxItems")
    words = f"list of exactly {most}" if least == most else f"list of {least} or more"
    words += ", all different" if rule.get("uniqueItems") else ""
    items = rule["items"]
    return words if items["type"] == "object" else f"{words}, each {allowed(items)}"


def _scalar(rule: Rule) -> str:
    if "enum" in rule:
        return _either(rule["enum"])
    if rule["type"] == "string":
        return f"text such as {_either(rule['examples'])}"
    if rule["type"] == "boolean":
        return "true or false"
    kinds = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
    names = ["mapping" if kind == "object" else kind for kind in kinds]
    return _either(names) + _bounds(rule)


def _either(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if words[1:] else words[0]


def _bounds(rule: Rule) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    words = [f"{sign} {rule[name]}" for name, sign in signs.items() if name in rule]
    words += [f"a multiple of {rule['multipleOf']}"] if "multipleOf" in rule else []
    return f" {' and '.join(words)}" if words else ""
