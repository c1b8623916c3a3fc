"""What a dry run costs by the number of structures: `snakemake -n` with the paper's config.

    python benchmarks/dry_run.py [NUMBER ...]

Nothing has been made before, so that every job is planned and printed.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def local() -> set[str]:
    """Return the rules whose jobs are not submitted."""
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("workflow/rules/*.smk")]
    rules = re.split(r"^ *rule ", "".join(texts), flags=re.MULTILINE)
    return {"all", *(rule.partition(":")[0] for rule in rules if "localrule: True" in rule)}


def dry_run(structures: int) -> tuple[dict[str, int], float, float, float]:
    """Return the jobs by rule, the wall and CPU time [s] and the peak memory [MB]."""
    config = [ROOT / "config/config.yaml", "many.yaml"]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as said:
        Path(folder, "many.yaml").write_text(f"structures: {{train: {structures - 1}, test: 1}}\n")
        words = ["-n", "--snakefile", ROOT / "Snakefile", "--configfile", *config]
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "snakemake", *words], cwd=folder, stdout=said, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        said.seek(0)
        text = said.read()
    if status:
        sys.exit(text)
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", text, re.MULTILINE))
    del jobs["total"]
    counts = {rule: int(count) for rule, count in jobs.items()}
    return counts, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(*numbers: str) -> None:
    """Print one row a number of structures."""
    print("| structures | jobs | submitted | wall s | CPU s | ms per structure | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for structures in map(int, numbers or ("10", "100", "1000", "10000")):
        jobs, wall, cpu, peak = dry_run(structures)
        submitted = sum(count for rule, count in jobs.items() if rule not in local())
        print(
            f"| {structures:,} | {sum(jobs.values()):,} | {submitted:,} "
            f"| {wall:.1f} | {cpu:.1f} | {1000 * cpu / structures:.1f} | {peak:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
