import os
import time

import pytest

from temdenoise.run import storage

HOUR = 3600


def write_partial(folder, name, age):
    """Leave what a writer of `name` leaves that was killed `age` seconds ago."""
    with storage.beside(folder / name) as partial:
        partial.write_text("half")
    (folder / name).rename(partial)
    os.utime(partial, (time.time() - age,) * 2)
    return partial


@pytest.mark.parametrize("name", ["a.npy", "a", "C.confined.dzp.basis", ".a.npy.checksum"])
def test_what_killed_writers_left_is_removed_after_a_day(tmp_path, name):
    old = write_partial(tmp_path / "old", name, age=25 * HOUR)
    new = write_partial(tmp_path / "deep" / "new", name, age=23 * HOUR)
    assert storage.remove_partials(tmp_path) == [old]
    assert list((tmp_path / "old").iterdir()) == []
    assert list((tmp_path / "deep" / "new").iterdir()) == [new]


def test_other_files_stay_however_old(tmp_path):
    for name in ("a.npy", ".a.npy.checksum", ".hidden", "a.partial.npy"):
        (tmp_path / name).write_text("whole")
        os.utime(tmp_path / name, (0, 0))
    assert storage.remove_partials(tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 4


def test_a_run_that_has_no_results_yet_has_nothing_to_remove(tmp_path):
    assert storage.remove_partials(tmp_path / "none") == []
