import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from temdenoise.density import cube, engine, maps
from temdenoise.errors import DamagedError, StorageError
from temdenoise.run import checksums, files
from temdenoise.structures import sheets

ATOMS = sheets.disorder(
    sheets.ordered_sheet("graphene", (1, 2), 2.4644, 9.6), 0.284, np.random.default_rng(1)
)
VALUES = np.random.default_rng(1).random((3, 4, 5))
MAP = maps.DensityMap(VALUES[0].astype("f4"), (0.1, 0.2), (0.0, 0.0), {"engine": "none"})
TABLE = pd.DataFrame({"image": [0, 1], "c_noise": [0.1, 0.2]})


def write_summary(path):
    engine.write(path.with_name("density.cube"), path, ATOMS, cube.Cube(VALUES, np.zeros(3)), {})


KINDS = {
    "a.extxyz": (lambda path: sheets.write(path, ATOMS), sheets.read),
    "a.cube": (lambda path: cube.write(path, ATOMS, cube.Cube(VALUES, np.zeros(3))), cube.read),
    "summary.json": (write_summary, files.read_json),
    "a.tif": (lambda path: maps.write_map(path, MAP), lambda path: maps.read_all([path])),
    "a.npy": (
        lambda path: files.write_stack(path, VALUES, VALUES.shape),
        lambda path: files.open_stack(path, ndim=3),
    ),
    "a.tsv": (lambda path: files.write_table(path, TABLE), files.read_table),
    "a.csv": (lambda path: files.write_table(path, TABLE), files.read_table),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the folder of a kind of file, written once, and its content."""
    folder = tmp_path_factory.mktemp("whole")
    contents = {}
    for name, (write, _) in KINDS.items():
        write(folder / name)
        contents[name] = (folder / name).read_bytes()
    return folder, contents


def said(path):
    return json.loads(path.with_name(f".{path.name}.checksum").read_text())


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=15)
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_found_by_the_reader(whole, name, data):
    folder, contents = whole
    content = bytearray(contents[name])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    (folder / name).write_bytes(content)
    with pytest.raises(DamagedError, match=rf"{name}: damaged: expected SHA-256 \w+…, got \w+…;"):
        KINDS[name][1](folder / name)


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=15)
@given(data=st.data())
def test_a_file_of_another_length_is_found_by_the_reader(whole, name, data):
    folder, contents = whole
    size = len(contents[name])
    length = data.draw(st.integers(0, 2 * size).filter(lambda length: length != size))
    (folder / name).write_bytes((2 * contents[name])[:length])
    with pytest.raises(DamagedError, match=f"{name}: damaged: expected {size} bytes, got {length}"):
        KINDS[name][1](folder / name)


@pytest.mark.parametrize("name", KINDS)
def test_a_whole_file_passes_and_so_does_one_without_a_checksum(whole, name):
    folder, contents = whole
    (folder / name).write_bytes(contents[name])
    KINDS[name][1](folder / name)
    own = folder / f"own-{name}"
    own.write_bytes(contents[name])
    KINDS[name][1](own)
    assert not own.with_name(f".{own.name}.checksum").exists()


@pytest.mark.parametrize(
    ("name", "dtype", "shape"),
    [
        ("a.npy", "float32", VALUES.shape),
        ("a.tif", "float32", MAP.values.shape),
        ("a.cube", "float64", VALUES.shape),
    ],
)
def test_arrays_carry_their_shape_and_dtype(whole, name, dtype, shape):
    facts = said(whole[0] / name)
    assert (facts["dtype"], tuple(facts["shape"])) == (dtype, shape)
    assert facts["bytes"] == len(whole[1][name])


@pytest.fixture
def path(tmp_path):
    files.write_text(tmp_path / "a.txt", "whole")
    return tmp_path / "a.txt"


def test_the_checksum_is_that_of_the_content_and_says_no_more(path):
    before = path.with_name(".a.txt.checksum").read_bytes()
    assert checksums.verify(path) == checksums.of(path) == hashlib.sha256(b"whole").hexdigest()
    files.write_text(path, "whole")
    assert path.with_name(".a.txt.checksum").read_bytes() == before


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', '{"bytes": 5}', "{}"])
def test_a_damaged_checksum_vouches_for_nothing(path, content):
    path.with_name(".a.txt.checksum").write_text(content)
    with pytest.raises(DamagedError, match=r"a\.txt: damaged: its checksum in \.a\.txt\.checksum"):
        checksums.verify(path)


def test_a_disk_that_cannot_read_is_damage(path):
    files.write_text(path, "")
    path.unlink()
    path.symlink_to("/proc/self/mem")  # its first byte cannot be read
    with pytest.raises(DamagedError, match=r"a\.txt: damaged: cannot be read \(Input/output error"):
        checksums.verify(path)


def test_a_damaged_file_is_one_line_that_says_what_to_do(path):
    path.write_text("cut")
    with pytest.raises(DamagedError) as caught:
        checksums.verify(path)
    said = f"{path}: damaged: expected 5 bytes, got 3; delete it and run again"
    assert str(caught.value).startswith(said)
    assert "restore a shipped or stored file from git" in str(caught.value)


def test_a_checksum_that_may_not_be_read_is_no_damage(path):
    path.with_name(".a.txt.checksum").unlink()
    path.with_name(".a.txt.checksum").symlink_to("/proc/1/mem/x")  # a path through a file
    with pytest.raises(OSError, match="Not a directory"):
        checksums.verify(path)


def test_a_deleted_file_may_be_written_again(path):
    path.unlink()
    assert checksums.verify(path) is None
    files.write_text(path, "as of other code")
    assert checksums.verify(path)


def test_a_kill_between_the_moves_leaves_no_unchecked_file(path):
    path.unlink()
    path.mkdir()  # the checksum can be moved to its place, the file cannot
    with pytest.raises(IsADirectoryError):
        files.write_text(path, "newer")
    path.rmdir()
    path.write_text("whole")
    with pytest.raises(DamagedError):
        checksums.verify(path)


def test_an_empty_map_is_of_no_converged_structure_only_if_it_was_written_so(tmp_path):
    files.write_text(tmp_path / "never.tif", "")
    maps.write_map(tmp_path / "a.tif", MAP)
    maps.write_map(tmp_path / "b.tif", MAP)
    paths = [tmp_path / f"{name}.tif" for name in ("never", "a", "b")]
    assert list(maps.converged(paths)) == ["a", "b"]
    (tmp_path / "b.tif").write_bytes(b"")
    with pytest.raises(DamagedError, match=r"b\.tif"):
        maps.converged(paths)


def test_a_copy_has_the_same_bytes_and_a_damaged_file_is_not_copied(path, tmp_path):
    copy = tmp_path / "far/copy.txt"
    files.copy(path, copy)
    assert copy.read_text() == "whole"
    path.write_text("other")
    with pytest.raises(DamagedError, match=r"a\.txt: damaged: expected SHA-256"):
        files.copy(path, copy)
    assert copy.read_text() == "whole"
    assert checksums.verify(copy)


def test_no_room_leaves_the_old_file_whole(path, no_room):
    with no_room(100), pytest.raises(StorageError):
        files.write_text(path, "x" * 101)
    assert path.read_text() == "whole"
    assert checksums.verify(path)
