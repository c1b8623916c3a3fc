"""How is an image denoised from the terminal? The command temdenoise."""

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import temdenoise
from temdenoise.errors import InputError
from temdenoise.micrographs import samples
from temdenoise.micrographs.samples import Entry
from temdenoise.run import logs

MODELS = Path(__file__).with_name("models")  # the shipped ones


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End in one line."""
        self.exit(1, f"temdenoise: {message}; see temdenoise --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Denoise the images that the `arguments` name; return 0 if all are denoised, else 1."""
    options = _parser().parse_args(arguments)
    try:
        if options.list_models:
            return _list_models(options.models)
        entries = _entries(options)
    except InputError as error:
        return _say(str(error))
    logging.getLogger("temdenoise").setLevel(logging.INFO)
    try:
        return max([_attempt(name, entry, options) for name, entry in entries.items()])
    except KeyboardInterrupt:
        return _say("stopped; finished results are kept")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="temdenoise",
        description="Denoise TEM and STEM images of two-dimensional crystals.",
        epilog="The results of my.dm4 lie in denoised/my; look at overview.png first.",
    )
    add, given = parser.add_argument, " (default: %(default)s)"
    add("images", metavar="IMAGE", nargs="*", help="dm3, dm4, emd, ser, emi, mrc, tif, hspy or png")
    add(
        "--model",
        metavar="NAME[,NAME]",
        default=samples.DEFAULT_MODEL,
        help=f"the models to use{given}",
    )
    add("--pixel-size", metavar="NM", help="pixel size [nm], instead of the header's")
    add("--bond-length", metavar="NM", help="distance of neighbouring atom columns [nm]")
    add("--crop", metavar="top:bottom,left:right", help="the part of the image to denoise [pixels]")
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
    add("--memory", metavar="MB", type=_count, help="memory to use [MB] (default: what is free)")
    add("--list-models", action="store_true", help="list the models, one line each")
    add("--version", action="version", version=f"temdenoise {temdenoise.__version__}")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"got {text!r}, allowed: an integer, at least 1")
    return int(text)


def _cores() -> int:
    allowed = getattr(os, "sched_getaffinity", None)  # macOS has none
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _list_models(store: Path) -> int:
    from temdenoise.networks import card

    names = samples.models_in(store)
    if not names:
        raise InputError(f"{store}: there are no models; a model is a folder with model.keras")
    code = 0
    for name in names:
        try:
            print(card.read(store / name / "card.json").to_line())
        except InputError as error:
            code = _say(str(error))
    return code


def _entries(options: argparse.Namespace) -> dict[str, Entry]:
    """Return the images by name; refuse what would fail, before TensorFlow is loaded."""
    if not options.images:
        raise InputError("no image was named; see temdenoise --help")
    if options.out.exists() and not options.out.is_dir():
        raise InputError(f"--out: {options.out} is a file; name a folder")
    entries = samples.of_images(
        options.images,
        model=options.model,
        pixel_size=options.pixel_size,
        bond_length=options.bond_length,
        crop=options.crop,
    )
    for name, entry in entries.items():
        problem = samples.missing_file(entry, options.models)
        if problem := problem or samples.clash(options.out / name, entry):
            raise InputError(problem)
    return entries


def _attempt(name: str, entry: Entry, options: argparse.Namespace) -> int:
    """Denoise one image; print a failure in one line, so that the other images follow."""
    with _quiet():
        problem = _problem(entry, options.out / name, options)
    return _say(problem) if problem else 0


def _problem(entry: Entry, folder: Path, options: argparse.Namespace) -> str | None:
    try:
        _denoise(entry, folder, options)
    except Exception as error:
        whose = "an error in the program, not in the image"
        return logs.line_of(error) or f"{entry['path']}: {whose}:\n{traceback.format_exc()}"
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep from the terminal what TensorFlow and the readers of files write to descriptor 2."""
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _denoise(entry: Entry, folder: Path, options: argparse.Namespace) -> None:
    from temdenoise.micrographs import job
    from temdenoise.reports import overview, style

    results = []
    for model in entry["models"]:
        target = job.targets(folder, model)
        with logs.shown(1, f"{folder.name}, {model}"):
            job.run(
                entry,
                options.models / model / "model.keras",
                job.Settings(),
                target,
                threads=options.threads,
                memory=options.memory or job.free_memory(),
            )
        results.append(overview.read(target["tif"], target["uncertainty"], target["summary"]))
    style.save(folder / "overview.png", overview.draw(entry, results))
    print(f"{folder.name}: done, look at {folder / 'overview.png'}", flush=True)


def _say(line: str) -> int:
    print(f"temdenoise: {line}", file=sys.stderr, flush=True)
    return 1
