import json

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from rsciio import hspy

from temdenoise.micrographs import reading, writing

IMAGE = np.arange(6 * 9, dtype="f4").reshape(6, 9)
NASTY = {
    **{"text": "a\0b\0", "bytes": b"\x00roi\xff", "key\0": 1, "\0": "no name", "lone": "\udc80"},
    **{"nan": np.nan, "inf": np.float32(-np.inf), "list": [np.nan, 1.5, "a\0"], "": None},
    **{"array": np.array([[1.0, np.nan]]), "big": 2**64 - 1, "deep": {"\0x": {"y": [b"\0", None]}}},
}
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.complex_numbers(),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def source(metadata):
    return reading.Micrograph(IMAGE[None], False, (0.02, 0.03), (0.0, 0.0), "a.tif", metadata)


@given(TREES)
def test_what_is_plain_is_json_and_stays_as_it_is(tree):
    once = writing.plain(tree)
    text = json.dumps(once, allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in text
    assert json.loads(text.encode()) == once
    assert writing.plain(once) == once


def test_numbers_that_are_none_become_none():
    values = [np.nan, np.inf, np.float32(np.nan), np.array([1, -np.inf]), 2.5]
    assert writing.plain(values) == [None, None, None, [1.0, None], 2.5]


@pytest.mark.parametrize("write", [writing.write_tiff, writing.write_hspy])
def test_no_metadata_of_a_source_keep_its_result_from_being_written(tmp_path, write):
    path = tmp_path / ("a.tif" if write is writing.write_tiff else "a.hspy")
    write(path, IMAGE, source(NASTY), (0.02, 0.03), {"model": "G", "noise": np.nan})
    found = reading.read(path)
    np.testing.assert_array_equal(found.frame(0), IMAGE)
    assert found.pixel_size == pytest.approx((0.02, 0.03))


def test_none_and_mended_text_are_read_from_the_hyperspy_file(tmp_path):
    writing.write_hspy(tmp_path / "a.hspy", IMAGE, source(NASTY), None, {"noise": np.nan})
    (found,) = hspy.file_reader(tmp_path / "a.hspy")
    assert found["metadata"]["temdenoise"] == {"noise": None}
    kept = found["original_metadata"]
    assert (kept["text"], kept["bytes"], kept["key"]) == ("ab", "roi\ufffd", 1)
    assert (kept["nan"], kept["inf"], kept["list"]) == (None, None, [None, 1.5, "a"])


def test_a_tiff_of_imagej_with_a_roi_gets_both_results(tmp_path):
    extra = {"ROI": b"Iout\x00\xe4\x00\x01", "Overlays": [b"Iout\x00"], "Info": "a\0b"}
    tifffile.imwrite(tmp_path / "roi.tif", IMAGE, imagej=True, metadata=extra)
    photoshop = [(34377, "B", 8, b"8BIM\x00\x00\x00\x01", True)]
    tifffile.imwrite(tmp_path / "photoshop.tif", IMAGE, extratags=photoshop)
    for name in ("roi", "photoshop"):
        found = reading.read(tmp_path / f"{name}.tif")
        writing.write_hspy(tmp_path / f"{name}.hspy", IMAGE, found, None, {})
        writing.write_tiff(tmp_path / f"{name}-out.tif", IMAGE, found, None, {})
        np.testing.assert_array_equal(reading.read(tmp_path / f"{name}.hspy").frame(0), IMAGE)
