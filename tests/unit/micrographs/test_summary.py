import json

import pytest

from temdenoise.errors import DamagedError, InputError
from temdenoise.micrographs import reading, summary
from temdenoise.run import checksums, files


def outputs(folder):
    return [folder / "a.tif"], folder / "a.json"


def test_a_problem_is_written_down_and_the_batch_goes_on(tmp_path):
    images, path = outputs(tmp_path)
    with summary.failures("skip", images, path, {"source": "a.dm4"}):
        raise InputError("a.dm4: the file is empty")
    said = json.loads(path.read_text())
    assert (said["problem"], said["source"]) == ("a.dm4: the file is empty", "a.dm4")
    assert images[0].read_bytes() == b""


@pytest.mark.parametrize(
    ("on_failure", "error"),
    [("stop", InputError), ("skip", DamagedError), ("skip", ZeroDivisionError)],
)
def test_what_is_no_problem_of_an_image_in_a_batch_ends_the_job(tmp_path, on_failure, error):
    images, path = outputs(tmp_path)
    with pytest.raises(error), summary.failures(on_failure, images, path, {}):
        raise error
    assert not list(tmp_path.iterdir())


def test_a_damaged_file_of_the_workflow_is_no_micrograph(tmp_path):
    path = tmp_path / "fetched.dm3"
    with files.atomic(path) as partial:
        partial.write_bytes(b"whole")
    path.write_bytes(b"other")
    with pytest.raises(DamagedError, match="expected SHA-256"):
        reading.read(path)
    path.with_name(f".{path.name}{checksums.SUFFIX}").unlink()
    with pytest.raises(InputError, match="not a whole dm3 file"):
        reading.read(path)


def test_counts_are_whole_numbers_beside_an_image_without(tmp_path):
    for name, said in {"a": {"frames": 3, "hot": 2}, "b": {"problem": "empty"}}.items():
        said = {"problem": None, "warnings": [], **said}
        files.write_text(tmp_path / name / "G.json", summary.to_json(said))
    table = summary.table([tmp_path / name / "G.json" for name in "ab"])
    assert "a,G,,,,3,," in table.to_csv(index=False)
    assert list(summary.readable(table)["frames"]) == ["3", "–"]
