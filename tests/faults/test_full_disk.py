"""A disk that is full, and full again each time that a little room was made."""

import os
import re
import subprocess

import pytest
from undisturbed import SAME, TABLES, Copy, content, half_written

pytestmark = pytest.mark.faults

LINE = r"ERROR no room on the disk for (\S+): ([\d.]+) MB are free; free some room"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 20 MB."""
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", tmp_path], check=True)
    except (OSError, subprocess.CalledProcessError):
        if "CI" in os.environ:
            raise
        pytest.skip("only root can mount a small disk")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


def fill(folder, leave):
    """Fill the disk of `folder` but for `leave` kB."""
    ballast = folder / "ballast"
    ballast.unlink(missing_ok=True)
    status = os.statvfs(folder)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, status.f_bavail * status.f_frsize - 1000 * leave)


def test_a_full_disk_is_named_and_with_more_room_the_run_ends_the_same(undisturbed, small_disk):
    copy = Copy(small_disk, undisturbed.before("noise"))
    for leave in (0, 30, 150, 500):
        fill(copy.folder, leave)
        done = copy.run(*TABLES)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "No space left on device" in said if leave < 100 else re.search(LINE, said), said
        assert half_written(copy.folder) == []
        assert content(copy.folder).items() <= undisturbed.content.items()
        copy.finish(more=["--unlock"])
    (copy.folder / "ballast").unlink()
    copy.finish(*TABLES)
    assert content(copy.folder) == undisturbed.content
    assert set(SAME) < set(undisturbed.content)


def test_a_line_for_each_job_names_a_file_of_the_run_and_the_free_room(undisturbed, small_disk):
    copy = Copy(small_disk, undisturbed.before("noise"))
    fill(copy.folder, 150)
    said = re.findall(LINE, copy.run(*TABLES).stderr)
    found = dict(said)
    assert 0 < len(said) == len(found)
    assert set(found) <= {"results/tiny/images/train.npy", "results/tiny/images/test.npy"}
    assert all(0 < float(free) <= 0.15 for free in found.values())
