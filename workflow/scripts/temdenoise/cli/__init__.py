"""How is an image denoised from the terminal? The command temdenoise."""

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from temdenoise.cli import options as asked
from temdenoise.cli import results
from temdenoise.errors import InputError
from temdenoise.micrographs import samples
from temdenoise.micrographs.samples import Entry

# Objects between two collections of garbage. Imports make most of a million that stay; to look
# through them after each 700, as is usual, takes half a second.
_GARBAGE = 1_000_000
_INTERRUPTED = 130  # the exit code of a program that Ctrl-C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Denoise the images that the `arguments` name; return 0 if all are denoised, else 1."""
    options = asked.parser().parse_args(arguments)
    try:
        if options.list_models:
            return _list_models(options)
        entries = _entries(options)
    except (InputError, OSError) as error:
        return _say(results.line(error))
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
    if options.model == asked.AUTO and options.no_score:
        raise InputError(f"--model {asked.AUTO} chooses by the score: leave out --no-score")
    if options.out.exists() and not options.out.is_dir():
        raise InputError(f"--out: {options.out} is a file; name a folder")
    entries = samples.of_images(
        options.images,
        model=samples.DEFAULT_MODEL if options.model == asked.AUTO else options.model,
        pixel_size=options.pixel_size,
        bond_length=options.bond_length,
        crop=options.crop,
        dataset=options.dataset,
        atoms=options.atoms,
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
    with results.quiet():
        problems = results.write(entry, options.out / name, options)
    return max([0, *map(_say, problems)])


def _say(line: str) -> int:
    print(f"temdenoise: {line}", file=sys.stderr, flush=True)
    return 1
