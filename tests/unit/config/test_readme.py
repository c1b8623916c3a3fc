"""config/README.md and config/schema.json say what the sections say, for the shipped values."""

import importlib.util
import json
import re
import shutil

import pytest
import yaml
from configs import PAPER, ROOT, changed
from jsonschema import Draft202012Validator

from temdenoise.config import check, values

DEMO = yaml.safe_load((ROOT / "config/demo.yaml").read_text("utf-8"))
SCRIPT = ROOT / "docs/config_readme.py"
_spec = importlib.util.spec_from_file_location("config_readme", SCRIPT)
docs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(docs)
TEXT = docs.render(PAPER, DEMO)
EDITORS = Draft202012Validator(json.loads(docs.editors_schema()))


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
    (tmp_path / "config").mkdir()
    for path in (docs.PAPER, docs.DEMO):
        shutil.copy(ROOT / path, tmp_path / path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_shipped_files_are_current():
    assert (ROOT / docs.README).read_text("utf-8") == TEXT, "run `make docs`"
    assert (ROOT / docs.EDITORS).read_text("utf-8") == docs.editors_schema(), "run `make docs`"


def test_every_key_of_the_paper_has_a_row_with_its_value():
    table = rows(TEXT)
    shown = {key: re.findall(r"`([^`]*)`", row[3]) for key, row in table.items()}
    told = [
        key
        for key, value in leaves(PAPER)
        if value not in [yaml.safe_load(text) for text in shown[key]]
    ]
    assert not told


def test_demo_column_holds_what_differs_and_nothing_else():
    shown = {key: yaml.safe_load(row[4].strip("`")) for key, row in rows(TEXT).items() if row[4]}
    assert shown == dict(leaves(DEMO))


def test_every_row_has_seven_cells_and_says_why():
    table = rows(TEXT)
    assert {len(row) for row in table.values()} == {6}
    assert all(row[0] and row[2] and row[5] for row in table.values())


def test_tables_are_the_stages():
    assert re.findall(r"^## (.*)$", TEXT, flags=re.M) == [
        *("Run", "Structures", "Density", "Images", "Scenes", "Networks", "Evaluation"),
        "Micrographs",
        "Reports",
    ]


def test_a_bar_in_a_text_stays_in_its_cell():
    assert rows(TEXT)["noise.background.smoothness"][0].startswith(r"\|s\| in C_BB")


def test_no_text_looks_like_html():
    outside_code = re.sub(r"`[^`]*`|<!--.*?-->", "", re.sub(r"```.*?```", "", TEXT, flags=re.S))
    assert not re.search(r"<\w", outside_code)


def test_example_in_the_introduction_is_valid():
    assert docs.EXAMPLE in TEXT
    config = changed(docs.EXAMPLE)
    check.check(config)
    assert list(values.models(config)) == ["G", "GSP", "BBG", "BBG-wide"]


def test_editors_take_every_shipped_config():
    Draft202012Validator.check_schema(EDITORS.schema)
    for path in (ROOT / "config").glob("*.yaml"):
        text = path.read_text("utf-8")
        assert text.startswith("# yaml-language-server: $schema=schema.json\n")
        EDITORS.validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "runs: a",
            "map: {height: 0}",
            "map: {heights: 1}",
            "seed: true",
            "run: a/b",
            "baselines: [x]",
        ),
        *("models: {1a: {noise: G}}", "models: {G: {noise: X}}", "models: {G: {epochs: 0}}"),
        *("structures: {cells: [1]}", "images: {shifts: [8, 8]}", "micrographs: {bond_length: 11}"),
    ],
)
def test_editors_refuse_what_the_run_refuses(text):
    assert not EDITORS.is_valid(yaml.safe_load(text))
    with pytest.raises(check.ConfigError):
        check.check(changed(text))


@pytest.mark.parametrize("path", [docs.README, docs.EDITORS, docs.PAPER])
def test_check_refuses_what_is_behind_its_sources(repository, path):
    docs.main([])
    docs.main(["--check"])
    text = (repository / path).read_text("utf-8")
    (repository / path).write_text(text.replace("300.0", "350.0").replace("bohr", "nm"), "utf-8")
    with pytest.raises(SystemExit, match="is out of date: run `make docs`"):
        docs.main(["--check"])


@pytest.mark.parametrize("path", [docs.README, docs.EDITORS])
def test_check_refuses_a_missing_file(repository, path):
    docs.main([])
    (repository / path).unlink()
    with pytest.raises(SystemExit, match="is out of date"):
        docs.main(["--check"])
    assert not (repository / path).exists()
