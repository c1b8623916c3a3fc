"""config/README.md says what the schema says, for the values that are shipped."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from temdenoise.config import check as cfg
from temdenoise.config import docs as docs

ROOT = Path(__file__).parents[3]
SCHEMA = cfg.load_schema(ROOT / docs.SCHEMA)
PAPER = yaml.safe_load((ROOT / docs.PAPER).read_text("utf-8"))
DEMO = yaml.safe_load((ROOT / docs.DEMO).read_text("utf-8"))
TEXT = docs.render(SCHEMA, PAPER, DEMO)


def rows(text):
    """Return the cells of each table row by the key in its first cell."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    return {row[0].strip(" `"): [cell.strip() for cell in row[1:]] for row in cells}


def leaves(config, path=""):
    """Yield the key and the value of each leaf of a config, lists being leaves."""
    for name, value in config.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{name}.")
        else:
            key = re.sub(r"^(models|dft\.elements)\.\w+", r"\1.<name>", f"{path}{name}")
            yield key, value


@pytest.fixture
def repository(tmp_path, monkeypatch):
    for path in (docs.SCHEMA, docs.PAPER, docs.DEMO):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_readme_is_current():
    assert (ROOT / docs.README).read_text("utf-8") == TEXT, "run `make docs`"


@pytest.mark.parametrize(("key", "value"), list(leaves(PAPER)))
def test_every_key_of_the_paper_has_a_row_with_its_value(key, value):
    shown = re.findall(r"`([^`]*)`", rows(TEXT)[key][3])
    assert value in [yaml.safe_load(text) for text in shown]


def test_demo_column_holds_what_differs_and_nothing_else():
    shown = {key: yaml.safe_load(row[4].strip("`")) for key, row in rows(TEXT).items() if row[4]}
    assert shown == dict(leaves(DEMO))


def test_every_row_has_seven_cells_and_says_why():
    table = rows(TEXT)
    assert {len(row) for row in table.values()} == {6}
    groups = {"dft.elements"}
    assert all(row[0] and row[2] for row in table.values())
    assert {key for key, row in table.items() if not row[5]} == groups


def test_a_bar_in_a_text_stays_in_its_cell():
    rule = {"type": "integer", "minimum": 0, "description": "|a| or b.", "unit": "–", "why": "x|y"}
    schema = {"type": "object", "properties": {"key": rule}}
    assert rows(docs.render(schema, {"key": 1}, {}))["key"] == [
        r"\|a\| or b.",
        "–",
        "integer ≥ 0",
        "`1`",
        "",
        r"x\|y",
    ]


def test_no_text_looks_like_html():
    outside_code = re.sub(r"`[^`]*`|<!--.*?-->", "", re.sub(r"```.*?```", "", TEXT, flags=re.S))
    assert not re.search(r"<\w", outside_code)


def test_example_in_the_introduction_is_valid():
    example = yaml.safe_load(docs.EXAMPLE)
    assert docs.EXAMPLE in TEXT
    models = PAPER["models"] | example["models"]
    cfg.check(PAPER | example | {"models": models}, SCHEMA)
    assert list(cfg.models({**PAPER, "models": models})) == ["G", "GSP", "BBG", "BBG-wide"]


def test_check_accepts_what_was_written(repository):
    docs.main([])
    assert (repository / docs.README).read_text("utf-8") == TEXT
    docs.main(["--check"])


@pytest.mark.parametrize("path", [docs.README, docs.PAPER, docs.SCHEMA])
def test_check_refuses_a_readme_behind_its_sources(repository, path):
    docs.main([])
    text = (repository / path).read_text("utf-8")
    (repository / path).write_text(text.replace("300.0", "350.0").replace("bohr", "nm"), "utf-8")
    with pytest.raises(SystemExit, match=r"config/README.md is out of date: run `make docs`"):
        docs.main(["--check"])


def test_check_refuses_a_missing_readme(repository):
    with pytest.raises(SystemExit, match="out of date"):
        docs.main(["--check"])
    assert not (repository / docs.README).exists()
