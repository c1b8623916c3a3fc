import json

import pytest

from temdenoise.errors import InputError
from temdenoise.micrographs import samples

DEFAULTS = {"model": samples.DEFAULT_MODEL, "bond_length": None}


def read(tmp_path, *rows):
    path = tmp_path / "micrographs.tsv"
    path.write_text("\n".join("\t".join(row) for row in rows))
    return samples.read(path, **DEFAULTS)


def test_a_row_may_be_silent_on_all_but_its_path(tmp_path):
    assert read(tmp_path, ["path"], ["data/my image.dm4"]) == {
        "my-image": {
            **{"path": "data/my image.dm4", "models": ["general"], "pixel_size": None},
            **{"bond_length": None, "crop": None, "dataset": None, "dark_atoms": False},
        }
    }


def test_a_row_may_say_all(tmp_path):
    (entry,) = read(
        tmp_path,
        ["# a comment"],
        [*samples.COLUMNS],
        ["a.tif", "hole", "G, SP", "0.0127", "0.18", "0:512, 10:20", "BF image", "dark"],
    ).items()
    said = {"path": "a.tif", "models": ["G", "SP"], "pixel_size": 0.0127, "bond_length": 0.18}
    said |= {"crop": (0, 512, 10, 20), "dataset": "BF image", "dark_atoms": True}
    assert entry == ("hole", said)


def test_no_row_is_no_micrograph(tmp_path):
    assert read(tmp_path, [*samples.COLUMNS]) == {}


def test_the_command_makes_the_entries_of_a_table(tmp_path):
    row = ["a b.tif", "G, SP", "0.0127", "0.18", "0:512,10:20", "HAADF", "dark"]
    table = read(tmp_path, [name for name in samples.COLUMNS if name != "name"], row)
    names = ("model", "pixel_size", "bond_length", "crop", "dataset", "atoms")
    options = dict(zip(names, row[1:], strict=True))
    assert samples.of_images([row[0]], **options) == table
    assert samples.of_images(["a.tif"]) == read(tmp_path, ["path"], ["a.tif"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["path", "pixel_size"]], ("unknown column 'pixel_size'", "pixel_size_nm")),
        ([["name"], ["a"]], ("no column 'path'",)),
        ([["path", "model"], ["", "G"]], ("image 1: no path",)),
        ([["path"], ["a.tif"], ["b/a.dm4"]], ("image 2", "a.tif has the name a", "column name")),
        (
            [["path", "name"], ["a.tif", "x"], ["b.tif", "x"]],
            ("image 2", "a.tif has the name x"),
        ),
        ([["path"], ["a.tif"], ["a.tif"]], ("image 2", "a.tif has the name a")),
        ([["path", "name"], ["a.tif", "../a"]], ("image 1: name: got '../a'",)),
        ([["path", "model"], ["a.tif", "G/H"]], ("model: got 'G/H'",)),
        ([["path", "pixel_size_nm"], ["a.tif", "0.2 A"]], ("pixel_size_nm: got '0.2 A'", "nm")),
        ([["path", "pixel_size_nm"], ["a.tif", "nan"]], ("pixel_size_nm: got 'nan'",)),
        ([["path", "bond_length_nm"], ["a.tif", "-1"]], ("bond_length_nm: got '-1'",)),
        ([["path", "crop"], ["a.tif", "5:5,0:9"]], ("crop: got '5:5,0:9'", "top:bottom")),
        ([["path"], ["a.tif", "G", "x"]], ("more cells than columns",)),
    ],
)
def test_a_wrong_table_is_one_line_that_names_the_row(tmp_path, rows, said):
    with pytest.raises(InputError) as caught:
        read(tmp_path, *rows)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert all(part in message for part in said), message


def test_a_missing_table_is_said(tmp_path):
    with pytest.raises(InputError, match=r"no\.tsv: not a readable sample table"):
        samples.read(tmp_path / "no.tsv", **DEFAULTS)


def test_a_table_in_another_encoding_is_said_to_be(tmp_path):
    path = tmp_path / "samples.tsv"
    path.write_bytes("path\nGrün.dm4\n".encode("utf-16"))
    with pytest.raises(InputError, match=r"samples\.tsv: not UTF-8; save it as text"):
        samples.read(path, **DEFAULTS)


def test_a_batch_with_problems_says_how_many(tmp_path):
    table = tmp_path / "micrographs.csv"
    table.write_text("image,problem\na,\nb,\n")
    assert samples.failed(table) is None
    table.write_text(f'image,problem,warnings\na,,{200_000 * "w"}\nb,"one, two\nlines",\n')
    assert samples.failed(table) == (f"1 of 2 results failed; see the column problem of {table}")


def test_what_is_not_there_is_named_with_what_is(tmp_path):
    image, store = tmp_path / "a.tif", tmp_path / "models"
    entry = samples.of_images([str(image)], model="G,none")["a"]
    assert samples.missing_file(entry, store).startswith(f"{image}: no such file")
    image.touch()
    said = samples.missing_file(entry, store)
    assert said.endswith(f"there is no {store / 'G/model.keras'}; the folder has no models")
    for model in ("G", "none"):
        (store / model).mkdir(parents=True)
        (store / model / "model.keras").touch()
        said = samples.missing_file(entry, store)
        assert said is None if model == "none" else said.endswith("; known are G")


def results(folder, model, said):
    folder.mkdir(exist_ok=True)
    (folder / f"{model}.json").write_text(said if isinstance(said, str) else json.dumps(said))


def test_results_of_another_image_are_not_overwritten(tmp_path):
    entry = {"path": str(tmp_path / "y/my.dm3")}
    folder = tmp_path / "my"
    assert samples.clash(folder, entry) is None
    results(folder, "G", {"source": str(tmp_path / "my.tif"), "problem": None})
    said = samples.clash(folder, entry)
    assert said is not None
    assert len(said.splitlines()) == 1
    assert all(part in said for part in (str(folder), "my.tif", "y/my.dm3", "another name"))


def test_an_image_is_denoised_again_by_whatever_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path)
    results(tmp_path / "my", "G", {"source": "my.tif", "problem": None})
    for path in ("my.tif", "./my.tif", str(tmp_path / "my.tif"), "link/my.tif"):
        assert samples.clash("my", {"path": path}) is None


@pytest.mark.parametrize(
    "said", ["", "no JSON", "[]", "{}", {"source": "my.tif", "problem": "not a whole tif file"}]
)
def test_what_is_no_result_is_in_nobodys_way(tmp_path, said):
    results(tmp_path / "my", "G", said)
    assert samples.clash(tmp_path / "my", {"path": "y/my.tif"}) is None
