import errno
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.density import cube, engine, maps
from temdenoise.errors import DamagedError, StorageError
from temdenoise.run import checksums, files, storage
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


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def said(path):
    return json.loads(path.with_name(f".{path.name}.checksum").read_text())


@pytest.mark.parametrize("name", KINDS)
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


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"', '{"bytes": 5}', "{}"])
def test_a_damaged_checksum_vouches_for_nothing(path, content):
    path.with_name(".a.txt.checksum").write_text(content)
    with pytest.raises(DamagedError, match=r"a\.txt: damaged: its checksum in \.a\.txt\.checksum"):
        checksums.verify(path)


def test_a_disk_that_cannot_read_is_damage(path, monkeypatch):
    def cannot_read(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(checksums.hashlib, "file_digest", cannot_read)
    with pytest.raises(DamagedError, match=r"a\.txt: damaged: cannot be read \(Input/output error"):
        checksums.verify(path)


def test_a_file_that_is_not_there_is_left_to_its_reader(path):
    path.unlink()
    checksums.verify(path)


class Killed(BaseException):
    pass


def kill_between_the_moves(path, content, monkeypatch):
    """Write `content` to `path` but die once its checksum is there and before it is."""
    replace = os.replace

    def die(partial, final):
        if final.name == path.name:
            raise Killed
        replace(partial, final)

    monkeypatch.setattr(storage.Path, "replace", die)
    with pytest.raises(Killed):
        files.write_text(path, content)
    monkeypatch.undo()


def test_a_kill_between_the_moves_leaves_no_file_and_the_next_run_is_well(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    kill_between_the_moves(path, "new", monkeypatch)
    assert names(tmp_path) == [".a.txt.checksum"]
    checksums.verify(path)
    files.write_text(path, "as of other code")
    checksums.verify(path)


def test_a_kill_between_the_moves_onto_an_old_file_ends_in_a_rebuild(path, monkeypatch):
    kill_between_the_moves(path, "newer", monkeypatch)
    with pytest.raises(DamagedError):
        checksums.verify(path)
    assert checksums.set_aside(path.parent) == [path]
    files.write_text(path, "newer")
    checksums.verify(path)


def test_the_same_content_has_the_same_checksum_file(path):
    before = path.with_name(".a.txt.checksum").read_bytes()
    files.write_text(path, "whole")
    assert path.with_name(".a.txt.checksum").read_bytes() == before


def test_what_was_found_damaged_is_moved_aside_and_nothing_else(path):
    files.write_text(path.parent / "deep/b.txt", "whole")
    path.write_text("other")
    with pytest.raises(DamagedError):
        checksums.verify(path)
    assert path.read_text() == "other"
    assert checksums.set_aside(path.parent) == [path]
    assert names(path.parent) == [".a.txt.checksum", "a.txt.damaged", "deep"]
    assert names(path.parent / "deep") == [".b.txt.checksum", "b.txt"]
    assert checksums.set_aside(path.parent) == []


def test_damage_that_no_job_has_found_stays(path):
    path.write_text("other")
    assert checksums.set_aside(path.parent) == []
    assert path.read_text() == "other"


@pytest.mark.parametrize("mend", [lambda path: files.write_text(path, "new"), os.unlink])
def test_what_was_made_anew_or_removed_meanwhile_only_loses_its_mark(path, mend):
    path.write_text("other")
    with pytest.raises(DamagedError):
        checksums.verify(path)
    mend(path)
    left = path.exists()
    assert checksums.set_aside(path.parent) == []
    assert path.exists() == left
    assert ".a.txt.damaged-mark" not in names(path.parent)


def test_a_mark_that_cannot_be_left_is_no_other_error(path, monkeypatch):
    def cannot(*_):
        raise PermissionError

    path.write_text("other")
    monkeypatch.setattr(checksums.Path, "touch", cannot)
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


def test_a_checksum_that_may_not_be_read_is_no_damage(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    files.write_text(path, "whole")
    original = Path.read_bytes

    def refuse(self):
        if self.name.endswith(checksums.SUFFIX):
            raise PermissionError(13, "Permission denied", str(self))
        return original(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (tmp_path / f".a.csv{checksums.MARK}").touch()
    with pytest.raises(PermissionError):
        checksums.verify(path)
    assert checksums.set_aside(tmp_path) == []
    assert path.read_text() == "whole"


def test_no_room_at_the_last_moment_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    files.write_text(path, "old")

    def no_room(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "flush", no_room)
    with pytest.raises(StorageError):
        files.write_text(path, "another")
    assert path.read_text() == "old"
    checksums.verify(path)
