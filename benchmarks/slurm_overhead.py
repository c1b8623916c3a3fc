"""What a DFT job costs beyond its DFT, against an empty job of the same SLURM executor.

On a machine with SLURM and sacct: python benchmarks/slurm_overhead.py
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/support"))

from clones import Clone  # noqa: E402
from cluster import Run  # noqa: E402

JOBS = 8
EMPTY = f"""
rule all:
    input: expand("{{n}}.txt", n=range({JOBS}))
rule empty:
    output: "{{n}}.txt"
    resources: mem_mb=448
    shell: "touch {{output}}"
"""


def seconds(run: Run, rule: str) -> list[float]:
    """Return the wall times [s] of the jobs of `rule`."""
    words = ["sacct", "-n", "-X", "-P", "--name", run.name, "-o", "ElapsedRaw,SubmitLine"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    rows = [row.split("|", 1) for row in said.splitlines()]
    return [float(elapsed) for elapsed, line in rows if f"--comment rule_{rule}" in line]


def measure(clone: Clone, *options: object) -> Run:
    """Run Snakemake to its end, each job once."""
    run = Run(clone, "--retries", 0, *options)
    if run.wait(1800) != 0:
        sys.exit(run.said)
    return run


def main() -> None:
    """Measure and print a table."""
    (ROOT / "results").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "results") as folder:
        clone = Clone(Path(folder))
        (clone.folder / "empty.smk").write_text(EMPTY)
        clone.config("many.yaml", f"structures: {{train: {JOBS - 1}}}")
        tiny = ("--configfile", ROOT / "tests/data/tiny.yaml", "many.yaml", "--")
        names = [f"train-{n}" for n in range(1, JOBS)] + ["test-1"]
        dft = [clone.folder / "results/tiny/dft" / name / "summary.json" for name in names]
        empty = seconds(measure(clone, "--snakefile", "empty.smk", "--jobs", 2), "empty")
        run = measure(clone, "--jobs", 2, *tiny, *(path.relative_to(clone.folder) for path in dft))
        job = seconds(run, "dft_gpaw")
        scf = [json.loads(path.read_text())["wall_s"] for path in dft]
    means = [statistics.mean(times) for times in (empty, job, scf)]
    print(f"{JOBS} jobs each, two at a time, means [s]")
    print("| empty job | DFT job | its DFT | overhead beyond the empty job |")
    print("|---|---|---|---|")
    print("| {:.1f} | {:.1f} | {:.1f} | {:.1f} |".format(*means, means[1] - means[2] - means[0]))


if __name__ == "__main__":
    main()
