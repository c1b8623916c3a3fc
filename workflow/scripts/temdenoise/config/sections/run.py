"""Which keys concern the run as a whole?"""

from typing import Literal

from temdenoise.config.keys import Section, key, text


class Stored(Section):
    """Folders of stored maps and models, relative to the workflow's folder.

    The targets store_maps and store_models write them. They are read with `dft.engine: maps`, with
    `training.pretrained: true` and for micrographs.
    """

    maps: str = key(min_length=1, examples=["resources/maps"])
    """Folder of the density maps, structures and summaries of DFT jobs, with one folder per engine.
    Why: Six maps at the paper's scale come with the workflow."""
    engine: Literal["openmx", "gpaw"]
    """Engine whose maps are taken with `dft.engine: maps`.
    Why: The maps that come with the workflow are GPAW's."""
    models: str = key(min_length=1, examples=["models"])
    """Folder of the trained models, with one folder per model and its card.
    Why: Four models trained at the paper's scale come with the workflow."""


class Run(Section):
    """The run as a whole."""

    run: str = text(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        because="at most 64 letters, digits, dots, - and _: it names a folder",
        examples=["paper", "my-run_2"],
    )
    """Name of the run; its results go to `results/<run>/`.
    Why: The paper at full scale and the demo lie side by side under `results/`."""
    seed: int = key("–", ge=0)
    """Seed of every random number, from the displaced atoms to the network's weights.
    Why: paper is silent: the digits of its arXiv number, 2501.11225."""
    stored: Stored
