"""How is a key of the config declared? Its type, unit and bounds; its docstring says the rest.

The docstring of a key says what it means and, after "Why:", why config/config.yaml has its value.
No key has a default: config/config.yaml is the base of every run.
"""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_Item = TypeVar("_Item")


class Section(BaseModel):
    """A group of keys: no others are allowed, no type is converted, an integer is a number."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,
    )


def key(
    unit: str | None = None,
    *,
    because: str | None = None,
    examples: list[Any] | None = None,
    **bounds: Any,
) -> Any:
    """Declare a key in `unit`, "–" for a plain number.

    `because` is the reason for the bounds; `examples` show what a text may look like.
    """
    extra: dict[str, Any] = {
        name: said for name, said in (("unit", unit), ("because", because)) if said
    }
    return Field(json_schema_extra=extra, examples=examples, **bounds)


def text(pattern: str, *, because: str, examples: list[Any]) -> Any:
    """Declare a text or a name that matches `pattern` from end to end."""
    return key(pattern=f"^(?:{pattern})$", because=because, examples=examples)


def _all_different(items: list[_Item]) -> list[_Item]:
    if any(item in items[:number] for number, item in enumerate(items)):
        raise ValueError("not all different")
    return items


Count = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Distinct = Annotated[
    list[_Item], AfterValidator(_all_different), Field(json_schema_extra={"uniqueItems": True})
]
