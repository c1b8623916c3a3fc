import pytest

from temdenoise.errors import InputError
from temdenoise.micrographs import sheet

DEFAULTS = {"model": "BBG", "bond_length": None}


def read(tmp_path, *rows):
    path = tmp_path / "micrographs.tsv"
    path.write_text("\n".join("\t".join(row) for row in rows))
    return sheet.read(path, **DEFAULTS)


def test_a_row_may_be_silent_on_all_but_its_path(tmp_path):
    assert read(tmp_path, ["path"], ["data/my image.dm4"]) == {
        "my-image": {
            **{"path": "data/my image.dm4", "models": ["BBG"], "pixel_size": None},
            **{"bond_length": None, "crop": None},
        }
    }


def test_a_row_may_say_all(tmp_path):
    (entry,) = read(
        tmp_path,
        ["# a comment"],
        [*sheet.COLUMNS],
        ["a.tif", "hole", "G, SP", "0.0127", "0.18", "0:512, 10:20"],
    ).items()
    said = {"path": "a.tif", "models": ["G", "SP"], "pixel_size": 0.0127, "bond_length": 0.18}
    assert entry == ("hole", {**said, "crop": (0, 512, 10, 20)})


def test_no_row_is_no_micrograph(tmp_path):
    assert read(tmp_path, [*sheet.COLUMNS]) == {}


def test_one_image_needs_no_sheet():
    (entry,) = sheet.one("x/a.dm4", **DEFAULTS).items()
    assert entry[0] == "a"
    assert entry[1]["models"] == ["BBG"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["path", "pixel_size"]], ("unknown column 'pixel_size'", "pixel_size_nm")),
        ([["name"], ["a"]], ("no column 'path'",)),
        ([["path", "model"], ["", "G"]], ("image 1: no path",)),
        ([["path"], ["a.tif"], ["b/a.dm4"]], ("image 2", "name a is that of a.tif", "column name")),
        ([["path", "name"], ["a.tif", "../a"]], ("image 1: name: got '../a'",)),
        ([["path", "model"], ["a.tif", "G/H"]], ("model: got 'G/H'",)),
        ([["path", "pixel_size_nm"], ["a.tif", "0.2 A"]], ("pixel_size_nm: got '0.2 A'", "nm")),
        ([["path", "pixel_size_nm"], ["a.tif", "nan"]], ("pixel_size_nm: got 'nan'",)),
        ([["path", "bond_length_nm"], ["a.tif", "-1"]], ("bond_length_nm: got '-1'",)),
        ([["path", "crop"], ["a.tif", "5:5,0:9"]], ("crop: got '5:5,0:9'", "top:bottom")),
        ([["path"], ["a.tif", "G", "x"]], ("more cells than columns",)),
    ],
)
def test_a_wrong_sheet_is_one_line_that_names_the_row(tmp_path, rows, said):
    with pytest.raises(InputError) as caught:
        read(tmp_path, *rows)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert all(part in message for part in said), message


def test_a_missing_sheet_is_said(tmp_path):
    with pytest.raises(InputError, match=r"no\.tsv: not a readable sheet"):
        sheet.read(tmp_path / "no.tsv", **DEFAULTS)
