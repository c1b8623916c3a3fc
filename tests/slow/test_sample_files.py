"""Real files of microscopes: those that HyperSpy 1.5.2 was tested with, from its sdist (GPL-3)."""

import gc
import os
import subprocess
import sys
import tarfile
import zipfile

import numpy as np
import pytest

from temdenoise.errors import InputError
from temdenoise.micrographs import reading

PACKAGE = "hyperspy==1.5.2"
SHA256 = "5271fd3fa3e437ea9aaa201cd1724f5cd60e53dcc0741a74e86d55ea1b101ff6"
INSIDE = "hyperspy-1.5.2/hyperspy/tests/io/"
VELOX = "emd_files/fei_emd_files.zip"
IMAGEJ = "tiff_files/test_loading_image_saved_with_imageJ"

pytestmark = [
    pytest.mark.slow,
    # RosettaSciIO's readers leave some files open, and tell of what they cannot read of metadata.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The folder of the sample files; Velox's are unpacked to its folder emd_files."""
    folder = tmp_path_factory.mktemp("samples")
    (folder / "wanted.txt").write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n")
    options = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--retries", "1"]
    command = [sys.executable, "-m", "pip", "download", *options, "--require-hashes"]
    command += ["--dest", str(folder), "-r", str(folder / "wanted.txt")]
    done = subprocess.run(command, capture_output=True, text=True)
    if "No matching distribution" in done.stderr and "CI" not in os.environ:
        pytest.skip("no network")
    assert done.returncode == 0, done.stderr
    (sdist,) = folder.glob("hyperspy*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    with zipfile.ZipFile(folder / INSIDE / VELOX) as archive:
        archive.extractall(folder / INSIDE / "emd_files")
    return folder / INSIDE


IMAGES = {
    # Gatan's
    "dm3_2D_data/test_STEM_image.dm3": ((1, 68, 68), "uint32", 0.248538),
    "dm3_locale/Fei HAADF-UK_location.dm3": ((1, 4, 16), "uint16", 5.506073),
    "dm3_locale/Fei HAADF-DE_location.dm3": ((1, 4, 16), "uint16", 5.506073),
    "dm_stackbuilder_plugin/test_stackbuilder_imagestack.dm3": ((3, 2, 16), "uint32", 59.982903),
    "tiff_files/test_dm_image_um_unit.dm3": ((1, 68, 68), "int32", 168.674692),
    # FEI's, of the programs TIA and Velox
    "FEI_new/128x128-TEM_search_1.ser": ((1, 128, 128), "int32", 5.261214),
    "FEI_new/128x128-TEM_search.emi": ((1, 128, 128), "int32", 5.261214),
    "FEI_old/03_Scanning Preview_1.ser": ((5, 128, 128), "uint16", 0.384352),
    "FEI_old/64x64x5_TEM_preview_1.ser": ((5, 64, 64), "float32", 6.281834),
    "FEI_old/16x16_STEM_BF_DF_acquire_2.ser": ((1, 16, 16), "uint16", 21.510044),
    "emd_files/fei_emd_image.emd": ((1, 512, 512), "uint16", 5.302415),
    # the HAADF image beside a spectrum image
    "emd_files/fei_emd_si.emd": ((1, 16, 16), "uint16", 5.302415),
    "emd_files/fei_SI_SuperX-HAADF_10frames_10x50.emd": ((1, 50, 10), "uint16", 1.234010),
    # Berkeley's
    "emd_files/example_image.emd": ((1, 3, 3), "int32", None),
    # TIFF as each program writes it
    "tiff_files/test_loading_image_saved_with_DM.tif": ((1, 68, 68), "int32", 168.674692),
    f"{IMAGEJ}.tif": ((1, 68, 68), "float32", 168.674711),
    f"{IMAGEJ}_stack.tif": ((2, 68, 68), "float32", 168.674711),
    f"{IMAGEJ}_no_scale.tif": ((1, 68, 68), "float32", None),
    "tiff_files/TVIPS_bin4.tif": ((1, 1024, 1024), "uint8", 1.420804),
    "tiff_files/FEI-Helios-Ebeam-16bits.tif": ((1, 471, 512), "uint16", 3372.4),
    "tiff_files/test_tiff_Zeiss_SEM_512pix.tif": ((1, 384, 512), "uint8", 11.649976),
}
# What the numbers in the names of Gatan's files stand for, as its program has them
KINDS = {1: "i2", 2: "f4", 6: "u1", 7: "i4", 9: "i1", 10: "u2", 11: "u4", 12: "f8"}
CUT = ["dm3_2D_data/test_STEM_image.dm3", "dm4_2D_data/test-7.dm4", "dm4_3D_data/test-2.dm4"]
CUT += ["FEI_old/64x64x5_TEM_preview_1.ser", "emd_files/fei_emd_image.emd"]
CUT += ["tiff_files/test_loading_image_saved_with_DM_stack.tif"]


@pytest.mark.parametrize("name", IMAGES)
def test_a_file_of_a_microscope_is_read_with_its_pixel_size(samples, name):
    shape, dtype, nm = IMAGES[name]
    found = reading.read(samples / name)
    assert found.frames.shape == shape
    assert found.frames.dtype == dtype
    assert found.is_stack == (shape[0] > 1)
    assert found.pixel_size == (nm and pytest.approx((nm, nm), rel=1e-5))
    assert found.usable().shape == shape[1:]


@pytest.mark.parametrize("number", KINDS)
@pytest.mark.parametrize(("suffix", "planes"), [("dm3", 2), ("dm3", 3), ("dm4", 2), ("dm4", 3)])
def test_every_kind_of_number_of_gatan_is_read(samples, suffix, planes, number):
    found = reading.read(samples / f"{suffix}_{planes}D_data/test-{number}.{suffix}")
    count = 2 if planes == 3 else 1
    assert found.frames.dtype == KINDS[number]
    expected = np.arange(1, 4 * count + 1).reshape(count, 2, 2)
    np.testing.assert_array_equal(found.frames, expected)


def test_the_image_of_velox_has_the_values_that_its_program_exported(samples):
    values = np.load(samples / "emd_files/fei_emd_image.npy")
    found = reading.read(samples / "emd_files/fei_emd_image.emd")
    np.testing.assert_array_equal(found.frame(0), values)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dm3_2D_data/test_diffraction_pattern.dm3", "axis unit is 1/nm: is this a diffraction"),
        ("FEI_old/64x64_diffraction_acquire.emi", "axis unit is 1 / nm: is this a diffraction"),
        ("FEI_old/64x64_diffraction_acquire_1.ser", "e+17 nm: is this a diffraction"),
        ("dm4_3D_data/EELS_SI.dm4", "spectra, not an image"),
        ("FEI_old/16x16-spectrum_image-5x5x1024_1.ser", "spectra, not an image"),
        ("FEI_new/16x16-diffraction_imagel_5x5x256x256_EDS_2.ser", "neither an image nor"),
        ("dm3_1D_data/test-EELS_spectrum.dm3", "a spectrum or line"),
        ("dm4_2D_data/test-23.dm4", "a colour image"),
        ("dm4_2D_data/test-3.dm4", "values of type complex64"),
        ("tiff_files/optical_Zeiss_AxioVision_RGB.tif", "a colour image"),
        ("emd_files/fei_emd_spectrum.emd", "holds no image"),
        ("emd_files/1532 Camera Ceta.emd", "no contrast, all values are 0"),
    ],
)
def test_what_is_no_image_is_refused(samples, name, said):
    with pytest.raises(InputError, match=f".*{said.replace('+', '[+]')}") as caught:
        reading.read(samples / name).usable()
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("part", [0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97])
@pytest.mark.parametrize("name", CUT)
def test_a_file_that_was_copied_in_part_is_one_line(samples, tmp_path, name, part):
    content = (samples / name).read_bytes()
    path = tmp_path / f"cut.{name.rpartition('.')[2]}"
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(InputError, match=r"cut\.\w+") as caught:
        reading.read(path).usable()
    assert len(str(caught.value).splitlines()) == 1
    del caught
    gc.collect()
