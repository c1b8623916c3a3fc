import errno
import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from temdenoise.errors import InputError, StorageError
from temdenoise.run import checksums, files

STACK = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write_then_raise(path):
    with files.atomic(path) as partial:
        partial.write_text("half")
        raise RuntimeError("in mid-write")


def test_atomic_output_appears_under_its_name_only(tmp_path):
    with files.atomic(tmp_path / "new" / "a.txt") as partial:
        partial.write_text("whole")
        assert not (tmp_path / "new" / "a.txt").exists()
        assert partial.suffix == ".txt"
    assert names(tmp_path / "new") == [".a.txt.checksum", "a.txt"]
    assert (tmp_path / "new" / "a.txt").read_text() == "whole"


def test_atomic_leaves_all_as_it_was_when_the_block_raises(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    for name in ("a.txt", "b.txt"):
        with pytest.raises(RuntimeError, match="in mid-write"):
            write_then_raise(tmp_path / name)
    assert names(tmp_path) == ["a.txt"]
    assert path.read_text() == "old"


def killed_in_mid_write(path):
    """Write `path` as a process that is killed does: nothing tidies up."""
    left = files.atomic(path)
    left.__enter__().write_text("half")
    # Kept from the garbage collection, which would end the block.
    return left


@pytest.mark.parametrize("name", ["a.txt", "[a]*.b.txt", "a"])
def test_atomic_removes_what_killed_processes_left_of_the_same_file(tmp_path, name):
    others = [killed_in_mid_write(tmp_path / other) for other in ("b.txt", "a.tsv", "a.b.c.txt")]
    kept = names(tmp_path)
    killed = killed_in_mid_write(tmp_path / name)
    assert len(names(tmp_path)) == len(kept) + 1
    files.write_text(tmp_path / name, "whole")
    assert names(tmp_path) == sorted([*kept, name, f".{name}.checksum"])
    del killed, others


def test_a_process_that_lost_its_attempt_to_another_fails_and_leaves_the_others(tmp_path):
    path = tmp_path / "a.txt"

    def outlived():
        with files.atomic(path) as partial:
            partial.write_text("of the first")
            files.write_text(path, "of the second")

    with pytest.raises(FileNotFoundError):
        outlived()
    assert names(tmp_path) == [".a.txt.checksum", "a.txt"]
    assert path.read_text() == "of the second"


def test_atomic_passes_other_os_errors_on(tmp_path):
    with pytest.raises(PermissionError), files.atomic(tmp_path / "a.txt"):
        raise PermissionError(errno.EACCES, "not yours")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.txt", lambda path: files.write_text(path, "x" * 10_000)),
        ("a.npy", lambda path: files.write_stack(path, [np.zeros((30, 40))] * 9, (9, 30, 40))),
        ("a.csv", lambda path: files.write_table(path, pd.DataFrame({"x": range(9999)}))),
    ],
)
def test_full_disk_names_the_file_and_leaves_nothing(tmp_path, no_room, name, write):
    with no_room(4096), pytest.raises(StorageError) as caught:
        write(tmp_path / name)
    assert f"no room on the disk for {tmp_path / name}" in caught.value.strerror
    assert "free some room, or put results on a larger disk" in caught.value.strerror
    assert "snakemake --directory, temdenoise --out" in caught.value.strerror
    assert names(tmp_path) == []


def test_room_of_a_stack_is_reserved_before_an_image_is_made(tmp_path, monkeypatch):
    def no_space(descriptor, offset, length):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", no_space)
    images = (pytest.fail("an image was made") for _ in range(2))
    with pytest.raises(StorageError, match="no room on the disk"):
        files.write_stack(tmp_path / "a.npy", images, (2, 3, 4))
    assert names(tmp_path) == []


@pytest.mark.parametrize("count", [0, 1, 3])
def test_stack_refuses_another_number_of_images_than_its_shape(tmp_path, count):
    images = [STACK[0]] * count
    with pytest.raises(ValueError, match="argument 2 is"):
        files.write_stack(tmp_path / "a.npy", images, STACK.shape)
    assert names(tmp_path) == []


@settings(max_examples=25)
@given(hnp.arrays(np.float32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=5)))
def test_stack_comes_back_bit_for_bit(tmp_path_factory, stack):
    path = tmp_path_factory.mktemp("stack") / "a.npy"
    files.write_stack(path, iter(stack), stack.shape)
    assert files.open_stack(path, ndim=3).tobytes() == stack.tobytes()


def test_stack_opens_as_a_read_only_memory_map(tmp_path):
    files.write_stack(tmp_path / "a.npy", STACK, STACK.shape)
    stack = files.open_stack(tmp_path / "a.npy", ndim=3)
    assert isinstance(stack, np.memmap)
    assert (stack.dtype, stack.shape) == (np.float32, (2, 3, 4))
    with pytest.raises(ValueError, match="read-only"):
        stack[0] = 0


def test_truncated_stack_is_refused_wherever_it_is_cut(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, STACK)
    whole = path.read_bytes()
    for size in range(0, len(whole), 3):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"a\.npy: not a whole \.npy file.*delete it and run"):
            files.open_stack(path, ndim=3)


def test_file_of_another_kind_is_no_stack(tmp_path):
    path = tmp_path / "a.npy"
    np.savez(tmp_path / "b.npz", STACK)
    for content in [b"some text\n", (tmp_path / "b.npz").read_bytes()]:
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"a\.npy: not a whole \.npy file.*delete it and run"):
            files.open_stack(path, ndim=3)


def test_pickled_objects_are_no_stack(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}, {}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"a\.npy: not a whole"):
        files.open_stack(tmp_path / "a.npy", ndim=1)


def test_stack_of_other_axes_is_refused(tmp_path):
    files.write_stack(tmp_path / "a.npy", STACK, STACK.shape)
    with pytest.raises(InputError, match=r"a\.npy: expected 4 axes, got shape \(2, 3, 4\)"):
        files.open_stack(tmp_path / "a.npy", ndim=4)


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@settings(max_examples=25)
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_table_keeps_floats_exactly(tmp_path_factory, suffix, values):
    path = tmp_path_factory.mktemp("table") / f"a{suffix}"
    table = pd.DataFrame({"name": "3x3, first", "value": values, "number": range(len(values))})
    files.write_table(path, table)
    pd.testing.assert_frame_equal(files.read_table(path), table, check_exact=True)


def test_suffix_tells_the_separator(tmp_path):
    for name, separator in {"a.csv": ",", "a.tsv": "\t"}.items():
        files.write_table(tmp_path / name, pd.DataFrame({"a": [1], "b": [2]}))
        assert (tmp_path / name).read_text() == f"a{separator}b\n1{separator}2\n"


@pytest.mark.parametrize("content", [b"", b"\n", b"a,b\n1,2\n1,2,3\n", b"\xff\xfe\n"])
def test_empty_or_damaged_table_is_refused(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.csv: not a readable table.*delete it and run"):
        files.read_table(tmp_path / "a.csv")


def test_files_of_one_result_are_moved_together_or_not_at_all(tmp_path):
    paths = {kind: tmp_path / f"my.{kind}" for kind in ("json", "tif")}
    for path in paths.values():
        files.write_text(path, "old")
    with pytest.raises(FileNotFoundError), files.atomic_together(paths) as to:
        to["tif"].write_text("new")  # and no json
    assert [path.read_text() for path in paths.values()] == ["old", "old"]
    with files.atomic_together(paths) as to:
        for partial in to.values():
            partial.write_text("new")
    assert [path.read_text() for path in paths.values()] == ["new", "new"]
    assert all(checksums.verify(path) for path in paths.values())
    assert len(list(tmp_path.iterdir())) == 4
