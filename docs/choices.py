"""How the results move with what the paper leaves open: runs of config/choices.yaml, one table.

    PYTHONPATH=workflow/scripts python docs/choices.py

Writes docs/results/choices.csv, a row a run, model and C_noise. Runs that are complete are read.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from temdenoise.config import check as checked
from temdenoise.reports import results_page
from temdenoise.run import files

BASES = [Path("config/config.yaml"), Path("config/choices.yaml")]
SEEDS = (250111225, 1, 2)
WIDTHS = (0.0, 0.05)  # of w2, beside the paper's run's
TABLE = Path("docs/results/choices.csv")


def variants() -> list[dict[str, Any]]:
    """Return what each run changes of config/choices.yaml."""
    seeds = [{"run": f"choices-seed-{seed}", "seed": seed} for seed in SEEDS]
    only = {"models": dict.fromkeys(set(models({})) - {"BBG"})}
    widths = [
        {**one, **only, "run": f"{one['run']}-w2-{w2}", "noise": {"background": {"w2": w2}}}
        for one in seeds
        for w2 in WIDTHS
    ]
    return [*seeds, *widths]


def resolved(variant: dict[str, Any]) -> dict[str, Any]:
    """Return the whole config of a run."""
    merged: dict[str, Any] = {}
    for one in [*(yaml.safe_load(path.read_text("utf-8")) for path in BASES), variant]:
        _update(merged, one)
    return merged


def _update(config: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            _update(config[key], value)
        else:
            config[key] = value


def models(variant: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the recipes of a run by model."""
    return checked.models(resolved(variant))


def compute(variant: dict[str, Any]) -> Path:
    """Make the scores of a run, return its folder."""
    results = Path("results", variant["run"])
    own = results / "variant.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text(yaml.dump(variant), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--profile", "profiles/local", "--quiet", "rules"]
    configs = ["--configfile", str(BASES[1]), str(own)]
    targets = [str(results / "tables/scores.csv"), str(results / "noisy/BB/test.npy")]
    subprocess.run([*command, *configs, "--", *targets], check=True)
    return results


def rows(variant: dict[str, Any], results: Path) -> pd.DataFrame:
    """Return the scores of a run's models on their own noise; columns: results_page.CHOICES."""
    recipes = models(variant)
    scores = files.read_table(results / "tables/scores.csv")
    table = scores[
        scores["test_noise"] == scores["model"].map(lambda m: recipes[m]["noise"])
    ].copy()
    for key in ("noise", "target", "split_by"):
        table[key] = [recipes[model][key] for model in table["model"]]
    config = resolved(variant)
    table["seed"], table["w2"] = config["seed"], config["noise"]["background"]["w2"]
    table["ms_ssim_target"] = table["ms_ssim"]
    backgrounds = files.open_stack(results / "noisy/BB/test.npy", ndim=3)
    for model in (name for name, recipe in recipes.items() if recipe["target"] == "background"):
        predicted = files.open_stack(results / f"predictions/{model}/BBG.npy", ndim=3)
        pairs = zip(predicted, backgrounds, strict=True)
        own = [scores.similarity(image, target) for image, target in pairs]
        table.loc[table["model"] == model, "ms_ssim_target"] = own
    return table[results_page.CHOICES]


def main() -> None:
    """Make all runs and the table."""
    tables = [rows(variant, compute(variant)) for variant in variants()]
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(pd.concat(tables).to_csv(index=False, float_format="%.6g"), encoding="utf-8")


if __name__ == "__main__":
    main()
