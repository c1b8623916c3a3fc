"""How is an image denoised from the terminal? The command temdenoise."""

import argparse
import gc
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import temdenoise
from temdenoise.errors import InputError
from temdenoise.micrographs import samples
from temdenoise.micrographs.samples import Entry
from temdenoise.run import logs

if TYPE_CHECKING:  # it loads what a refusal does not need
    from temdenoise.reports.panels import Result

MODELS = Path(__file__).with_name("models")  # the shipped ones
# Objects between two collections of garbage. Imports make most of a million that stay; to look
# through them after each 700, as is usual, takes half a second.
_GARBAGE = 1_000_000
_INTERRUPTED = 130  # the exit code of a program that Ctrl-C ended


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End in one line."""
        self.exit(1, f"temdenoise: {message}; see temdenoise --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Denoise the images that the `arguments` name; return 0 if all are denoised, else 1."""
    options = _parser().parse_args(arguments)
    try:
        if options.list_models:
            return _list_models(options)
        entries = _entries(options)
    except (InputError, OSError) as error:
        return _say(_line(error))
    logging.getLogger("temdenoise").setLevel(logging.INFO)
    try:
        return max([_attempt(name, entry, options) for name, entry in entries.items()])
    except KeyboardInterrupt:
        return max(_say("stopped; finished results are kept"), _INTERRUPTED)


def command() -> NoReturn:
    """Be the program: run `main`, and end the process without tearing TensorFlow down."""
    gc.set_threshold(_GARBAGE)
    code = main()
    sys.stdout.flush()
    os._exit(code)  # saves 0.6 s; all files are closed


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="temdenoise",
        allow_abbrev=False,
        description="Denoise TEM and STEM images of two-dimensional crystals.",
        epilog="The results of my.dm4 lie in denoised/my; look at overview.png first.",
    )
    add, given = parser.add_argument, " (default: %(default)s)"
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
        help=f"the models to use{given}",
    )
    add("--pixel-size", metavar="NM", help="pixel size [nm], instead of the header's")
    add("--bond-length", metavar="NM", help="distance of neighbouring atom columns [nm]")
    add("--crop", metavar="top:bottom,left:right", help="the part of the image to denoise [pixels]")
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
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"got {text!r}, allowed: an integer, at least 1")
    return int(text)


def _cores() -> int:
    allowed = getattr(os, "sched_getaffinity", None)  # macOS has none
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _list_models(options: argparse.Namespace) -> int:
    from temdenoise.networks import card

    if options.images:
        raise InputError(f"--list-models denoises nothing: leave out {options.images[0]}")
    store = options.models
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
        dataset=options.dataset,
    )
    for name, entry in entries.items():
        problem = samples.missing_file(entry, options.models)
        if problem := problem or samples.clash(options.out / name, entry):
            raise InputError(problem)
    _check_models(options.models, entries)
    return entries


def _check_models(store: Path, entries: dict[str, Entry]) -> None:
    from temdenoise.networks import card

    for model in {model for entry in entries.values() for model in entry["models"]}:
        card.check(store / model / "model.keras", card.read(store / model / "card.json"))


def _attempt(name: str, entry: Entry, options: argparse.Namespace) -> int:
    """Denoise one image; print a failure in one line, so that the other images follow."""
    gc.collect(0)  # the figure of the image before holds arrays
    with _quiet():
        problems = _denoise(entry, options.out / name, options)
    return max([0, *map(_say, problems)])


def _line(error: Exception) -> str:
    """Return the line for an error that the user can fix, or the traceback of another."""
    if line := logs.line_of(error):
        return line
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"an error in the program, not in the image:\n{traceback.format_exc()}"


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


def _denoise(entry: Entry, folder: Path, options: argparse.Namespace) -> list[str]:
    """Write the results of the models and their overview; return the problems, each once."""
    from temdenoise.reports import overview, style

    results: list[Result] = []
    problems: list[str] = []
    for model in entry["models"]:
        with _noted(problems):
            results.append(_result(entry, model, folder, options))
    if results:
        with _noted(problems):
            style.save(folder / "overview.png", overview.draw(entry, results))
            print(f"{folder.name}: done, look at {folder / 'overview.png'}", flush=True)
    return list(dict.fromkeys(problems))


@contextmanager
def _noted(problems: list[str]) -> Iterator[None]:
    """Add the line of an error to `problems`, and go on."""
    try:
        yield
    except Exception as error:
        problems.append(_line(error))


def _result(entry: Entry, model: str, folder: Path, options: argparse.Namespace) -> "Result":
    from temdenoise.micrographs import job, room
    from temdenoise.reports import overview

    target = job.targets(folder, model)
    with logs.shown(1, f"{folder.name}, {model}"):
        job.run(
            entry,
            options.models / model / "model.keras",
            job.Settings(score=not options.no_score),
            target,
            threads=options.threads,
            memory=options.memory or room.free(),
        )
    return overview.read(*(target[kind] for kind in ("tif", "uncertainty", "atoms", "summary")))


def _say(line: str) -> int:
    print(f"temdenoise: {line}", file=sys.stderr, flush=True)
    return 1
