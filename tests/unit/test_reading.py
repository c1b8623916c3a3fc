import gc
import warnings

import numpy as np
import pytest
import tifffile
from rsciio import emd, hspy, image, tiff

from temdenoise.errors import InputError
from temdenoise.micrographs import reading, writing

IMAGE = (np.arange(6 * 9).reshape(6, 9) ** 2).astype(np.uint16)
STACK = np.stack([IMAGE, IMAGE + 1, IMAGE + 2])


def signal(data, units="nm", scale=0.02):
    names = ("frame", "y", "x")[-data.ndim :]
    axes = [
        {
            **{"name": name, "size": size, "index_in_array": number, "offset": 0.0},
            **{"scale": 1.0 if name == "frame" else scale, "navigate": name == "frame"},
            "units": "" if name == "frame" else units,
        }
        for number, (name, size) in enumerate(zip(names, data.shape, strict=True))
    ]
    return {
        **{"data": data, "axes": axes, "original_metadata": {"microscope": {"kV": 80}}},
        "metadata": {"General": {"title": "test"}, "Signal": {"signal_type": ""}},
        **{"attributes": {"_lazy": False}, "learning_results": {}, "models": {}},
        **{"package_info": {}, "tmp_parameters": {}},
    }


WRITERS = {
    "tif": tiff.file_writer,
    "hspy": lambda path, one: hspy.file_writer(path, one, show_progressbar=False),
    "emd": emd.file_writer,
}


def written(folder, suffix, *args, **kwargs):
    path = folder / f"test.{suffix}"
    WRITERS[suffix](path, signal(*args, **kwargs))
    return path


@pytest.mark.parametrize("data", [IMAGE, STACK], ids=["image", "stack"])
@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("dtype", ["u2", "i4", "f4"])
def test_what_rosettasciio_writes_is_read(tmp_path, suffix, data, dtype):
    data = data.astype(dtype) - (0 if dtype == "u2" else 3_000_000)
    found = reading.read(written(tmp_path, suffix, data))
    assert found.is_stack == (data.ndim == 3)
    assert found.pixel_size == pytest.approx((0.02, 0.02))
    assert len(found.frames) == (3 if found.is_stack else 1)
    np.testing.assert_array_equal(found.frame(0), data[0] if found.is_stack else data)


def test_a_png_is_read_without_calibration(tmp_path):
    image.file_writer(tmp_path / "a.png", signal((IMAGE % 256).astype("u1")))
    found = reading.read(tmp_path / "a.png")
    assert found.pixel_size is None
    np.testing.assert_array_equal(found.frame(0), IMAGE % 256)


@pytest.mark.parametrize(
    ("units", "nm"),
    [("nm", 1), ("Å", 0.1), ("\u212b", 0.1), ("µm", 1e3), ("\u03bcm", 1e3), ("pm", 1e-3)],
)
def test_every_unit_of_length_becomes_nm(tmp_path, units, nm):
    found = reading.read(written(tmp_path, "hspy", IMAGE, units))
    assert found.pixel_size == pytest.approx((0.02 * nm, 0.02 * nm))


@pytest.mark.parametrize("units", ["", "px", "<undefined>"])
def test_no_unit_is_no_calibration(tmp_path, units):
    assert reading.read(written(tmp_path, "hspy", IMAGE, units)).pixel_size is None


def test_the_unit_that_imagej_writes_is_read(tmp_path):
    options = {"resolution": (50.0, 50.0), "metadata": {"unit": "nm"}}
    tifffile.imwrite(tmp_path / "a.tif", IMAGE, imagej=True, **options)
    assert reading.read(tmp_path / "a.tif").pixel_size == pytest.approx((0.02, 0.02))


def test_a_wrong_unit_is_refused_unless_the_sheet_knows_better(tmp_path):
    path = written(tmp_path, "hspy", IMAGE, "1/nm")
    with pytest.raises(InputError, match="1/nm is no length; give its pixel size: pixel_size_nm"):
        reading.read(path)
    assert reading.read(path, pixel_size=0.01).pixel_size == (0.01, 0.01)


def test_a_crop_keeps_its_place(tmp_path):
    found = reading.read(written(tmp_path, "hspy", STACK), crop=(1, 5, 2, 9))
    np.testing.assert_array_equal(found.frame(2), STACK[2, 1:5, 2:9])
    assert found.offset == pytest.approx((0.02, 0.04))


def test_a_crop_beyond_the_image_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"crop: got 0:7,0:9, allowed: within .* 6 rows"):
        reading.read(written(tmp_path, "hspy", IMAGE), crop=(0, 7, 0, 9))


def test_a_large_file_is_read_image_by_image(tmp_path, monkeypatch):
    path = written(tmp_path, "hspy", STACK)
    monkeypatch.setattr(reading, "_LARGE", 0)
    found = reading.read(path)
    assert not isinstance(found.frames, np.ndarray)
    np.testing.assert_array_equal(found.frame(1), STACK[1])


def spoil(tmp_path):
    hspy_path = written(tmp_path, "hspy", IMAGE)
    whole = {"hspy": hspy_path.read_bytes(), "tif": written(tmp_path, "tif", IMAGE).read_bytes()}
    rgb = np.stack([IMAGE.astype("u1")] * 3, -1)
    tifffile.imwrite(tmp_path / "rgb.tif", rgb)
    WRITERS["hspy"](tmp_path / "line.hspy", signal(IMAGE[0]))
    WRITERS["hspy"](tmp_path / "complex.hspy", signal(IMAGE.astype("c8")))
    for suffix, content in whole.items():
        (tmp_path / f"cut.{suffix}").write_bytes(content[: len(content) // 2])
    (tmp_path / "empty.dm4").touch()
    for suffix in ("dm3", "dm4", "emd", "ser", "mrc", "tif", "hspy", "png"):
        (tmp_path / f"text.{suffix}").write_text("no image\n" * 50)
    (tmp_path / "notes.txt").write_text("no image")


BAD = {
    **{"none.dm4": "no such file", "empty.dm4": "the file is empty", "rgb.tif": "a colour image"},
    **{"line.hspy": "a spectrum or line", "complex.hspy": "values of type complex64"},
    **{"cut.hspy": "not a whole hspy file", "cut.tif": "cut.tif"},
    **{"notes.txt": "not a format that is read, which are dm3, dm4"},
    **{f"text.{s}": f"not a whole {s} file" for s in ("dm3", "dm4", "emd", "tif", "hspy", "png")},
    **{"text.ser": "text.ser", "text.mrc": "text.mrc"},
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.filterwarnings("ignore")
def test_a_file_that_is_no_image_is_one_line_that_names_it(tmp_path, name):
    spoil(tmp_path)
    with pytest.raises(InputError) as caught:
        reading.read(tmp_path / name).frame(0)
    message = str(caught.value)
    del caught
    gc.collect()  # some readers leave a file open that is not one of theirs
    assert len(message.splitlines()) == 1, message
    assert name in message
    assert BAD[name] in message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (np.zeros((4, 6), "f4"), "no contrast, all values are 0"),
        (np.full((4, 6), 7, "u2"), "no contrast, all values are 7"),
        (np.where(IMAGE == 4, np.nan, IMAGE).astype("f4"), "1 values are NaN or infinite"),
        (np.where(IMAGE < 10, np.inf, IMAGE).astype("f4"), "4 values are NaN or infinite"),
    ],
)
def test_an_image_that_shows_nothing_is_refused(tmp_path, data, said):
    with pytest.raises(InputError, match=said):
        reading.read(written(tmp_path, "hspy", data)).frame(0)


@pytest.mark.parametrize("data", [IMAGE, STACK], ids=["image", "stack"])
@pytest.mark.parametrize("suffix", ["tif", "hspy"])
def test_what_is_written_is_read_with_its_calibration(tmp_path, data, suffix):
    source = reading.read(written(tmp_path, "hspy", data), crop=(1, 5, 2, 9))
    write = {"tif": writing.write_tiff, "hspy": writing.write_hspy}[suffix]
    images = np.asarray(source.frames if source.is_stack else source.frames[0], dtype="f4")
    record = {"model": "G", "warnings": ["a", "ö"], "factors": (0.5, np.float32(1)), "none": None}
    write(tmp_path / f"out.{suffix}", images, source, (0.02, 0.03), record)
    found = reading.read(tmp_path / f"out.{suffix}")
    np.testing.assert_array_equal(found.frame(0), source.frame(0).astype("f4"))
    assert found.frames.dtype == np.float32
    assert found.is_stack == source.is_stack
    assert found.pixel_size == pytest.approx((0.02, 0.03))
    assert found.offset == pytest.approx(source.offset)
    whole = str(found.original_metadata)
    assert "microscope" in whole
    assert "80" in whole


def test_the_hyperspy_file_says_what_it_was_made_from(tmp_path):
    source = reading.read(written(tmp_path, "hspy", IMAGE))
    writing.write_hspy(tmp_path / "o.hspy", IMAGE.astype("f4"), source, None, {"model": "G"})
    (found,) = hspy.file_reader(tmp_path / "o.hspy")
    assert found["metadata"]["temdenoise"] == {"model": "G"}


def test_nothing_is_warned_of_by_the_writers(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = reading.read(written(tmp_path, "tif", IMAGE))
        writing.write_tiff(tmp_path / "o.tif", IMAGE.astype("f4"), source, None, {})
