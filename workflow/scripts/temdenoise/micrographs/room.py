"""Does an image fit into memory? It is refused before anything is computed."""

import os
from collections.abc import Sequence

import numpy as np

from temdenoise.errors import InputError
from temdenoise.micrographs.calibration import Scale
from temdenoise.networks.card import Card
from temdenoise.networks.general_card import GeneralCard

# MB for the feature maps. The last bits of a result depend on how many tiles are predicted at once,
# so that number must not depend on the free memory.
TILES = 1000.0
_NETWORK = 700  # MB: TensorFlow and a model
# Bytes, measured; per pixel of the image or of its resampled copy, if larger.
_PER_PIXEL, _PER_PIXEL_GENERAL = 32, 60


def check(
    shape: Sequence[int], found: Scale | None, card: Card | GeneralCard, memory: float
) -> None:
    """Refuse an image of `shape` (Y, X) that needs more than `memory` [MB] with the card's model.

    Without a scale, what the image needs at least decides.

    Raises
    ------
    InputError
        It needs more.
    """
    needed = of(shape, found, card)
    if needed > memory:
        more = 1000 * int(np.ceil(needed / 1000))
        crop = "crop the image, or " if memory > _NETWORK + TILES else ""
        has = " has {} × {} at the model's scale and".format(*found.grid(shape)) if found else ""
        raise InputError(
            f"the image of {shape[0]} × {shape[1]} pixels{has} needs {needed:.0f} MB of memory; "
            f"{memory:.0f} are allowed: {crop}"
            f"allow more by --memory {more}, in the workflow by --set-resources "
            f"denoise_micrograph:mem_mb={more}"
        )


def of(shape: Sequence[int], found: Scale | None, card: Card | GeneralCard) -> float:
    """Return the memory [MB] that an image of `shape` (Y, X) needs with the model of the `card`.

    Without a scale, that is the least. A general model gives three numbers per pixel, and the
    paper's models give one.
    """
    pixels = max(np.prod(found.grid(shape) if found else shape), np.prod(shape))
    each = _PER_PIXEL_GENERAL if isinstance(card, GeneralCard) else _PER_PIXEL
    return float(_NETWORK + TILES + each * pixels / 1e6)


def free() -> float:
    """Return the memory that can be taken without swapping [MB]."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            fields = dict(line.split(":") for line in file)
        return int(fields["MemAvailable"].split()[0]) / 1e3
    except (OSError, KeyError):  # macOS
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2e6
