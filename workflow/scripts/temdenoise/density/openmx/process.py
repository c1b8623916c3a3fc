"""How far is OpenMX? One process, watched, that ends cleanly before a deadline."""

import logging
import shlex
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temdenoise.density.openmx import output
from temdenoise.density.openmx.input import NAME
from temdenoise.errors import EngineError

_log = logging.getLogger("temdenoise")
POLL = 0.5  # [s]


@dataclass(frozen=True)
class Run:
    """What a process left: its stdout, exit code, and whether it was asked to end early."""

    stdout: str
    code: int
    stopped: bool


def command(settings: Mapping[str, Any], threads: int) -> list[str]:
    """Return the words that start OpenMX: no launcher for one rank."""
    launcher = ""
    if settings["ranks"] > 1:
        launcher = settings["launcher"].format(ranks=settings["ranks"], threads=threads)
    program, *options = shlex.split(settings["command"])
    if "/" in program:  # it is started in another directory
        program = str(Path(program).expanduser().absolute())
    return [*shlex.split(launcher), program, *options, f"{NAME}.dat", "-nt", str(threads)]


def execute(folder: Path, words: list[str], deadline: float, margin: float) -> Run:
    """Run `words` in `folder` until it ends.

    `deadline` is a time.monotonic() [s]. About `margin` [s] before it, OpenMX is asked to end the
    SCF after the current step and to write its restart files.

    Raises
    ------
    EngineError
        The program cannot be started.
    """
    std = folder / f"{NAME}.std"
    with std.open("wb") as stdout:
        process = _start(words, folder, stdout.fileno())
        stopped = _watch(process, folder, deadline - margin)
    return Run(std.read_text(errors="replace"), process.returncode, stopped)


def _start(words: list[str], folder: Path, stdout: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(words, cwd=folder, stdout=stdout, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise EngineError(
            f"dft.openmx.command: got {words[0]!r}, which cannot be run ({error.strerror}): "
            "load its module, or give its path"
        ) from error


def _watch(process: subprocess.Popen[bytes], folder: Path, stop_at: float) -> bool:
    steps, last, longest, stopped = 0, time.monotonic(), 0.0, False
    while process.poll() is None:
        time.sleep(POLL)
        now = time.monotonic()
        residuals = output.norm_rd((folder / f"{NAME}.std").read_text(errors="replace"))
        if len(residuals) > steps:
            if steps:  # the first one's time is that of the set-up
                longest = max(longest, now - last)
            steps, last = len(residuals), now
            _log.info("SCF step %d: NormRD %.3e", steps, residuals[-1])
        if not stopped and now + longest > stop_at:
            _end_scf(folder)
            stopped = True
    return stopped


def _end_scf(folder: Path) -> None:
    # OpenMX reads this file after each SCF step.
    (folder / f"{NAME}_SCF_keywords").write_text("scf.maxIter 1\n")
    _log.warning("the time limit is near: the SCF ends after this step and can be continued")
