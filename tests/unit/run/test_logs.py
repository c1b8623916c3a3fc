import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from temdenoise.errors import EngineError, InputError, StorageError
from temdenoise.run import logs

SCRIPTS = Path(logs.__file__).parents[2]

on_a_full_disk = pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has one")


def descriptors():
    return {name: str(Path(f"/proc/self/fd/{name}").readlink()) for name in ("1", "2")}


def fail_in(path, error):
    with logs.capture(path):
        os.write(1, b"progress\n")
        raise error


def in_python(code):
    return subprocess.run(
        [sys.executable, "-c", "from temdenoise.run import logs\n" + code],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONUNBUFFERED": ""},
        capture_output=True,
        text=True,
    )


def test_native_code_and_child_processes_land_in_the_log(tmp_path):
    with logs.capture(tmp_path / "new" / "a.log"):
        os.write(1, b"one\n")
        os.write(2, b"two\n")
        subprocess.run(["sh", "-c", "echo three; echo four >&2"], check=True)
        logging.getLogger("temdenoise").info("five")
    lines = (tmp_path / "new" / "a.log").read_text().splitlines()
    assert lines[:4] == ["one", "two", "three", "four"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d [\d:,]+ INFO five", lines[4])


def test_prints_land_in_the_log_and_only_those_of_the_block(tmp_path):
    path = tmp_path / "a.log"
    done = in_python(
        f"print('before')\nwith logs.capture({str(path)!r}):\n    print('inside')\nprint('after')"
    )
    assert done.returncode == 0
    assert done.stdout == "before\nafter\n"
    assert path.read_text() == "inside\n"


def test_descriptors_are_restored_and_none_is_left_open(tmp_path):
    before, count = descriptors(), len(list(Path("/proc/self/fd").iterdir()))
    with logs.capture(tmp_path / "a.log"):
        assert descriptors() == dict.fromkeys("12", str(tmp_path / "a.log"))
    assert descriptors() == before
    assert len(list(Path("/proc/self/fd").iterdir())) == count


def test_descriptors_are_restored_after_an_error(tmp_path):
    before = descriptors()
    with pytest.raises(SystemExit), logs.capture(tmp_path / "a.log"):
        raise InputError("a.npy: empty")
    assert descriptors() == before
    assert logging.getLogger("temdenoise").handlers == []


@pytest.mark.parametrize(
    "error",
    [
        InputError("a.npy: empty; delete it"),
        EngineError("a.npy: empty; delete it"),
        StorageError(28, "a.npy: empty; delete it"),
    ],
)
def test_error_to_be_mended_is_the_one_last_line(tmp_path, error):
    with pytest.raises(SystemExit) as caught:
        fail_in(tmp_path / "a.log", error)
    first, *rest = (tmp_path / "a.log").read_text().splitlines()
    assert caught.value.code == 1
    assert first == "progress"
    assert len(rest) == 1
    assert rest[0].endswith(" ERROR a.npy: empty; delete it")


def read_as_damaged(path):
    try:
        raise PermissionError(13, "Permission denied", path)
    except OSError as error:
        raise InputError(f"{path}: not a whole .npy file; delete it") from error


@pytest.mark.parametrize("name", ["a.npy", "b.npy"])
def test_a_file_that_may_not_be_read_is_not_called_damaged(tmp_path, name):
    with pytest.raises(SystemExit), logs.capture(tmp_path / "a.log"):
        read_as_damaged(name)
    (line,) = (tmp_path / "a.log").read_text().splitlines()
    assert line.endswith(f" ERROR {name}: Permission denied; give this account access")


def test_a_file_of_the_run_is_named_as_the_run_names_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit), logs.capture("a.log"):
        read_as_damaged(str(tmp_path / "maps/a.tif"))
    (line,) = (tmp_path / "a.log").read_text().splitlines()
    assert " ERROR maps/a.tif: Permission denied; " in line


def test_a_folder_that_may_not_be_written_is_one_line(tmp_path):
    with pytest.raises(SystemExit):
        fail_in(tmp_path / "a.log", PermissionError(13, "Permission denied", "maps"))
    last = (tmp_path / "a.log").read_text().splitlines()[-1]
    assert last.endswith(" ERROR maps: Permission denied; give this account access")


def test_process_ends_with_code_1_and_prints_nothing(tmp_path):
    path = str(tmp_path / "a.log")
    done = in_python(
        "from temdenoise.errors import InputError\n"
        f"with logs.capture({path!r}):\n    raise InputError('a.npy: empty')"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_progress_is_shown_beside_the_log_but_not_how_it_ends(tmp_path):
    path = tmp_path / "a.log"
    done = in_python(
        "import logging\nfrom temdenoise.errors import InputError\n"
        f"with logs.capture({str(path)!r}, show_as='100%, G'):\n"
        "    logging.getLogger('temdenoise').info('half')\n    raise InputError('empty')"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "100%, G: half\n")
    half, end = path.read_text().splitlines()
    assert (half[-10:], end[-12:]) == (" INFO half", " ERROR empty")


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("raise StorageError(28, 'no room for a.npy')", "ERROR no room for a.npy"),
        ("raise InputError('a.npy: empty')", "ERROR a.npy: empty"),
        ("raise OSError(28, 'full')", "ERROR no room on the disk: [Errno 28] full; free some room"),
    ],
)
@on_a_full_disk
def test_what_a_full_disk_does_not_take_of_the_log_is_printed(said, line):
    done = in_python(
        "from temdenoise.errors import InputError, StorageError\n"
        f"with logs.capture('/dev/full'):\n    {said}"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(f" {line}\n")
    assert done.stderr.count("\n") == 1


@on_a_full_disk
def test_progress_that_can_be_shown_nowhere_does_not_cost_the_job(tmp_path):
    done = in_python(
        "import logging, os\nos.dup2(os.open('/dev/full', os.O_WRONLY), 2)\n"
        f"with logs.capture({str(tmp_path / 'a.log')!r}, show_as='my'):\n"
        "    logging.getLogger('temdenoise').info('half')\nprint('done')"
    )
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert " INFO half\n" in (tmp_path / "a.log").read_text()


@on_a_full_disk
def test_a_log_without_room_does_not_cost_the_job():
    done = in_python(
        "import logging\n"
        "with logs.capture('/dev/full'):\n"
        "    print('some')\n"
        "    logging.getLogger('temdenoise').warning('other')"
    )
    assert (done.returncode, done.stdout) == (0, "some\n")
    assert done.stderr.endswith(" WARNING other\n")


def test_other_error_propagates_and_leaves_its_traceback(tmp_path):
    with pytest.raises(ZeroDivisionError), logs.capture(tmp_path / "a.log"):
        raise ZeroDivisionError("half of nothing")
    text = (tmp_path / "a.log").read_text()
    assert "error in the workflow" in text
    assert "Traceback (most recent call last)" in text
    assert text.endswith("ZeroDivisionError: half of nothing\n")


def test_second_capture_starts_its_own_log(tmp_path):
    for name in ("a", "b"):
        with logs.capture(tmp_path / f"{name}.log"):
            logging.getLogger("temdenoise").info("line of %s", name)
    assert (tmp_path / "a.log").read_text().count("line of") == 1
    assert (tmp_path / "b.log").read_text().endswith("INFO line of b\n")
