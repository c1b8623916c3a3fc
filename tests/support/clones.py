import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRACKED = ("Snakefile", "workflow", "config", "envs", "profiles", "slurm")
DEMO = ("--configfile", "config/demo.yaml")
# Half the time of a dry run is Snakemake's import, which a process forked after it has behind it.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["snakemake.cli"])


def call(options, folder, environment, stdout, stderr):
    """Run Snakemake in this process, which is its own."""
    from snakemake.cli import main

    for number, path in ((1, stdout), (2, stderr)):
        os.dup2(os.open(path, os.O_WRONLY), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = options
    main(options)


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

    def plan(self, *options):
        """Return what a dry run did."""
        words = ["-n", *map(str, options)]
        with tempfile.NamedTemporaryFile("r") as out, tempfile.NamedTemporaryFile("r") as err:
            arguments = (words, self.folder, dict(os.environ), out.name, err.name)
            process = FORKS.Process(target=call, args=arguments)
            process.start()
            process.join()
            return subprocess.CompletedProcess(words, process.exitcode, out.read(), err.read())

    def jobs(self, *options, env=None):
        """Return the number of jobs per rule in a dry run."""
        return counts(self.snakemake("-n", *options, env=env) if env else self.plan(*options))

    def config(self, name, text):
        (self.folder / name).write_text(text)
        return "--configfile", "config/demo.yaml", name


def counts(done):
    """Return the number of jobs per rule of a dry run that is `done`."""
    assert done.returncode == 0, done.stderr
    rows = re.findall(r"^(\w+) +(\d+)$", done.stdout + done.stderr, re.MULTILINE)
    return Counter({rule: int(count) for rule, count in rows if rule != "total"})
