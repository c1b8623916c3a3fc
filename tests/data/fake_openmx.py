"""A TEST DOUBLE for OpenMX: it computes nothing.

It prints the recorded standard output it is given, writes an .out file with the energy asked
for and, unless told not to, a cube in OpenMX's layout; its exit code is free.
"""

import argparse
import sys
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("stdout", type=Path)
parser.add_argument("--energy", default="-11.684910508343")
parser.add_argument("--exit-code", type=int, default=0)
parser.add_argument("--origin", default="0.000000")
parser.add_argument("--values", type=int, default=14)
parser.add_argument("--no-cube", action="store_true")
parser.add_argument("--no-out", action="store_true")
parser.add_argument("input", type=Path)
parser.add_argument("-nt", required=True)
options = parser.parse_args()

name = options.input.stem
assert options.input.is_file(), "OpenMX is given the bare name of an input in its folder"
Path("arguments").write_text(" ".join(sys.argv[-3:]))
sys.stdout.buffer.write(options.stdout.read_bytes())
if not options.no_out:
    Path(f"{name}.out").write_text(
        f"  Uch.          0.000000000000\n  Utot.       {options.energy}\n\n  Note:\n\n"
        "  Utot = Ukin+UH0+UH1+Una+Unl+Uxc0+Uxc1+Ucore+Uhub+Ucs+Uzs+Uzo+Uef+UvdW+Uch\n"
    )
if not options.no_cube:
    Path(f"{name}.tden.cube").write_text(
        f" SYS1\n SYS1\n    1    0.000000    0.000000{options.origin:>12}\n"
        "    2    1.000000    0.000000    0.000000\n"
        "    1    0.000000    2.000000    0.000000\n"
        "    7    0.000000    0.000000    1.000000\n"
        "    6    0.000000    0.000000    0.000000    0.000000\n"
        + "".join(
            f"{value:13.3E}" + "\n" * (value in (6, 7, 13, 14))
            for value in range(1, options.values + 1)
        )
    )
sys.exit(options.exit_code)
