import re
from collections import Counter

import pytest
from clones import DEMO, ROOT

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
LOCAL = {
    name
    for path in ROOT.glob("workflow/rules/*.smk")
    for block in re.findall(r"^ *localrules:\n((?: +\w+,\n)+)", path.read_text(), re.MULTILINE)
    for name in re.findall(r"\w+", block)
} | {"all"}
PAPER = Counter({"disorder_structure": 6, "dft_openmx": 6, **AFTER_DFT})
SMALL = Counter({"disorder_structure": 6, "confine_basis": 1, "dft_gpaw": 6, **AFTER_DFT})


def test_the_paper_is_six_dft_jobs_and_one_training_job_a_model(clone):
    assert clone.jobs() == PAPER


def test_the_demo_runs_the_same_dag_with_the_built_in_engine(clone):
    assert clone.jobs(*DEMO) == SMALL


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("models: {again: {noise: G}}", {"train_model": 1, "evaluate_model": 1}),
        (
            "models: {kept: {noise: BBG, target: background}}",
            {"train_model": 1, "evaluate_model": 1, "corrupt_images": 1},
        ),
        (
            "structures: {train: 6}",
            {"disorder_structure": 1, "dft_gpaw": 1, "slice_density": 1},
        ),
        ("noise: {train_factors: [0.1, 0.3]}", {}),
    ],
)
def test_what_is_added_to_the_config_adds_its_own_jobs_only(clone, text, extra):
    assert clone.jobs(*clone.config("more.yaml", text)) - SMALL == Counter(extra)


@pytest.mark.parametrize("material", ["{material: hBN}", "{material: MoS2, thickness: 3.13}"])
def test_every_element_of_the_material_has_its_basis(clone, material):
    options = clone.config("material.yaml", f"structures: {material}\nmap: {{height: 2.5}}")
    assert clone.jobs(*options) - SMALL == Counter(confine_basis=1)


def test_the_basis_of_an_element_is_named_after_it(clone):
    options = clone.config("material.yaml", "structures: {material: hBN}")
    basis = "results/demo/dft/basis/{}.confined.dzp.basis"
    for symbol in "BN":
        assert clone.jobs(*options, "--", basis.format(symbol)) == {"confine_basis": 1}
    assert clone.snakemake("-n", *options, "--", basis.format("C")).returncode != 0
    assert clone.jobs(*DEMO, "--", basis.format("C")) == {"confine_basis": 1}


def test_a_campaign_submits_one_job_a_structure(clone):
    jobs = clone.jobs(*clone.config("many.yaml", "structures: {train: 198, test: 2}"))
    submitted = {rule: count for rule, count in jobs.items() if rule not in LOCAL}
    few = {rule: count for rule, count in SMALL.items() if rule not in LOCAL}
    assert submitted == {**few, "dft_gpaw": 200}


def test_figures_show_a_dozen_structures_of_a_campaign(clone):
    options = clone.config("many.yaml", "structures: {train: 198, test: 2}")
    figures = ("structures", "density_maps", "brightness", "convergence")
    jobs = clone.jobs(*options, "--", *(f"results/demo/figures/{name}.png" for name in figures))
    assert jobs["dft_gpaw"] == jobs["slice_density"] == 9 + 2


def test_structures_are_numbered_from_1(clone):
    target = "results/demo/structures/train-0.extxyz"
    assert "MissingRuleException" in clone.snakemake("-n", *DEMO, "--", target).stdout


def test_a_model_that_is_null_takes_its_jobs_away(clone):
    gone = SMALL - clone.jobs(*clone.config("less.yaml", "models: {SP: null}"))
    assert gone == {
        **{"train_model": 1, "evaluate_model": 1},
        **{"evaluate_baselines": 1, "corrupt_images": 2},
    }


def test_a_run_without_baselines_has_no_job_for_them(clone):
    gone = SMALL - clone.jobs(*clone.config("bare.yaml", "baselines: []"))
    assert gone == {"evaluate_baselines": 4}


def test_the_workflow_catalogue_finds_the_workflow(clone):
    jobs = clone.jobs("--snakefile", "workflow/Snakefile")
    assert jobs == PAPER - Counter(all=1) + Counter(everything=1)


@pytest.mark.parametrize("profile", ["slurm", "profiles/slurm", "profiles/local"])
def test_every_profile_knows_the_paper(clone, profile):
    assert clone.jobs("--profile", profile) == PAPER


def test_it_runs_from_another_directory(clone, tmp_path):
    files = ("--configfile", clone.folder / "config/config.yaml", "--directory", tmp_path)
    assert clone.jobs("--snakefile", clone.folder / "Snakefile", *files) == PAPER


def test_a_dry_run_needs_nothing_but_snakemake(clone, tmp_path):
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sed: 3", ("sed", "seed")),
        ("training: {epochs: many}", ("training.epochs", "many")),
        ("training: {learning_rate: 1e-3}", ("training.learning_rate", "1.0e-3")),
        ("images: {size: 250}", ("images.size", "64")),
        ("dft: {engine: vasp}", ("dft.engine", "vasp", "openmx", "gpaw")),
        ("structures: {test: 0}", ("structures.test", "0")),
    ],
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
