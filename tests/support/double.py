"""Runs in which a named test double, tests/data/fake_openmx.py, takes the place of OpenMX."""

import shlex
import sys

import yaml
from clones import ROOT

SCRIPT = ROOT / "tests/data/fake_openmx.py"
DATA_PATH = "DFT DATA19"
RESULTS = "results/double"
DENSITY = f"{RESULTS}/dft/train-1/density.cube"


def data_files(clone):
    """Write empty PAO and VPS files; return their folder."""
    path = clone.folder / DATA_PATH
    for file in ("PAO/C6.0.pao", "VPS/C_PBE19.vps"):
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        (path / file).touch()
    return path


def options(clone, play="", on_failure="stop", **openmx):
    """Return the options of a Snakemake run in `clone` in which the double plays `play`."""
    command = f"{shlex.join([sys.executable, str(SCRIPT)])} {play}"
    openmx = {
        **{"command": command, "data_path": DATA_PATH, "energy_cutoff": 60.0},
        **{"max_scf_steps": 7, **openmx},
    }
    config = {
        "run": "double",
        "structures": {"train": 2, "test": 1, "cells": [2, 2]},
        "dft": {"engine": "openmx", "on_failure": on_failure, "openmx": openmx},
    }
    return clone.config("double.yaml", yaml.dump(config))
