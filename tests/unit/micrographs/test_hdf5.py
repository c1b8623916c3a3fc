import h5py
import numpy as np
import pytest

from temdenoise.errors import InputError
from temdenoise.micrographs import reading

IMAGE = np.arange(6 * 9, dtype=np.float32).reshape(6, 9)


def external_link(group, other):
    group["data"] = h5py.ExternalLink(other, "secret")


def external_storage(group, other):
    group.create_dataset("data", IMAGE.shape, "f4", external=[(str(other), 0, IMAGE.nbytes)])


def virtual(group, other):
    layout = h5py.VirtualLayout(IMAGE.shape, "f4")
    layout[:] = h5py.VirtualSource(other, "secret", IMAGE.shape)
    group.create_virtual_dataset("data", layout)


@pytest.mark.parametrize("place", [external_link, external_storage, virtual])
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("suffix", ["h5", "hdf5", "hspy", "emd"])
def test_an_hdf5_file_cannot_bring_in_another_file(tmp_path, suffix, there, place):
    other = tmp_path / "other"
    if there:
        with h5py.File(other, "w") as file:
            file["secret"] = IMAGE
    with h5py.File(tmp_path / f"a.{suffix}", "w") as file:
        file["image"] = IMAGE
        group = file.create_group("Experiments/one")
        group["back"] = file["/"]  # a circle
        place(group, other)
        file["alias"] = h5py.SoftLink("/Experiments/one/data")
        file.attrs["file_format"] = "HyperSpy"
        file.attrs["file_format_version"] = "3.3"
    with pytest.raises(
        InputError, match=rf"a\.{suffix}: .*Experiments/one/data.* only data in the"
    ):
        reading.read(tmp_path / f"a.{suffix}")
