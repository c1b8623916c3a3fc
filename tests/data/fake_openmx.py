"""A TEST DOUBLE for OpenMX: it computes nothing.

It is called as OpenMX is, `fake_openmx.py temdenoise.dat -nt 4` in the run directory, and plays a
scenario: options before the input, or in the environment variable FAKE_OPENMX. Of OpenMX's
behaviour it has what the workflow relies on: values stop at a blank, the exit code says nothing,
scf.maxIter is obeyed, NAME_SCF_keywords is read after each step, restart files are written at the
end only, and a run with scf.restart continues from them.
"""

import argparse
import math
import os
import re
import shlex
import sys
import time
from pathlib import Path

WELCOME = " Welcome to OpenMX   Ver. 4.0                           \n"
FINISHED = "The calculation was normally finished."
ENERGY = "-11.684910508343"
BOHR = 0.529177249  # Å, OpenMX's


def scenario():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="play it in a directory of this name")
    parser.add_argument("--steps", type=int, default=6, help="to convergence, over all attempts")
    parser.add_argument("--converge-from", type=int, default=1, help="attempt")
    parser.add_argument("--never", action="store_true", help="converge")
    parser.add_argument("--sleep", type=float, default=0, help="in each step [s]")
    parser.add_argument("--hold", type=Path, help="wait in each step while this file is there")
    parser.add_argument("--crash", type=int, help="with this exit code, or by minus this signal")
    parser.add_argument("--crash-in", type=int, help="attempt; in each if not given")
    parser.add_argument("--crash-after", type=int, default=1, help="steps")
    parser.add_argument("--once", type=Path, help="play it until this file is there: write it")
    parser.add_argument("--eat", type=int, default=0, help="so much memory [MB]")
    parser.add_argument("--print", type=Path, help="this recorded output and end")
    parser.add_argument("--no-out", action="store_true")
    parser.add_argument("--cube", choices=["whole", "none", "truncated", "nan"], default="whole")
    parser.add_argument("--bad-in", type=int, help="attempt with the bad cube; each if not given")
    parser.add_argument("--charge", type=float, default=1, help="times the right one")
    parser.add_argument("--energy", default=ENERGY)
    parser.add_argument("--cutoff", type=float, default=1, help="in use, times that of the grid")
    parser.add_argument("input", type=Path)
    parser.add_argument("-nt", type=int, required=True)
    given = parser.parse_args([*shlex.split(os.environ.get("FAKE_OPENMX", "")), *sys.argv[1:]])
    if given.only in str(Path.cwd()) and not (given.once and given.once.exists()):
        if given.once:
            given.once.touch()
        return given
    return parser.parse_args([*sys.argv[-3:]])


class Input:
    def __init__(self, text):
        self.lines = text.splitlines()

    def value(self, keyword):
        rows = [line.split() for line in self.lines]
        return next(row[1] for row in rows if row and row[0].lower() == keyword.lower())

    def values(self, keyword):
        return next(line.split()[1:] for line in self.lines if line.split()[:1] == [keyword])

    def block(self, keyword):
        first = self.lines.index(f"<{keyword}")
        return [line.split() for line in self.lines[first + 1 : self.lines.index(f"{keyword}>")]]


def say(text):
    print(text, flush=True)


def main():
    play = scenario()
    if play.print:
        sys.stdout.write(play.print.read_text())
        sys.exit(play.crash or 0)
    if play.input.name != str(play.input) or play.nt < 1:
        sys.exit("the test double wants a bare file name and a number of threads")
    dat = Input(play.input.read_text())
    attempt = int(Path.cwd().name.rpartition("-")[2])
    Path("arguments").write_text(shlex.join(sys.argv[-3:]))
    say(WELCOME)
    rank = int(os.environ.get("PMIX_RANK", 0))
    say(f" MPI rank {rank}")
    if rank > 0:
        return
    eaten = b"1" * (play.eat * 2**20)  # noqa: F841
    check_data(dat)
    counts = tuple(map(int, dat.values("scf.Ngrid")))
    cell = [float(row[axis]) / BOHR for axis, row in enumerate(dat.block("Atoms.UnitVectors"))]
    pairs = zip(counts, cell, strict=True)
    used = [play.cutoff * (math.pi * count / length) ** 2 for count, length in pairs]
    say(f"    Used cutoff energy (Ryd) for 3D-grids = {', '.join(f'{u:.4f}' for u in used)}")
    achieved = scf(play, dat, attempt)
    say(f"The SCF was {'' if achieved else 'not fully '}achieved at MD=   1\n")
    if not play.no_out:
        write_out(play, dat)
    shape = play.cube if play.bad_in in (None, attempt) else "whole"
    if shape != "none":
        write_cube(dat, counts, cell, play.charge, shape)
    say(FINISHED)


def check_data(dat):
    folder = dat.value("DATA.PATH")
    for _, pao, vps in dat.block("Definition.of.Atomic.Species"):
        for path in (f"{folder}/PAO/{pao.partition('-')[0]}.pao", f"{folder}/VPS/{vps}.vps"):
            if not Path(path).is_file():
                say(f"Could not find {path}")
                sys.exit(0)


def scf(play, dat, attempt):
    """Print the steps; return whether the SCF converged."""
    restart = Path(f"{play.input.stem}_rst/steps")
    keywords = Path(f"{play.input.stem}_SCF_keywords")
    before = 0
    if dat.value("scf.restart") == "on" and restart.is_file():
        before = int(restart.read_text())
    most, step, achieved = int(dat.value("scf.maxIter")), 0, False
    while not achieved and step < most:
        step += 1
        time.sleep(play.sleep)
        while play.hold and play.hold.exists():
            time.sleep(0.1)
        residual = 10 ** (-10 * min(1, (before + step) / play.steps))
        achieved = before + step >= play.steps and attempt >= play.converge_from
        achieved = achieved and not play.never
        residual = residual if achieved else max(residual, 1e-4)
        say(f"<DFT>  NormRD = {residual:17.12f}  Criterion =   0.000000010000")
        if step == play.crash_after and play.crash_in in (None, attempt):
            crash(play.crash)
        if keywords.is_file():
            most = int(Input(keywords.read_text()).value("scf.maxIter"))
    restart.parent.mkdir(exist_ok=True)
    restart.write_text(str(before + step))
    return achieved


def crash(code):
    if code is not None:
        sys.stdout.flush()
        if code < 0:
            os.kill(os.getpid(), -code)
        os._exit(code)


def write_out(play, dat):
    energy = "0.000000000000" if dat.value("orbitalOpt.Force.Skip") == "on" else play.energy
    Path(f"{play.input.stem}.out").write_text(
        f"  Uch.           0.000000000000\n  Utot.        {energy}\n\n  Note:\n\n"
        "  Utot = Ukin+UH0+UH1+Una+Unl+Uxc0+Uxc1+Ucore+Uhub+Ucs+Uzs+Uzo+Uef+UvdW+Uch\n"
    )


def density(dat, counts, cell, charge):
    """Yield the columns along z of a density that varies, and integrates to the electrons."""
    electrons = sum(
        float(row[5]) + float(row[6]) for row in dat.block("Atoms.SpeciesAndCoordinates")
    )
    mean = charge * electrons / math.prod(cell)
    waves = [[math.cos(2 * math.pi * i / n) for i in range(n)] for n in counts]
    for x in waves[0]:
        for y in waves[1]:
            yield [mean * (1 + 0.5 * (0.7 * x + 0.3 * y)) * (1 + 0.5 * z) for z in waves[2]]


def write_cube(dat, counts, cell, charge, shape):
    atoms = dat.block("Atoms.SpeciesAndCoordinates")
    origin = map(float, dat.values("scf.fixed.grid"))
    lines = [" SYS1", " SYS1", f"{len(atoms):5d}" + "".join(f"{o:12.6f}" for o in origin)]
    for axis, (count, length) in enumerate(zip(counts, cell, strict=True)):
        vector = [length / count * (axis == i) for i in range(3)]
        lines.append(f"{count:5d}" + "".join(f"{v:12.6f}" for v in vector))
    for atom in atoms:
        lines.append(
            "    6" + "".join(f"{float(v) / BOHR:12.6f}" for v in atom[2:5]) + "    0.000000"
        )
    for column in density(dat, counts, cell, charge):
        words = [f"{value:13.3E}" for value in column]
        lines += ["".join(words[i : i + 6]) for i in range(0, len(words), 6)]
    text = "\n".join(lines) + "\n"
    if shape == "truncated":
        text = text[: text.rindex("\n", 0, len(text) // 2) + 1]
    if shape == "nan":
        text = re.sub(r"\S+\n$", "nan\n", text)
    Path(f"{dat.value('System.Name')}.tden.cube").write_text(text)


if __name__ == "__main__":
    main()
