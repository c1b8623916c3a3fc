"""What do the pretrained networks of tk_r_em make of an image? A comparison, if installed.

Lobato, Friedrich, Van Aert 2024, doi:10.1038/s41524-023-01188-0; the package is under the GPL-3.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from temdenoise.errors import InputError

PACKAGE = "tk_r_em"
NETWORKS = ("sfr_hrtem", "sfr_hrstem")
_OUTPUT = "gen_r_em_out"


def denoise(image: np.ndarray, network: float | str) -> np.ndarray:
    """Return the `image` (Y, X) as `network` denoises it, float32.

    Raises
    ------
    InputError
        The package is not installed.
    """
    run = _load(_folder() / str(network))
    denoised = run(tf.constant(image[None, ..., None], dtype=tf.float32))[_OUTPUT]
    return np.asarray(denoised)[0, ..., 0]


def _folder() -> Path:
    # Not imported: the package asks for an old Keras, its networks do not.
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise InputError(
            f"baseline tk-r-em: there is no package {PACKAGE} in this environment; "
            f"install it (pip install --no-deps {PACKAGE}) or take tk-r-em out of baselines"
        )
    return Path(found.submodule_search_locations[0]) / "models"


@cache
def _load(folder: Path) -> Any:
    network = tf.saved_model.load(str(folder))
    signature = network.signatures["serving_default"]
    signature.network = network  # its variables live as long as the network
    return signature
