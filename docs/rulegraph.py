"""Write the workflow's rule graph into docs/workflow.md, or check that it is current (--check)."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path("docs/workflow.md")
_GRAPH = re.compile(r"(?<=<!-- rulegraph -->\n).*?(?=<!-- /rulegraph -->)", re.DOTALL)


def rulegraph() -> str:
    """Return the demo's rule graph as a fenced Mermaid block, without the colours."""
    command = ["-m", "snakemake", "--configfile", "config/demo.yaml", "--rulegraph", "mermaid-js"]
    done = subprocess.run(
        [sys.executable, *command, "--quiet"], capture_output=True, text=True, check=True
    )
    graph = done.stdout[done.stdout.index("flowchart") :]
    lines = [line for line in graph.splitlines() if "style" not in line]
    return "\n".join(["```mermaid", *_by_name(lines), "```", ""])


def _by_name(lines: list[str]) -> list[str]:
    # Numbers depend on the order in which Snakemake met the rules; names do not.
    text = "\n".join(line.strip() for line in lines)
    names = dict(re.findall(r"^(id\d+)\[(\w+)\]$", text, re.MULTILINE))
    edges = re.findall(r"^(id\d+) --> (id\d+)$", text, re.MULTILINE)
    last = ("tabulate_costs", "record_provenance", "all")  # they come after everything
    kept = sorted(f"    {names[a]} --> {names[b]}" for a, b in edges if names[b] not in last)
    return ["flowchart TB", *kept]


def main() -> None:
    """Rewrite the block between the rulegraph marks."""
    old = PAGE.read_text(encoding="utf-8")
    new = _GRAPH.sub(lambda _: rulegraph(), old)
    if "--check" in sys.argv and new != old:
        sys.exit(f"{PAGE}: the rule graph is out of date: run `make docs`")
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
