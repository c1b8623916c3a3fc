"""How did an OpenMX run end? Its exit code is 0 for almost everything, so its words decide."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

from ase.units import Hartree

from temdenoise.density.endings import CONVERGED, UNCONVERGED
from temdenoise.density.openmx.input import NAME
from temdenoise.errors import EngineError

_ACHIEVED = "The SCF was achieved at MD="
_NOT_ACHIEVED = "The SCF was not fully achieved at MD="
_FINISHED = "The calculation was normally finished."
_SHOWN_STEPS = 6
_BARE = "dft.openmx.command must end with the program itself"

# What OpenMX prints when it stops, and what the user can do about it.
_ENDINGS = (
    (
        r"Could not find (\S*/(?:PAO|VPS)/\S+)",
        "the data file {0} is missing: set dft.openmx.data_path to a DFT_DATA folder that has it, "
        "or name another one in dft.elements",
    ),
    (
        r"illegal SCF calculation",
        "the SCF gave NaN: this build of OpenMX may lack its default eigensolver (ELPA); "
        "try its own test input, then another build",
    ),
    (r"ERROR key=(\S+)", "the input's {0} has a value that this version does not know"),
    (r"(Format error [^\n]*\S)", "it could not read the atoms: {0}"),
    (r"errors in the inputfile", "it found errors in the input file"),
    (r"Species.Number may be wrong", "it could not read the input file: no species in it"),
    (r"Could not find an input file", f"it was given no input file: {_BARE}"),
    (r"can not open (\S+)", "it found no {0} where it was started: its run directory is meant"),
    (r"cannot find the number of threads", f"it was given no number of threads: {_BARE}"),
    (r"check the number of threads", f"it does not accept its number of threads: {_BARE}"),
    (r"must be divisible by", "it does not accept the grid scf.Ngrid"),
)
_SIGNALS = {
    11: "it crashed (segmentation fault): is its run directory writable, and the build sound?",
    9: "it was killed: out of memory? It wants about 95 MB an atom; raise mem_mb",
    15: "it was terminated from outside: cancelled, or over its time limit",
}


def ending(stdout: str, code: int) -> str:
    """Return CONVERGED or UNCONVERGED for a run that went to its end.

    Raises
    ------
    EngineError
        Every other ending, each with its own line.
    """
    for pattern, message in _ENDINGS:
        if match := re.search(pattern, stdout):
            raise _stopped(stdout, message.format(*match.groups()))
    if code:
        raise _stopped(stdout, _SIGNALS.get(_signal(code), f"exit code {code}"))
    if _FINISHED in stdout and _ACHIEVED in stdout:
        return CONVERGED
    if _FINISHED in stdout and _NOT_ACHIEVED in stdout:
        return UNCONVERGED
    raise _stopped(stdout, "it did not say why; look at its last lines above")


def norm_rd(stdout: str) -> list[float]:
    """Return the residual NormRD of each SCF step."""
    # The blank behind it: a number may still be being written.
    return [float(value) for value in re.findall(r"NormRD = *(\S+)\s", stdout)]


def history(residuals: Sequence[float]) -> str:
    """Return the last residuals for a message."""
    return "NormRD … " + ", ".join(f"{value:.1e}" for value in residuals[-_SHOWN_STEPS:])


def version(stdout: str) -> str:
    """Return OpenMX's version, e.g. "4.0"."""
    match = re.search(r"OpenMX\s+Ver\.\s*(\S+)", stdout)
    return match[1] if match else "unknown"


def check_cutoff(stdout: str, least: float) -> None:
    """Refuse a run whose cutoff in use is below `least` [Ry] along any axis.

    Raises
    ------
    EngineError
        OpenMX used a coarser grid than asked for.
    """
    match = re.search(r"Used cutoff energy \(Ryd\) for 3D-grids = *([^\n]+)", stdout)
    used = [float(value) for value in match[1].split(",")] if match else [math.nan]
    if not min(used) >= least:
        raise EngineError(f"OpenMX used a cutoff of {used} Ry, less than the {least} Ry asked for")


def energy(folder: Path) -> float:
    """Return the total energy [eV] of the run in `folder`.

    Raises
    ------
    EngineError
        There is none, or it is 0 or not finite.
    """
    out = folder / f"{NAME}.out"
    match = re.search(r"Utot\.\s+(\S+)", out.read_text(errors="replace")) if out.is_file() else None
    value = float(match[1]) if match else math.nan
    if not math.isfinite(value) or value == 0:
        raise EngineError(f"{out}: the total energy is {value} Hartree: the run cannot be trusted")
    return value * Hartree


def check_files(folder: Path) -> None:
    """Refuse a run that lacks its .out or its cube.

    Raises
    ------
    EngineError
        One of them is missing; both are written after the SCF.
    """
    for suffix in ("out", "tden.cube"):
        if not (folder / f"{NAME}.{suffix}").is_file():
            raise EngineError(f"OpenMX wrote no {NAME}.{suffix}, though it says it finished")


def _stopped(stdout: str, why: str) -> EngineError:
    steps = len(norm_rd(stdout))
    when = f"after {steps} SCF steps" if steps else "before its first SCF step ended"
    return EngineError(f"OpenMX stopped {when}: {why}")


def _signal(code: int) -> int:
    return -code if code < 0 else code - 128
