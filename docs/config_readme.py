"""Write what each key of the config means: config/README.md, and config/schema.json for editors.

PYTHONPATH=workflow/scripts python docs/config_readme.py [--check]
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from temdenoise.config.allowed import allowed
from temdenoise.config.keys import Section
from temdenoise.config.schema import STAGES, Rule, keys, schema
from temdenoise.config.values import Config

PAPER = Path("config/config.yaml")
DEMO = Path("config/demo.yaml")
README = Path("config/README.md")
EDITORS = Path("config/schema.json")

EXAMPLE = """\
run: wide
models:
  SP: null                                             # left out
  BBG-wide: {noise: BBG, filters: [64, 128, 256]}      # a fifth model
"""

_INTRO = f"""\
<!-- Generated from temdenoise/config/sections by `make docs`: edit those files, not this one. -->
# Configuration

[config.yaml](config.yaml) is the paper (arXiv 2501.11225) at full scale and the base of every
run. [demo.yaml](demo.yaml) turns it into a run of minutes on a laptop. For your own run, write a
file with only the keys that differ, for example `my.yaml`:

```yaml
{EXAMPLE}```

```console
$ snakemake -n --configfile my.yaml                     # on top of config.yaml
$ snakemake -n --configfile config/demo.yaml my.yaml    # on top of the demo; the last file wins
$ snakemake -n --configfile my.yaml --config run=again seed=7
```

- Mappings are merged key by key. A list replaces the whole earlier list.
- A model that is `null` is left out. A new name under `models` is a new model; every table
  compares it with all others.
- Give each run its own `run`: results go to `results/<run>/`.
- Use `--config` for `run` and `seed` only. It passes whatever is inside `{{...}}` as text; give
  numbers further down in a file.
- YAML reads `1e-8` as text: write `1.0e-8`.
- The whole config is checked before the first job starts. A misspelt key, a value out of bounds
  or a contradiction of two values ends the run with one line that names the key.
- Editors explain and check keys by [schema.json](schema.json): start your file with the line
  `# yaml-language-server: $schema=` and the path to it.

There is a table for each stage of the workflow. *paper* is the value in `config.yaml`. *demo* is
the value in `demo.yaml` where it differs. *why* is the reason for the paper's value, with the
section of the paper or a note that it is silent. `<name>` stands for a name of your choice, `[]`
for each item of a list.
"""

_HEADER = ["key", "meaning", "unit", "allowed", "paper", "demo", "why"]
_BAR = "\\|"


def render(paper: Config, demo: Config) -> str:
    """Return the text of config/README.md: an introduction, then a table for each stage.

    `paper` is the base config, `demo` what differs from it.
    """
    return "\n".join([_INTRO, *(_stage(stage, paper, demo) for stage in STAGES)])


def editors_schema() -> str:
    """Return the JSON schema for editors; no key is required, for a file says what differs."""
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(about | _optional(schema()), ensure_ascii=False, indent=1) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both files below the working directory, or with --check compare them."""
    parser = argparse.ArgumentParser(description="Write config/README.md and config/schema.json.")
    parser.add_argument("--check", action="store_true", help="only say whether they are current")
    check = parser.parse_args(arguments).check
    paper, demo = (yaml.safe_load(path.read_text("utf-8")) for path in (PAPER, DEMO))
    for path, text in ((README, render(paper, demo)), (EDITORS, editors_schema())):
        if not check:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            sys.exit(f"{path} is out of date: run `make docs`")


def _optional(rule: Any) -> Any:
    if isinstance(rule, dict):
        return {key: _optional(value) for key, value in rule.items() if key != "required"}
    return rule


def _stage(stage: type[Section], paper: Config, demo: Config) -> str:
    groups = {name: schema()["properties"][name] for name in stage.model_fields}
    about = "".join(_about(*group) for group in groups.items() if group[1]["type"] == "object")
    found = [row for name, rule in groups.items() for row in ((name, rule), *keys(rule, name))]
    rows = [_HEADER, ["---"] * len(_HEADER)]
    rows += [_cells(*row, paper, demo) for row in found if "why" in row[1]]
    parts = (f"## {stage.__name__}\n{stage.__doc__}\n", about, "".join(map(_row, rows)))
    return "\n".join(part for part in parts if part)


def _about(name: str, rule: Rule) -> str:
    groups = [(name, rule), *keys(rule, name)]
    about = [(key, below) for key, below in groups if below["type"] == "object"]
    return "".join(f"- `{key}`: {below['description']}{_names(below)}\n" for key, below in about)


def _names(rule: Rule) -> str:
    return f" Names: {allowed(rule['propertyNames'])}." if "propertyNames" in rule else ""


def _cells(key: str, rule: Rule, paper: Config, demo: Config) -> list[str]:
    values = [_value(config, key) for config in (paper, demo)]
    return [
        f"`{key}`",
        rule["description"],
        rule.get("unit", ""),
        allowed(rule),
        *values,
        rule["why"],
    ]


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
