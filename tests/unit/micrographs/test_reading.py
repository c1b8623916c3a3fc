import dataclasses
import gc
import struct
import warnings
import zlib

import h5py
import imageio.v3
import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from rsciio import emd, hspy, image, tiff

from temdenoise.errors import InputError
from temdenoise.micrographs import formats, reading, writing

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
    [
        *[("nm", 1), ("Å", 0.1), ("\u212b", 0.1), ("µm", 1e3), ("\u03bcm", 1e3), ("pm", 1e-3)],
        *[("um", 1e3), ("nanometer", 1), ("Nanometers", 1), ("angstrom", 0.1), ("Angstroms", 0.1)],
        *[("ångström", 0.1), ("micron", 1e3), ("microns", 1e3), ("[n_m]", 1)],
    ],
)
def test_every_unit_of_length_becomes_nm(tmp_path, units, nm):
    found = reading.read(written(tmp_path, "hspy", IMAGE, units))
    assert found.pixel_size == pytest.approx((0.02 * nm, 0.02 * nm))


@pytest.mark.parametrize("units", ["", "px", "<undefined>", "[]", "[px]"])
def test_no_unit_is_no_calibration(tmp_path, units):
    assert reading.read(written(tmp_path, "hspy", IMAGE, units)).pixel_size is None


@pytest.mark.parametrize(
    ("unit", "nm"),
    [
        *[("nm", 1), ("nanometer", 1), ("angstrom", 0.1), ("\\u00C5", 0.1)],
        *[("micron", 1e3), ("um", 1e3), ("\\u00B5m", 1e3)],
    ],
)
def test_the_unit_that_imagej_writes_is_read(tmp_path, unit, nm):
    options = {"resolution": (50.0, 50.0), "metadata": {"unit": unit}}
    tifffile.imwrite(tmp_path / "a.tif", IMAGE, imagej=True, **options)
    found = reading.read(tmp_path / "a.tif")
    assert found.pixel_size == pytest.approx((0.02 * nm, 0.02 * nm))


@pytest.mark.parametrize(("units", "scale"), [("1/nm", 0.02), ("nm", 1e16)])
def test_what_is_no_length_is_refused_unless_the_user_knows_better(tmp_path, units, scale):
    path = written(tmp_path, "hspy", IMAGE, units, scale)
    with pytest.raises(
        InputError, match=f"{units}: is this a diffraction pattern.*set the pixel size: "
    ) as caught:
        reading.read(path)
    assert "pixel_size_nm in the sample table" in str(caught.value)
    assert "--pixel-size" in str(caught.value)
    assert reading.read(path, pixel_size=0.01).pixel_size == (0.01, 0.01)


def test_a_non_uniform_axis_is_refused_unless_the_user_knows_better(tmp_path):
    one = signal(IMAGE)
    del one["axes"][1]["scale"]
    one["axes"][1].update(_type="DataAxis", axis=np.arange(9.0) ** 2)
    WRITERS["hspy"](tmp_path / "a.hspy", one)
    with pytest.raises(InputError, match=r"a\.hspy: a non-uniform axis has no pixel size; set"):
        reading.read(tmp_path / "a.hspy")
    assert reading.read(tmp_path / "a.hspy", pixel_size=0.01).pixel_size == (0.01, 0.01)


# Of RosettaSciIO's reader of MRC, which leaves the file open
LEFT_OPEN = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


def mrc(path, data, cell, grid):
    """Write an MRC file of int16 `data` (NZ, NY, NX), its `cell` [Å] and `grid` (x, y, z)."""
    header = np.zeros(256, "<i4")
    header[:4] = *data.shape[::-1], 1
    header[7:10] = grid
    header[10:13] = np.array(cell, "<f4").view("<i4")
    path.write_bytes(header.tobytes() + data.astype("<i2").tobytes())
    return path


@pytest.mark.parametrize(
    ("cell", "grid", "pixel_size"),
    [
        ((1.8, 1.8, 1), (9, 6, 1), (0.03, 0.02)),
        ((0, 0, 0), (9, 6, 1), None),
        ((9, 6, 1), (0, 0, 0), None),
    ],
)
@LEFT_OPEN
def test_an_mrc_file_without_a_cell_has_no_calibration(tmp_path, cell, grid, pixel_size):
    found = reading.read(mrc(tmp_path / "a.mrc", IMAGE[None], cell, grid))
    assert found.pixel_size == (pixel_size and pytest.approx(pixel_size))
    np.testing.assert_array_equal(found.frame(0), IMAGE)


@LEFT_OPEN
def test_a_stack_of_mrc_is_read(tmp_path):
    found = reading.read(mrc(tmp_path / "a.mrc", STACK, (1.8, 1.2, 1), (9, 6, 3)))
    np.testing.assert_array_equal(found.frame(2), STACK[2])


def of_kind(shape, kinds, dtype="f4"):
    """Return a signal of `shape` with an axis of each of `kinds`: t, y, x, or E for energy."""
    data = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    one = {**signal(IMAGE), "data": data}
    one["axes"] = [
        {
            **{"name": kind, "size": size, "index_in_array": number, "offset": 0.0},
            **{"scale": 0.02, "units": {"E": "eV", "t": "s"}.get(kind[0], "nm")},
            "navigate": kind.endswith("*"),
        }
        for number, (kind, size) in enumerate(zip(kinds, shape, strict=True))
    ]
    return one


SPECTRA = [((4, 5, 64), ("y*", "x*", "E")), ((64, 4, 5), ("E*", "y", "x")), ((9, 64), ("x*", "E"))]
FOUR = ((4, 5, 7, 6), ("y*", "x*", "y", "x"))
HAADF = of_kind((4, 5), ("y", "x"))


@pytest.mark.parametrize(("shape", "kinds"), [*SPECTRA, FOUR])
def test_spectra_are_no_image(shape, kinds, tmp_path):
    WRITERS["hspy"](tmp_path / "a.hspy", of_kind(shape, kinds))
    with pytest.raises(InputError, match=r"a\.hspy: (spectra, not an|neither an) image.* shape \("):
        reading.read(tmp_path / "a.hspy")


@pytest.mark.parametrize(
    "other",
    [
        *[of_kind(*kind) for kind in [*SPECTRA, FOUR]],
        signal(np.zeros((40, 50), "f4"), units="1/nm"),
        of_kind((40, 50), ("y", "x"), "c8"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_the_image_is_taken_from_what_lies_beside_it(tmp_path, monkeypatch, other, first):
    signals = [HAADF, other] if first else [other, HAADF]
    (tmp_path / "a.emd").write_text("of a reader in its stead")
    monkeypatch.setitem(formats.READERS, ".emd", lambda path, lazy: signals)
    np.testing.assert_array_equal(reading.read(tmp_path / "a.emd").frame(0), HAADF["data"])


@pytest.mark.parametrize("kinds", [("t*", "y", "x"), ("t", "y", "x")])
def test_a_stack_may_call_its_frames_navigation_or_not(tmp_path, kinds):
    WRITERS["hspy"](tmp_path / "a.hspy", of_kind((3, 4, 5), kinds))
    assert reading.read(tmp_path / "a.hspy").frames.shape == (3, 4, 5)


def test_a_crop_keeps_its_place(tmp_path):
    found = reading.read(written(tmp_path, "hspy", STACK), crop=(1, 5, 2, 9))
    np.testing.assert_array_equal(found.frame(2), STACK[2, 1:5, 2:9])
    assert found.offset == pytest.approx((0.02, 0.04))


def test_a_crop_beyond_the_image_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"crop: got 0:7,0:9, allowed: within .* 6 rows"):
        reading.read(written(tmp_path, "hspy", IMAGE), crop=(0, 7, 0, 9))


def test_a_large_file_is_read_image_by_image(tmp_path, monkeypatch):
    path = written(tmp_path, "hspy", STACK)
    monkeypatch.setattr(formats, "LARGE", 0)
    found = reading.read(path)
    assert not isinstance(found.frames, np.ndarray)
    np.testing.assert_array_equal(found.frame(1), STACK[1])


def test_a_large_png_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "LARGE", 0)
    imageio.v3.imwrite(tmp_path / "a.png", IMAGE)
    np.testing.assert_array_equal(reading.read(tmp_path / "a.png").frame(0), IMAGE)


@pytest.mark.parametrize("options", [{"imagej": True}, {"bigtiff": True}, {"compression": "zlib"}])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.8, 0.95])
@pytest.mark.filterwarnings("ignore")  # the reader leaves it open
def test_what_is_left_of_a_stack_is_not_taken_for_all(tmp_path, options, part):
    frames = np.random.default_rng(1).random((5, 40, 30)).astype("f4")
    tifffile.imwrite(tmp_path / "a.tif", frames, **options, photometric="minisblack")
    assert reading.read(tmp_path / "a.tif").frames.shape == frames.shape
    content = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(content[: int(part * len(content))])
    with pytest.raises(InputError, match=r"a\.tif: (not a whole tif file|holds no image)"):
        reading.read(tmp_path / "a.tif")
    gc.collect()


ERRORS = [
    *[MemoryError("9 TiB"), RecursionError("too deep"), struct.error("4 bytes"), KeyError("Data")],
    *[zlib.error("Error -3"), EOFError("end"), UnicodeDecodeError("utf-8", b"a", 0, 1, "no")],
    OSError("line\nbreak"),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_whatever_a_reader_raises_is_one_line(tmp_path, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    (tmp_path / "a.dm4").write_text("x")
    monkeypatch.setitem(formats.READERS, ".dm4", fail)
    with pytest.raises(
        InputError, match=r"a\.dm4: (not a whole dm4 file|damaged, or too large) \("
    ):
        reading.read(tmp_path / "a.dm4")
    whole = reading.read(written(tmp_path, "hspy", STACK))
    lazily = dataclasses.replace(whole, frames=type("Lazy", (), {"__getitem__": fail})())
    with pytest.raises(InputError, match=r"frame 2: cannot be read \(") as caught:
        lazily.frame(1)
    assert "\n" not in str(caught.value)


def spoil(tmp_path):
    hspy_path = written(tmp_path, "hspy", IMAGE)
    whole = {"hspy": hspy_path.read_bytes(), "tif": written(tmp_path, "tif", IMAGE).read_bytes()}
    rgb = np.stack([IMAGE.astype("u1")] * 3, -1)
    tifffile.imwrite(tmp_path / "rgb.tif", rgb, photometric="rgb")
    planes = {"photometric": "rgb", "planarconfig": "separate"}
    tifffile.imwrite(tmp_path / "planar.tif", np.moveaxis(rgb, -1, 0), **planes)
    grey = {"photometric": "minisblack", "planarconfig": "contig"}
    tifffile.imwrite(tmp_path / "alpha.tif", rgb[..., :2], **grey, extrasamples=["unassalpha"])
    imageio.v3.imwrite(tmp_path / "alpha.png", rgb[..., :2])
    imageio.v3.imwrite(tmp_path / "rgb.png", rgb * np.array([1, 2, 3], "u1"))
    WRITERS["hspy"](tmp_path / "line.hspy", signal(IMAGE[0]))
    WRITERS["hspy"](tmp_path / "complex.hspy", signal(IMAGE.astype("c8")))
    for suffix, content in whole.items():
        (tmp_path / f"cut.{suffix}").write_bytes(content[: len(content) // 2])
    np.savez(tmp_path / "pickled.npz", np.array([{}, IMAGE], dtype=object))
    np.save(tmp_path / "row.npy", IMAGE[:1])
    (tmp_path / "folder.tif").mkdir()
    (tmp_path / "link.tif").symlink_to("nowhere")
    (tmp_path / "empty.dm4").touch()
    for suffix in (
        "dm3",
        "dm4",
        "emd",
        "ser",
        "mrc",
        "tif",
        "hspy",
        "h5",
        "hdf5",
        "png",
        "npy",
        "npz",
    ):
        (tmp_path / f"text.{suffix}").write_text("no image\n" * 50)
    (tmp_path / "notes.txt").write_text("no image")


BAD = {
    **{"none.dm4": "no such file", "empty.dm4": "the file is empty", "rgb.tif": "a colour image"},
    **dict.fromkeys(("planar.tif", "alpha.tif", "alpha.png", "rgb.png"), "a colour image; save"),
    **{"line.hspy": "a spectrum or line", "complex.hspy": "values of type complex64"},
    **{"cut.hspy": "not a whole hspy file", "cut.tif": "cut.tif"},
    **{"folder.tif": "a folder; name the images in it", "link.tif": "a link that leads nowhere"},
    **{"pickled.npz": "pickled.npz: Python objects", "row.npy": "1 × 9 pixels are no image"},
    **{"notes.txt": "unknown format; known are dm3, dm4"},
    **{
        f"text.{s}": f"not a whole {s} file"
        for s in ("dm3", "dm4", "emd", "tif", "hspy", "h5", "hdf5", "png", "npy")
    },
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


def stack(tmp_path, *frames):
    return reading.read(written(tmp_path, "hspy", np.stack(frames).astype("f4")))


def test_a_frame_without_contrast_does_not_refuse_its_stack(tmp_path):
    found = stack(tmp_path, 0 * IMAGE, IMAGE, IMAGE + 1)
    np.testing.assert_array_equal(found.frame(0), 0 * IMAGE)
    np.testing.assert_array_equal(found.usable(), IMAGE)


def test_a_stack_without_any_contrast_is_refused(tmp_path):
    with pytest.raises(InputError, match="no contrast in any of its 2 frames"):
        stack(tmp_path, 0 * IMAGE, 0 * IMAGE + 1).usable()


def test_what_is_wrong_with_the_last_frame_is_said_at_once(tmp_path):
    with pytest.raises(InputError, match="frame 3: 1 values are NaN"):
        stack(tmp_path, IMAGE, IMAGE, np.where(IMAGE == 4, np.nan, IMAGE)).usable()


def test_a_single_image_is_usable_as_it_is(tmp_path):
    np.testing.assert_array_equal(reading.read(written(tmp_path, "hspy", IMAGE)).usable(), IMAGE)


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


@given(st.integers(2, 4), st.sets(st.tuples(st.integers(0, 39), st.integers(0, 29)), max_size=2))
def test_a_few_missing_values_take_those_of_neighbours(frames, missing):
    whole = np.random.default_rng(1).normal(size=(frames, 40, 30))
    with_holes = whole.copy()
    for y, x in missing:
        with_holes[-1, y, x] = np.nan
    found = reading.Micrograph(with_holes, True, None, (0, 0), "a", {})
    filled, last = found.frame(frames - 1), whole[-1]
    assert found.missing(frames - 1) == len(missing)
    assert found.missing(0) == 0
    for y, x in missing:
        assert filled[y, x] in last[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3]
        filled[y, x] = last[y, x]
    np.testing.assert_array_equal(filled, last)


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_an_array_of_numpy_is_an_image_without_calibration(tmp_path, suffix):
    path = tmp_path / f"one.{suffix}"
    if suffix == "npy":
        np.save(path, STACK)
    else:
        np.savez(path, numbers=np.arange(9), images=STACK)
    found = reading.read(path)
    assert found.pixel_size is None
    np.testing.assert_array_equal(found.frame(1), STACK[1])


OTHER = np.arange(5 * 7, dtype=np.uint16).reshape(5, 7)


def test_pages_of_different_sizes_are_images_of_their_own(tmp_path, caplog):
    for number, options in enumerate(({}, {"metadata": None})):  # of tifffile, of any program
        path = tmp_path / f"{number}.tif"
        with tifffile.TiffWriter(path) as file:
            for page in (IMAGE, OTHER):
                file.write(page, photometric="minisblack", **options)
        with caplog.at_level("INFO", logger="temdenoise"):
            assert not reading.read(path).is_stack
        assert f"{path}: took image 1, shape (6, 9); other images: image 2" in caplog.text
        np.testing.assert_array_equal(reading.read(path, dataset="2").frame(0), OTHER)


def at_once(path, **options):
    tifffile.imwrite(path, STACK, photometric="minisblack", **options)


def one_by_one(path, **options):
    with tifffile.TiffWriter(path) as file:
        for page in STACK:
            file.write(page, photometric="minisblack", **options)


@pytest.mark.parametrize("write", [at_once, one_by_one])
@pytest.mark.parametrize("options", [{}, {"metadata": None}, {"compression": "zlib"}])
def test_pages_of_one_size_are_a_stack(tmp_path, write, options):
    write(tmp_path / "a.tif", **options)
    found = reading.read(tmp_path / "a.tif")
    assert found.is_stack
    np.testing.assert_array_equal(np.asarray(found.frames), STACK)


def berkeley(path, **groups):
    """Write an EMD file of version 0.2, whose arrays run (x, y)."""
    with h5py.File(path, "w") as file:
        file.attrs.update(version_major=0, version_minor=2)
        for name, values in groups.items():
            group = file.create_group(f"data/{name}")
            group.attrs["emd_group_type"] = 1
            group["data"] = values.T
            for number, size in enumerate(values.T.shape, start=1):
                group[f"dim{number}"] = 0.02 * np.arange(size)
                group[f"dim{number}"].attrs.update(name="x", units="[n_m]")
    return path


def test_groups_of_like_names_are_a_stack_unless_they_differ_in_size(tmp_path):
    equal = reading.read(berkeley(tmp_path / "a.emd", frame=IMAGE, frame2=IMAGE + 1))
    np.testing.assert_array_equal(np.asarray(equal.frames), STACK[:2])
    path = berkeley(tmp_path / "b.emd", frame=OTHER, frame2=IMAGE)
    assert reading.read(path).dataset == "frame2"
    np.testing.assert_array_equal(reading.read(path, dataset="frame").frame(0), OTHER)


def test_frames_of_different_sizes_in_one_signal_are_refused(tmp_path):
    ragged = np.empty(2, dtype=object)
    ragged[:] = [IMAGE, OTHER]
    one = signal(IMAGE) | {"data": ragged, "attributes": {"_lazy": False, "ragged": True}}
    one["axes"] = [{**one["axes"][0], "size": 2, "navigate": True}]
    WRITERS["hspy"](tmp_path / "a.hspy", one)
    with pytest.raises(InputError, match=r"a\.hspy: Python objects.* frames of different sizes"):
        reading.read(tmp_path / "a.hspy")


def test_which_of_several_images_was_taken_is_said(tmp_path, caplog):
    np.savez(tmp_path / "two.npz", small=IMAGE, large=np.tile(IMAGE, (2, 1)))
    with caplog.at_level("INFO", logger="temdenoise"):
        reading.read(tmp_path / "two.npz")
    assert "two.npz: took large, shape (12, 9); other images: small" in caplog.text


def beside_grey(path, colour, **how):
    with tifffile.TiffWriter(path) as file:
        file.write(colour, **how)
        file.write(IMAGE, photometric="minisblack")
    return path


ALPHA = {"photometric": "minisblack", "planarconfig": "contig", "extrasamples": ["unassalpha"]}


@pytest.mark.parametrize(("samples", "how"), [(3, {"photometric": "rgb"}), (2, ALPHA)])
def test_the_grey_image_beside_one_in_colour_is_taken_and_said(tmp_path, caplog, samples, how):
    path = beside_grey(tmp_path / "two.tif", np.zeros((6, 9, samples), np.uint8), **how)
    with caplog.at_level("INFO", logger="temdenoise"):
        np.testing.assert_array_equal(reading.read(path).frame(0), IMAGE)
    assert "two.tif: took image 2, shape (6, 9)" in caplog.text
    with pytest.raises(InputError, match=r"two\.tif: dataset image 1: a colour image"):
        reading.read(path, dataset="1")


def test_colours_in_planes_beside_a_grey_image_are_said(tmp_path):
    path = tmp_path / "two.tif"
    planes = {"photometric": "rgb", "planarconfig": "separate"}
    beside_grey(path, np.zeros((3, 6, 9), np.uint8), **planes)
    with pytest.raises(InputError, match="a colour image"):
        reading.read(path)
