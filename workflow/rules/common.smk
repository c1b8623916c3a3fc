import os
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from snakemake.common.configfile import load_configfile
from snakemake.sourcecache import HostingProviderFile, LocalGitFile, LocalSourceFile
from snakemake.utils import update_config


# From a repository, Snakemake fetches single files of a module: rules and scripts. Package, config and
# store come from a checkout of the same commit in the working directory.
def clone_of(rules):
    if isinstance(rules, LocalSourceFile):
        return Path(rules.get_path_or_uri(secret_free=True)).resolve().parents[1]
    if isinstance(rules, LocalGitFile):
        from git import Repo

        return checkout(Repo(rules.repo_path), rules.ref)
    if isinstance(rules, HostingProviderFile):
        return checkout(rules.hosted_repo.repo, rules.ref)
    sys.exit(
        f"module: {rules} is no repository: give github(…), gitlab(…), git+file:///…@commit or a path"
    )


OLD = datetime(2000, 1, 1).timestamp()


# By default Snakemake reruns a job if its script is new. A checkout gets old dates: `code` decides.
def checkout(repo, ref):
    commit = repo.commit(ref).hexsha
    folder = Path(".snakemake/temdenoise", commit).absolute()
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent) as partial:
            clone = repo.clone(Path(partial, "clone"), no_checkout=True)
            clone.git.checkout("--quiet", "--detach", commit)
            for path in Path(partial, "clone").rglob("*"):
                os.utime(path, (OLD, OLD), follow_symlinks=False)
            with suppress(OSError):  # another start was first
                Path(partial, "clone").rename(folder)
    return folder


CLONE = clone_of(workflow.current_basedir)
SCRIPTS = CLONE / "workflow/scripts"
# Jobs take the package from here, even if another version is installed.
sys.path.insert(0, str(SCRIPTS))
PATHS = [str(SCRIPTS), os.getenv("PYTHONPATH")]
os.environ.update(PYTHONPATH=os.pathsep.join(filter(None, PATHS)))

from temdenoise import errors
from temdenoise.config import check as checked
from temdenoise.run import checksums, code, orphans, storage

# The base of every run: a config file or a module's `config` names what differs.
differences, config = config, load_configfile(CLONE / "config/config.yaml")
update_config(config, differences)
try:
    checked.check(config)
except checked.ConfigError as error:
    sys.exit(f"config: {error}")

RESULTS = f"results/{config['run']}"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"

SPLITS = ["train", "test"]
STRUCTURES = {split: checked.structure_names(config, split) for split in SPLITS}
ALL_STRUCTURES = STRUCTURES["train"] + STRUCTURES["test"]

MODELS = checked.models(config)
NOISE_OF = {model: recipe["noise"] for model, recipe in MODELS.items()}
NOISES = checked.noises(config)
REGIONS = checked.regions(config)
FACTORS = {"train": config["noise"]["train_factors"], "test": list(REGIONS)}


wildcard_constraints:
    structure=rf"({'|'.join(SPLITS)})-[1-9]\d*",
    split="|".join(SPLITS),
    noise="G|SP|GSP|BB|BBG",
    model="|".join([*MODELS, *checked.general_models(config)]),


# Every rule's param `code` changes with the code that its script runs. Its jobs then run again.
def code_of(name):
    return code.fingerprint(SCRIPTS / f"{name}.py")


# The store lies in the clone, wherever the results go.
def in_clone(folder):
    return folder if Path.cwd() == CLONE else str(CLONE / folder)


def tensorflow_env(gpus):
    return f"../../envs/tensorflow-{'gpu' if gpus else 'cpu'}.yaml"
