import sys
from pathlib import Path

HERE = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
sys.path.insert(0, str(HERE.parent / "scripts"))

from temdenoise import errors
from temdenoise.config import check as checked
from temdenoise.run import checksums, code, orphans, storage

try:
    checked.check(
        config, checked.load_schema(HERE.parent / "schemas" / "config.schema.yaml")
    )
except checked.ConfigError as error:
    sys.exit(f"config: {error}")

RESULTS = f"results/{config['run']}"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"

SPLITS = ["train", "test"]
STRUCTURES = {split: checked.structure_names(config, split) for split in SPLITS}
ALL_STRUCTURES = STRUCTURES["train"] + STRUCTURES["test"]
# In the figures, however many there are.
SHOWN_STRUCTURES = STRUCTURES["train"][:9] + STRUCTURES["test"][:3]
ATOMS = checked.atoms_per_structure(config)

# Without the counts: one more structure must not rerun the others.
CELL = {
    key: config["structures"][key]
    for key in (
        "material",
        "cells",
        "lattice_constant",
        "thickness",
        "cell_height",
        "max_shift",
    )
}
# Of the material only: what is said of other elements must not rerun anything.
ELEMENTS = {
    symbol: config["dft"]["elements"][symbol] for symbol in checked.elements(config)
}
VALENCE_ELECTRONS = {
    symbol: element["valence_electrons"] for symbol, element in ELEMENTS.items()
}

MODELS = checked.models(config)
NOISE_OF = {model: recipe["noise"] for model, recipe in MODELS.items()}
NOISES = checked.noises(config)
PRETRAINED = [model for model in MODELS if MODELS[model]["pretrained"]]
TRAINED = [model for model in MODELS if model not in PRETRAINED]
REGIONS = checked.regions(config)
FACTORS = {"train": config["noise"]["train_factors"], "test": list(REGIONS)}
SHOWN_FACTORS = [
    config["figures"]["interpolation_factor"],
    config["figures"]["extrapolation_factor"],
]

FIGURES = [
    "structures",
    "density_maps",
    "brightness",
    "convergence",
    "noises",
    "training",
    "ms_ssim",
    "sections",
    "full_size",
]
# In docs/results.md.
PUBLISHED = ["ms_ssim", "sections", "full_size", "training", "density_maps"]
PRODUCTS = [
    f"{RESULTS}/tables/scores.csv",
    *multiext(f"{RESULTS}/tables/dft", ".csv", ".html"),
    *multiext(f"{RESULTS}/tables/ms_ssim", ".csv", ".md", ".html"),
    *multiext(f"{RESULTS}/tables/comparison", ".csv", ".md", ".html"),
    *multiext(f"{RESULTS}/tables/matrix", ".csv", ".md", ".html"),
    *expand(f"{RESULTS}/figures/{{figure}}.png", figure=FIGURES),
]


CLONE = HERE.parents[1]
MICROGRAPHS = f"{RESULTS}/micrographs"
try:
    ENTRIES = checked.micrographs(config, CLONE)
except errors.InputError as error:
    sys.exit(f"micrographs: {error}")

# The paper's Fig. 3: asked for by name, for it comes over the network.
EXPERIMENT = "MoS2-experiment"
EXAMPLE = f"{MICROGRAPHS}/example_Se_implanted_MoS2.dm3"
SHIPPED = ["G", "SP", "GSP", "BBG"]
MOS2 = {"path": EXAMPLE, "models": SHIPPED, "pixel_size": None, "bond_length": None}

OVERVIEWS = [f"{MICROGRAPHS}/{image}/overview.png" for image in ENTRIES]
BATCH = multiext(f"{RESULTS}/tables/micrographs", ".csv", ".html") if ENTRIES else []
PRODUCTS += [*OVERVIEWS, *BATCH]


wildcard_constraints:
    structure=rf"({'|'.join(SPLITS)})-[1-9]\d*",
    element="|".join(ELEMENTS),
    split="|".join(SPLITS),
    noise="G|SP|GSP|BB|BBG",
    model="|".join(MODELS),


# Every rule's param `code`, new when what its script runs is: then its jobs run again.
def code_of(name):
    return code.fingerprint(HERE.parent / "scripts" / f"{name}.py")


# The store lies in the clone, wherever the results go.
def in_clone(folder):
    return folder if Path.cwd() == CLONE.resolve() else str(CLONE / folder)


# An engine's maps lie in its own folder; a run puts them there or, with dft.engine: maps, takes them.
def stored_maps():
    engine = config["dft"]["engine"]
    engine = config["stored"]["engine"] if engine == "maps" else engine
    return in_clone(f"{config['stored']['maps']}/{engine}")


STORED_MAPS = stored_maps()


def split_of(structure):
    return structure.rpartition("-")[0]


def target_stack(model):
    # The image under its background brightness is the noise BB, BBG without its Gaussian part.
    if MODELS[model]["target"] == "background":
        return f"{RESULTS}/noisy/BB/train.npy"
    return f"{RESULTS}/images/train.npy"


def recipe(model):
    keys = (
        "filters",
        "batch_size",
        "precision",
        "learning_rate",
        "decay",
        "epochs",
        "validation_fraction",
        "split_by",
        "target",
    )
    return {key: MODELS[model][key] for key in keys}


# What a model's card says of it, and must say for it to be taken.
def facts_of(model):
    return {
        "noise": NOISE_OF[model],
        "noise_settings": {
            key: config["noise"][key] for key in ("salt_pepper_ratio", "background")
        },
        "material": config["structures"]["material"],
        "image_size": config["images"]["size"],
        "patch_size": config["images"]["patch_size"],
        "patches": list(checked.patch_counts(config, MODELS[model])),
        "c_noise": [min(FACTORS["train"]), max(FACTORS["train"])],
        "recipe": recipe(model),
    }


def tensorflow_env(gpus):
    return f"../../envs/tensorflow-{'gpu' if gpus else 'cpu'}.yaml"


# Two images of one name in two places would share a folder.
for image, entry in ENTRIES.items() if workflow.is_main_process else []:
    if problem := checked.clash(f"{MICROGRAPHS}/{image}", entry):
        sys.exit(f"micrographs: {problem}")


def entry_of(image):
    return {EXPERIMENT: {**MOS2, "crop": None}, **ENTRIES}[image]


def model_of(name):
    return Path(in_clone(config["stored"]["models"]), name, "model.keras")


# What is missing must not keep the others of a batch from being denoised: the job will say it.
def present(image):
    path = entry_of(image)["path"]
    # Snakemake takes what stands in braces for wildcards, in an input only.
    known = path == EXAMPLE or Path(path).is_file()
    return [path] if known and "{" not in path else []


# Another file is denoised even if its date is older than the results.
def stamp_of(image):
    path = Path(entry_of(image)["path"])
    if str(path) == EXAMPLE or not path.is_file():
        return None
    status = path.stat()
    return status.st_size, status.st_mtime_ns


# No input, or denoising would train the models that the run could put into the store.
def weights_of(model):
    card = model_of(model).with_name("card.json")
    return checksums.of(card) if card.is_file() else None


def results_of(image, suffix):
    models = entry_of(image)["models"]
    return [f"{MICROGRAPHS}/{image}/{model}{suffix}" for model in models]


# One rank needs no launcher; the SLURM executor wants both or neither.
OPENMX_RANKS = {}
if config["dft"]["openmx"]["ranks"] > 1:
    OPENMX_RANKS = {"tasks": config["dft"]["openmx"]["ranks"], "mpi": "srun"}


onstart:
    try:
        orphans.refuse(Path.cwd(), RESULTS)
    except errors.InputError as error:
        sys.exit(str(error))
    dft = any(job.rule.name == "dft_openmx" for job in workflow.dag.needrun_jobs())
    if dft and (problem := checked.missing_data(config, Path(RESULTS))):
        sys.exit(f"config: {problem}")
    storing = any(
        job.rule.name == "store_map" for job in workflow.dag.needrun_jobs()
    )
    if storing and (problem := checked.other_maps(config, Path(STORED_MAPS))):
        sys.exit(f"config: {problem}")
    # With conda it is the rule's environment that counts, and the job says so.
    if not workflow.deployment_settings.deployment_method:
        if problem := checked.missing_package(config):
            sys.exit(f"config: {problem}")
    storage.remove_partials(RESULTS)
    # Marked in a run that was killed: for a run that is already planned it is too late.
    if aside := set_damaged_aside():
        sys.exit(f"{aside}; start again, and they are made anew")


onsuccess:
    table = Path(BATCH[0]) if BATCH else None
    if table and table.is_file() and (problems := checked.failed(table)):
        print(f"micrographs: {problems}", file=sys.stderr)


onerror:
    if aside := set_damaged_aside():
        print(f"{aside}; the next run makes them anew", file=sys.stderr)


def set_damaged_aside():
    paths = checksums.set_aside(RESULTS)
    return f"damaged, moved aside: {', '.join(map(str, paths))}" if paths else ""


def dft_mem_mb(attempt):
    per_atom = {"openmx": 115, "gpaw": 12}[config["dft"]["engine"]]
    return (400 + per_atom * ATOMS) * attempt


def dft_runtime(attempt):
    per_atom = {"openmx": 2, "gpaw": 0.5}[config["dft"]["engine"]]
    return int(30 + per_atom * ATOMS) * attempt
