"""What can be asked of the command? Its options."""

import argparse
import os
from pathlib import Path
from typing import NoReturn

import temdenoise
from temdenoise.micrographs import samples

AUTO = "auto"  # the general model, and what explains more of the image than it
MODELS = Path(temdenoise.__file__).with_name("models")  # the shipped ones


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End in one line."""
        self.exit(1, f"temdenoise: {message}; see temdenoise --help\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's options."""
    command = _Parser(
        prog="temdenoise",
        allow_abbrev=False,
        description="Denoise TEM and STEM images of two-dimensional crystals.",
        epilog="The results of my.dm4 lie in denoised/my; look at overview.png first.",
    )
    add, given = command.add_argument, " (default: %(default)s)"
    add(
        "images",
        metavar="IMAGE",
        nargs="*",
        help="dm3, dm4, emd, ser, emi, mrc, tif, hspy, h5, png, npy or npz",
    )
    add(
        "--model",
        metavar="NAME[,NAME]",
        default=samples.DEFAULT_MODEL,
        help=f"the models to use, or {AUTO}: what explains most of the image{given}",
    )
    add("--pixel-size", metavar="NM", help="pixel size [nm], instead of the header's")
    add("--bond-length", metavar="NM", help="distance of neighbouring atom columns [nm]")
    add("--crop", metavar="top:bottom,left:right", help="the part of the image to denoise [pixels]")
    add(
        "--atoms",
        metavar="|".join(samples.SHADES),
        help=f"{samples.DARK} atoms are listed, and denoised as bright ones (default: "
        f"{samples.BRIGHT})",
    )
    add("--dataset", metavar="NAME", help="the image to take of several in a file: name or number")
    add(
        "--out", metavar="DIR", type=Path, default=Path("denoised"), help=f"where results go{given}"
    )
    add(
        "--models",
        metavar="DIR",
        type=Path,
        default=MODELS,
        help="a folder of models, instead of the shipped ones",
    )
    add(
        "--threads",
        metavar="N",
        type=_count,
        default=_cores(),
        help=f"processor cores to use{given}",
    )
    add("--no-score", action="store_true", help="do not compare the result with a blur")
    add("--memory", metavar="MB", type=_count, help="memory to use [MB] (default: what is free)")
    add("--list-models", action="store_true", help="list the models, one line each")
    add("--version", action="version", version=f"temdenoise {temdenoise.__version__}")
    return command


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"got {text!r}, allowed: an integer, at least 1")
    return int(text)


def _cores() -> int:
    allowed = getattr(os, "sched_getaffinity", None)  # macOS has none
    return len(allowed(0)) if allowed else os.cpu_count() or 1
