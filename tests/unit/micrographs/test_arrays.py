import h5py
import numpy as np
import pytest
from rsciio import hspy

from temdenoise.errors import InputError
from temdenoise.micrographs import formats, reading

IMAGE = (np.arange(6 * 9).reshape(6, 9) ** 2).astype(np.uint16)
STACK = np.stack([IMAGE, IMAGE + 1, IMAGE + 2])


def hdf5(path, **arrays):
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file[name] = values
    return path


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("suffix", ["h5", "hdf5"])
@pytest.mark.parametrize("dtype", ["<u2", ">i4", "<f4", ">f8"])
def test_an_image_of_hdf5_is_found_among_what_lies_beside_it(
    tmp_path, monkeypatch, suffix, dtype, large
):
    with h5py.File(tmp_path / f"a.{suffix}", "w") as file:
        file["entry/data/image"] = IMAGE.astype(dtype)
        file["entry/data/x"] = np.arange(90.0)
        file["entry/title"] = "an image"
        file["entry/kV"] = 80.0
        file["entry/none"] = h5py.Empty("f4")
        file.create_dataset("rows", (0, 9), "f4")
    monkeypatch.setattr(formats, "LARGE", 0 if large else 10**6)
    found = reading.read(tmp_path / f"a.{suffix}")
    assert isinstance(found.frames, np.ndarray) != large
    assert not found.is_stack
    assert found.pixel_size is None
    np.testing.assert_array_equal(found.usable(), IMAGE)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("shape", [(3, 6, 9), (3, 1, 6, 9), (1, 3, 6, 9)])
@pytest.mark.parametrize("suffix", ["h5", "npy", "npz"])
def test_an_array_of_frames_is_a_stack(tmp_path, monkeypatch, suffix, shape, large):
    path = tmp_path / f"a.{suffix}"
    write = {"h5": lambda p, values: hdf5(p, frames=values), "npy": np.save, "npz": np.savez}
    write[suffix](path, STACK.reshape(shape))
    monkeypatch.setattr(formats, "LARGE", 0 if large else 10**6)
    found = reading.read(path, crop=(1, 5, 2, 9))
    assert found.is_stack
    np.testing.assert_array_equal(found.frame(2), STACK[2, 1:5, 2:9])


@pytest.mark.parametrize("shape", [(1, 6, 9), (1, 1, 6, 9)])
def test_a_stack_of_one_frame_stays_one(tmp_path, shape):
    np.save(tmp_path / "a.npy", IMAGE.reshape(shape))
    found = reading.read(tmp_path / "a.npy")
    assert found.is_stack
    np.testing.assert_array_equal(np.asarray(found.frames), [IMAGE])


@pytest.mark.parametrize("shape", [(1, 9), (3, 6, 1), (3, 1, 9)])
@pytest.mark.parametrize("suffix", ["h5", "npy"])
def test_a_row_stays_a_row(tmp_path, suffix, shape):
    values = np.arange(np.prod(shape)).reshape(shape)
    path = tmp_path / f"a.{suffix}"
    np.save(path, values) if suffix == "npy" else hdf5(path, row=values)
    with pytest.raises(InputError, match=f"{shape[-2]} × {shape[-1]} pixels are no image"):
        reading.read(path)


@pytest.mark.parametrize(
    ("said", "pixel_size"),
    [
        ((1.0, 2e-5, 3e-5), (0.02, 0.03)),
        ((2e-5, 3e-5), (0.02, 0.03)),
        ((3e-5,), None),
        ((0, 0, 0), None),
        ("unknown", None),
    ],
)
@pytest.mark.parametrize("data", [IMAGE, STACK], ids=["image", "stack"])
def test_the_pixel_size_that_imagej_writes_into_hdf5_is_read(tmp_path, data, said, pixel_size):
    with h5py.File(hdf5(tmp_path / "a.h5", t0=data), "a") as file:
        file["t0"].attrs["element_size_um"] = said
    found = reading.read(tmp_path / "a.h5").pixel_size
    assert found == (pixel_size and pytest.approx(pixel_size))


def test_a_file_of_hyperspy_is_one_whatever_its_ending(tmp_path):
    axes = [
        {"name": name, "size": size, "scale": 0.2, "offset": 0.0, "units": "Å", "navigate": False}
        for name, size in zip("yx", IMAGE.shape, strict=True)
    ]
    signal = {
        **{"data": IMAGE, "axes": axes, "original_metadata": {}, "metadata": {"General": {}}},
        **{"attributes": {"_lazy": False}, "learning_results": {}, "models": {}},
        **{"package_info": {}, "tmp_parameters": {}},
    }
    signal["metadata"] = {"General": {"title": "old"}, "Signal": {"signal_type": ""}}
    hspy.file_writer(tmp_path / "a.hspy", signal, show_progressbar=False)
    path = (tmp_path / "a.hspy").rename(tmp_path / "a.hdf5")
    assert reading.read(path).pixel_size == pytest.approx((0.02, 0.02))


def test_what_does_not_fit_into_memory_is_only_read_in_part(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:  # 4 TB that take a few kB
        image = file.create_dataset("x", (10**6, 10**6), "f4", chunks=(64, 64))
        image[64:70, 128:137] = IMAGE
    np.testing.assert_array_equal(
        reading.read(tmp_path / "a.h5", crop=(64, 70, 128, 137)).usable(), IMAGE
    )


RAGGED = np.array([IMAGE, IMAGE[:4]], dtype=object)


def test_objects_beside_the_images_of_an_archive_are_left_out(tmp_path):
    about = np.array({"kV": 80}, dtype=object)
    np.savez(tmp_path / "a.npz", about=about, frames=RAGGED, image=IMAGE)
    np.testing.assert_array_equal(reading.read(tmp_path / "a.npz").usable(), IMAGE)


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_frames_of_different_sizes_in_one_array_are_refused(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    np.save(path, RAGGED) if suffix == "npy" else np.savez(path, RAGGED)
    with pytest.raises(
        InputError, match=r"a\.np.: Python objects.*frames of different sizes; save"
    ):
        reading.read(path)
