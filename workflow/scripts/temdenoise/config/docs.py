"""What does each key of the config mean? Writes config/README.md."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from temdenoise.config.schema import Schema, allowed, keys
from temdenoise.config.values import Config

SCHEMA = Path("workflow/schemas/config.schema.yaml")
PAPER = Path("config/config.yaml")
DEMO = Path("config/demo.yaml")
README = Path("config/README.md")

EXAMPLE = """\
run: wide
models:
  SP: null                                             # left out
  BBG-wide: {noise: BBG, filters: [64, 128, 256]}      # a fifth model
"""

_INTRO = f"""\
<!-- Generated from {SCHEMA} by `make docs`: edit that file, not this one. -->
# Configuration

[config.yaml](config.yaml) is the paper (arXiv 2501.11225) at full scale and the base of every
run. [demo.yaml](demo.yaml) makes of it a run of minutes on a laptop. For a run of your own,
write a file with only the keys that differ, for example `my.yaml`:

```yaml
{EXAMPLE}```

```console
$ snakemake -n --configfile my.yaml                     # on top of config.yaml
$ snakemake -n --configfile config/demo.yaml my.yaml    # on top of the demo; the last file wins
$ snakemake -n --configfile my.yaml --config run=again seed=7
```

- Mappings are merged key by key; a list replaces the whole list before it.
- A model that is `null` is left out. A new name under `models` is a new model, compared with
  all others in every table.
- Give each run a `run` of its own: results go to `results/<run>/`.
- `--config` suits `run` and `seed`; it passes whatever is inside `{{...}}` as text, so give
  numbers further down in a file.
- YAML reads `1e-8` as text: write `1.0e-8`.
- The whole config is checked before the first job starts. A misspelt key, a value out of bounds
  or two values that contradict each other end the run with one line that names the key.

In the tables, *paper* is the value in `config.yaml`, *demo* the one in `demo.yaml` where it
differs, and *why* the reason for the paper's value, with the section of the paper or a note that
it is silent. `<name>` stands for a name of your choice, `[]` for each item of a list.
"""

_HEADER = ["key", "meaning", "unit", "allowed", "paper", "demo", "why"]
_BAR = "\\|"


def render(schema: Schema, paper: Config, demo: Config) -> str:
    """Return the text of config/README.md: an introduction, then a table for each group of keys.

    `paper` is the base config, `demo` what differs from it.
    """
    groups = schema["properties"]
    single = {name: rule for name, rule in groups.items() if rule["type"] != "object"}
    whole = {"description": "The run as a whole.", "properties": single}
    sections = {"": whole} | {name: groups[name] for name in groups if name not in single}
    tables = (_section(name, group, paper, demo) for name, group in sections.items())
    return "\n".join([_INTRO, *tables])


def main(arguments: Sequence[str] | None = None) -> None:
    """Write config/README.md below the working directory, or with --check compare it."""
    parser = argparse.ArgumentParser(prog="temdenoise.config.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether it is current")
    check = parser.parse_args(arguments).check
    text = render(*(yaml.safe_load(path.read_text("utf-8")) for path in (SCHEMA, PAPER, DEMO)))
    if not check:
        README.write_text(text, "utf-8")
    elif not README.exists() or README.read_text("utf-8") != text:
        sys.exit(f"{README} is out of date: run `make docs`")


def _section(name: str, group: Schema, paper: Config, demo: Config) -> str:
    title = f"`{name}`" if name else "General"
    names = group.get("propertyNames")
    about = group["description"] + (f" Names: {allowed(names)}." if names else "")
    rows = [_HEADER, ["---"] * len(_HEADER)]
    rows += [_cells(*row, paper, demo) for row in keys(group, name) if _has_row(row[1])]
    return f"## {title}\n{about}\n\n" + "".join(map(_row, rows))


def _has_row(rule: Schema) -> bool:
    return "why" in rule or "propertyNames" in rule


def _cells(key: str, rule: Schema, paper: Config, demo: Config) -> list[str]:
    values = [_value(config, key) for config in (paper, demo)]
    names = rule.get("propertyNames")
    words = f"names: {allowed(names)}" if names else allowed(rule)
    unit, why = rule.get("unit", ""), rule.get("why", "")
    return [f"`{key}`", rule["description"], unit, words, *values, why]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', _BAR) for cell in cells)} |\n"


def _value(config: Config, key: str) -> str:
    """Return the values at `key` as Markdown, each with the name it has in place of ``<name>``."""
    found = [(name, value) for name, value in _find(config, key.split(".")) if _is_leaf(value)]
    return ", ".join(f"{name} `{_yaml(value)}`".lstrip() for name, value in found)


def _find(config: Any, path: list[str], name: str = "") -> Iterator[tuple[str, Any]]:
    if not path:
        yield name, config
    elif path[0] == "<name>" and isinstance(config, dict):
        for own in config:
            yield from _find(config[own], path[1:], own)
    elif isinstance(config, dict) and path[0] in config:
        yield from _find(config[path[0]], path[1:], name)


def _is_leaf(value: object) -> bool:
    return not isinstance(value, dict)


def _yaml(value: object) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=2**16)
    return text.removesuffix("\n").removesuffix("\n...")


if __name__ == "__main__":
    main()
