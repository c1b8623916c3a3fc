"""Which jobs does a config ask for? One dry run for each answer: each takes two seconds."""

import re
from collections import Counter

import pytest
from clones import DEMO, counts
from rules import RULES

FIGURES = {
    f"draw_{figure}": 1
    for figure in (
        *("structures", "density_maps", "brightness", "convergence", "noises"),
        *("training", "ms_ssim", "sections", "full_size"),
    )
}
AFTER_DFT = {
    "slice_density": 6,
    "tabulate_dft": 1,
    "tile_images": 2,
    "corrupt_images": 8,
    "train_model": 4,
    "evaluate_model": 4,
    "evaluate_baselines": 4,
    "tabulate_scores": 1,
    "tabulate_costs": 1,
    "record_provenance": 1,
    "all": 1,
    **FIGURES,
}
PAPER = Counter({"disorder_structure": 6, "dft_openmx": 6, **AFTER_DFT})
SMALL = Counter({"disorder_structure": 6, "confine_basis": 1, "dft_gpaw": 6, **AFTER_DFT})
SUBMITTED = {name for name, text in RULES.items() if "localrule: True" not in text}
BASIS = "results/demo/dft/basis/{}.confined.dzp.basis"


@pytest.mark.parametrize("options", [(), ("--profile", "slurm"), ("--profile", "profiles/local")])
def test_the_paper_is_six_dft_jobs_and_one_training_job_a_model(clone, options):
    assert clone.jobs(*options) == PAPER


def test_the_demo_is_the_same_dag_and_its_dry_run_needs_nothing_but_snakemake(clone, tmp_path):
    science = "numpy scipy ase gpaw tensorflow keras skimage pandas matplotlib tifffile"
    (tmp_path / "sitecustomize.py").write_text(
        "import pkgutil, sys\n"
        "modules = pkgutil.iter_modules\n"
        "pkgutil.iter_modules = lambda *a: (m for m in modules(*a) if 'slurm' not in m.name)\n"
        "class Missing:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name.partition('.')[0] in {science.split()}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    assert clone.jobs(*DEMO, env={"PYTHONPATH": str(tmp_path)}) == SMALL


def test_what_is_added_to_the_config_adds_its_own_jobs_only(clone):
    more = (
        "models: {again: {noise: G}, kept: {noise: BBG, target: background}}\n"
        "structures: {train: 6}\n"
        "noise: {train_factors: [0.1, 0.3]}"
    )
    assert clone.jobs(*clone.config("more.yaml", more)) - SMALL == {
        **{"train_model": 2, "evaluate_model": 2, "corrupt_images": 1},
        **{"disorder_structure": 1, "dft_gpaw": 1, "slice_density": 1},
    }


def test_what_is_taken_out_of_the_config_takes_its_jobs_away(clone):
    less = clone.config("less.yaml", "models: {SP: null}\nbaselines: []")
    assert SMALL - clone.jobs(*less) == {
        **{"train_model": 1, "evaluate_model": 1},
        **{"evaluate_baselines": 4, "corrupt_images": 2},
    }


def test_every_element_of_the_material_has_its_basis(clone):
    done = clone.snakemake("-n", *clone.config("hBN.yaml", "structures: {material: hBN}"))
    assert counts(done) - SMALL == {"confine_basis": 1}
    assert set(re.findall(r"orbitals of (\w+) to", done.stdout + done.stderr)) == {"B", "N"}


@pytest.mark.parametrize("target", [BASIS.format("N"), "results/demo/structures/train-0.extxyz"])
def test_elements_of_other_materials_and_a_structure_0_are_unknown(clone, target):
    assert "MissingRuleException" in clone.snakemake("-n", *DEMO, "--", target).stdout


def test_a_large_run_submits_one_job_a_structure_and_draws_a_dozen(clone):
    many = clone.config("many.yaml", "structures: {train: 198, test: 2}")
    submitted = {rule: n for rule, n in clone.jobs(*many).items() if rule in SUBMITTED}
    few = {rule: n for rule, n in SMALL.items() if rule in SUBMITTED}
    assert submitted == {**few, "dft_gpaw": 200}
    figures = ("structures", "density_maps", "brightness", "convergence")
    drawn = clone.jobs(*many, "--", *(f"results/demo/figures/{name}.png" for name in figures))
    assert drawn["dft_gpaw"] == drawn["slice_density"] == 9 + 2


@pytest.mark.parametrize("snakefile", ["Snakefile", "workflow/Snakefile"])
def test_it_runs_from_another_directory_with_that_ones_config(clone, tmp_path, snakefile):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("dft: {engine: gpaw}\n")
    options = ("--snakefile", clone.folder / snakefile, "--directory", tmp_path)
    assert clone.jobs(*options) == SMALL


@pytest.mark.parametrize(
    ("text", "said"),
    [("sed: 3", ("sed", "seed")), ("images: {size: 250}", ("images.size", "64"))],
    ids=["key", "conflict"],
)
def test_a_wrong_config_is_one_line_before_any_job(clone, text, said):
    done = clone.snakemake("-n", *clone.config("wrong.yaml", text))
    assert done.returncode != 0
    assert "Job stats" not in done.stdout + done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("config: ")]
    assert all(word in line for word in said), line
    assert "Traceback" not in done.stderr


def test_the_workflow_is_lint_free(clone):
    assert "Congratulations" in clone.snakemake("--lint").stderr
