import h5py
import numpy as np
import pytest
import tifffile
from rsciio import hspy

from temdenoise.errors import InputError
from temdenoise.micrographs import formats, reading

SMALL = np.arange(5 * 7, dtype=np.float32).reshape(5, 7)
LARGE = np.arange(6 * 9, dtype=np.float32).reshape(6, 9)
LINE = np.arange(999.0)
BOTH = {"axis": LINE, "bf": LARGE, "haadf": SMALL}  # by the alphabet, as HDF5 lists them


def npz(path):
    np.savez(path, **BOTH)


def h5(path):
    with h5py.File(path, "w") as file:
        for name, values in BOTH.items():
            file[f"entry/{name}"] = values


def signal(title, data, units="nm"):
    axis = {"scale": 0.02, "offset": 0.0, "units": units, "navigate": False}
    axes = [
        {**axis, "name": name, "size": size} for name, size in zip("yx", data.shape, strict=False)
    ]
    return {"data": data, "axes": axes, "metadata": {"General": {"title": title}}}


def with_reader(monkeypatch, path, *signals):
    path.write_text("of a reader in its stead")
    monkeypatch.setitem(formats.READERS, path.suffix, lambda path, lazy: list(signals))
    return path


def tif(path):
    with tifffile.TiffWriter(path) as file:
        file.write(np.zeros((4, 4, 3), np.uint8), photometric="rgb")
        file.write(LARGE, photometric="minisblack")
        file.write(SMALL, photometric="minisblack")


def hyperspy(path):
    rest = {"attributes": {"_lazy": False}, "learning_results": {}, "models": {}}
    rest |= {"package_info": {}, "tmp_parameters": {}, "original_metadata": {}}
    with h5py.File(path, "w") as file:
        file.attrs.update({"file_format": "HyperSpy", "file_format_version": "3.3"})
        for title, data in BOTH.items():
            one = signal(title, data) | rest
            one["metadata"]["Signal"] = {"signal_type": ""}
            hspy.file_writer(path.with_name(f"{title}.hspy"), one, show_progressbar=False)
            with h5py.File(path.with_name(f"{title}.hspy")) as alone:
                alone.copy(f"Experiments/{title}", file.require_group("Experiments"))


WRITERS = {"npz": npz, "h5": h5, "tif": tif, "hspy": hyperspy}
NAMES = {
    "npz": ("bf", "haadf"),
    "h5": ("entry/bf", "entry/haadf"),
    "tif": ("image 2", "image 3"),
    "hspy": ("bf", "haadf"),
}


@pytest.fixture(params=WRITERS)
def path(tmp_path, request):
    found = tmp_path / f"a.{request.param}"
    WRITERS[request.param](found)
    return found


@pytest.mark.parametrize("number", [0, 1])
def test_an_image_is_chosen_by_its_name_and_what_was_taken_chooses_it_again(path, number):
    name = NAMES[path.suffix[1:]][number]
    found = reading.read(path, dataset=name)
    np.testing.assert_array_equal(found.frame(0), (LARGE, SMALL)[number])
    assert found.dataset == name


def test_the_one_that_is_taken_of_several_is_said_beside_the_others(path, caplog):
    names = NAMES[path.suffix[1:]]
    with caplog.at_level("INFO", logger="temdenoise"):
        assert reading.read(path).dataset == names[0]
    assert f"{path}: took {names[0]}, shape (6, 9); other images: {names[1]}" in caplog.text


def test_a_number_is_that_in_the_file(path):
    found = sorted(
        float(reading.read(path, dataset=number).frame(0).size)
        for number in ("1", "2", "3")
        if not refused(path, number)
    )
    assert found == [SMALL.size, LARGE.size]


def refused(path, dataset):
    try:
        reading.read(path, dataset=dataset)
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("wrong", ["HAADF", "0", "4", "a\nb", "*"])
def test_a_wrong_name_is_refused_with_the_names_there_are(path, wrong):
    said = refused(path, wrong)
    assert said == f"{path}: dataset: got {wrong!r}, allowed: {', '.join(NAMES[path.suffix[1:]])}"


def test_what_is_chosen_and_no_image_is_refused_with_the_reason(tmp_path):
    npz(tmp_path / "a.npz")
    assert "a.npz: dataset axis: a spectrum or line" in refused(tmp_path / "a.npz", "axis")


def test_without_an_image_the_largest_says_why(tmp_path):
    np.savez(tmp_path / "a.npz", axis=LINE[:9], cube=np.zeros((2, 3, 4, 5)))
    assert "neither an image nor a stack of images" in refused(tmp_path / "a.npz", None)


def test_an_image_alone_needs_no_name_but_may_be_given_its_own(tmp_path, caplog):
    np.savez(tmp_path / "a.npz", haadf=LARGE)
    with caplog.at_level("INFO", logger="temdenoise"):
        assert reading.read(tmp_path / "a.npz").dataset is None
    assert not caplog.text
    assert reading.read(tmp_path / "a.npz", dataset="haadf").frames.shape == (1, 6, 9)
    assert "allowed: haadf" in refused(tmp_path / "a.npz", "bf")


def test_equal_and_missing_titles_become_numbers(tmp_path, monkeypatch):
    images = [signal("HAADF", LARGE), signal("HAADF", SMALL), signal("", SMALL[:3])]
    path = with_reader(monkeypatch, tmp_path / "a.dm4", *images)
    assert reading.read(path, dataset="2").frames.shape == (1, 5, 7)
    assert reading.read(path, dataset="image 3").frames.shape == (1, 3, 7)
    assert "allowed: image 1, image 2, image 3" in refused(path, "HAADF")


def test_a_name_that_is_a_number_goes_before_the_number(tmp_path):
    np.savez(tmp_path / "a.npz", **{"2": LARGE, "1": SMALL})
    np.testing.assert_array_equal(reading.read(tmp_path / "a.npz", dataset="2").frame(0), LARGE)


def test_one_with_a_unit_of_length_goes_before_a_larger_one(tmp_path, monkeypatch):
    images = [signal("FFT", LARGE, "1/nm"), signal("HAADF", SMALL)]
    path = with_reader(monkeypatch, tmp_path / "a.dm4", *images)
    assert reading.read(path).dataset == "HAADF"


@pytest.mark.parametrize("other", [np.zeros((40, 50, 3), "u1"), LARGE.astype("c8"), LARGE > 3])
def test_a_grey_image_goes_before_any_other(tmp_path, other):
    np.savez(tmp_path / "a.npz", other=other, grey=SMALL)
    assert reading.read(tmp_path / "a.npz").dataset == "grey"


def test_a_message_is_one_line_whatever_the_names(tmp_path):
    np.savez(tmp_path / "a.npz", **{f"line\nbreak {number}": SMALL for number in range(300)})
    (line,) = refused(tmp_path / "a.npz", "none").splitlines()
    assert line.endswith("line break 19, 280 more")
