import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRACKED = ("Snakefile", "workflow", "config", "envs", "profiles", "slurm")
DEMO = ("--configfile", "config/demo.yaml")


class Clone:
    """A copy of the workflow without results, in which Snakemake can be run."""

    def __init__(self, folder):
        self.folder = folder
        for source in (ROOT / name for name in TRACKED):
            if source.is_symlink():
                (folder / source.name).symlink_to(source.readlink())
            elif source.is_dir():
                shutil.copytree(source, folder / source.name)
            else:
                shutil.copy(source, folder / source.name)

    def command(self, *options):
        return [sys.executable, "-m", "snakemake", *map(str, options)]

    def snakemake(self, *options, env=None, **kwargs):
        return subprocess.run(
            self.command(*options),
            cwd=self.folder,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            **kwargs,
        )

    def jobs(self, *options, **kwargs):
        """Return the number of jobs per rule in a dry run."""
        return counts(self.snakemake("-n", *options, **kwargs))

    def config(self, name, text):
        (self.folder / name).write_text(text)
        return "--configfile", "config/demo.yaml", name


def counts(done):
    """Return the number of jobs per rule of a dry run that is `done`."""
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^(\w+) +(\d+)$", done.stdout + done.stderr, re.MULTILINE)
    return Counter({rule: int(count) for rule, count in rows if rule != "total"})
