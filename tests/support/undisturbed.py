"""The smallest run with every stage, its state after each, and what another must have in common."""

import hashlib
import resource
import shutil
from pathlib import Path

import pandas as pd
from clones import ROOT, Clone

RESULTS = "results/tiny"
TABLES = [f"{RESULTS}/tables/{name}" for name in ("scores.csv", "ms_ssim.csv", "dft.csv")]
NOISY = [f"{RESULTS}/noisy/G/{split}.npy" for split in ("train", "test")]
# What must exist at the end of each stage; the last asks for everything.
STAGES = {
    "density": [f"{RESULTS}/maps/{split}-1.tif" for split in ("train", "test")],
    "noise": NOISY,
    "training": [f"{RESULTS}/models/G/model.keras"],
    "evaluation": TABLES,
    "figures": ["all"],
}
# One model of the smallest run's four, and the fastest of the filters.
CONFIG = {
    "tiny.yaml": (ROOT / "tests/data/tiny.yaml").read_text(),
    "one.yaml": "models: {SP: null, GSP: null, BBG: null}\nbaselines: [gaussian, median-5]",
}
_KINDS = ("csv", "md", "html")
SCIENCE = ("structures", "maps", "images", "noisy", "predictions")
# Wall times and memory differ from run to run.
MEASURED = {"tables/dft.csv": ["wall_s", "peak_mb"], "models/G/history.csv": ["seconds"]}
SAME = (
    "tables/scores.csv",
    *(f"tables/{name}.{kind}" for name in ("ms_ssim", "comparison", "matrix") for kind in _KINDS),
    *(f"tables/baselines/G{what}.csv" for what in ("", "-parameters")),
)


class Copy(Clone):
    """A clone in a state in which another one was, dates and Snakemake's records included."""

    def __init__(self, folder, state):
        self.folder, self.configs = folder, list(CONFIG)
        shutil.copytree(state, folder, symlinks=True, dirs_exist_ok=True)

    def add(self, text):
        """Add `text` to the config."""
        self.configs.append("more.yaml")
        (self.folder / "more.yaml").write_text(text)

    def options(self, *targets, cores=1, more=()):
        local = ("--profile", "profiles/local", "--cores", cores)
        return (*local, "--configfile", *self.configs, *more, "--", *targets)

    def run(self, *targets, **how):
        return self.snakemake(*self.options(*targets, **how))

    def finish(self, *targets, **how):
        done = self.run(*targets, **how)
        assert done.returncode == 0, done.stdout + done.stderr


class Undisturbed:
    """The run, with a copy of its folder before each stage and at the end."""

    def __init__(self, folder):
        self.states, self.seconds = folder / "states", {}
        (folder / "run").mkdir()
        run = Copy(folder / "run", Clone(folder / "bare").folder)
        for name, text in CONFIG.items():
            (run.folder / name).write_text(text)
        for stage, targets in STAGES.items():
            shutil.copytree(run.folder, self.before(stage), symlinks=True)
            start = cpu_seconds()
            run.finish(*targets, cores=2)
            self.seconds[stage] = cpu_seconds() - start
        self.end = run.folder
        self.content = content(run.folder)

    def before(self, stage):
        return self.states / stage


def cpu_seconds():
    """Return the processor time [s] of ended processes: no other load counts, as by a clock."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def content(folder, names=SCIENCE):
    """Return what must not differ between two runs: digests of files and tables without times."""
    results = Path(folder, RESULTS)
    paths = [path for name in names for path in (results / name).rglob("*") if path.is_file()]
    visible = [path for path in paths if not path.name.startswith(".")]
    paths = visible + [results / name for name in SAME if (results / name).exists()]
    found = {str(path.relative_to(results)): checksum(path) for path in paths}
    for name, columns in MEASURED.items():
        if (results / name).exists():
            found[name] = pd.read_csv(results / name).drop(columns=columns).to_csv()
    return found


def checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def half_written(folder):
    """Return the files that an unfinished write left in the results."""
    return [path for path in Path(folder, RESULTS).rglob("*") if ".partial" in path.name]
