import tracemalloc

import numpy as np
import pytest
from micrographs import CARD, GENERAL_CARD, honeycomb

from temdenoise.errors import InputError
from temdenoise.micrographs import denoising, general, room
from temdenoise.micrographs.calibration import Scale


def scaled(factor):
    return Scale((0.0127, 0.0127), "header", 11.2, "lattice", 11.2, (factor, factor))


def ends(tiles):
    return np.stack([tiles, tiles - 0.1, tiles + 0.1], axis=-1)


@pytest.mark.parametrize("card", [CARD, GENERAL_CARD], ids=["paper", "general"])
@pytest.mark.parametrize("factor", [0.5, 1.0])
def test_4096_pixels_square_fit_into_the_memory_of_the_rule(factor, card):
    room.check((4096, 4096), scaled(factor), card, 4000)


@pytest.mark.parametrize("card", [CARD, GENERAL_CARD], ids=["paper", "general"])
def test_an_image_that_is_too_large_is_refused_with_what_to_do(card):
    with pytest.raises(InputError, match="16384 × 16384") as error:
        room.check((4096, 4096), scaled(4.0), card, 4000)
    assert "crop the image" in str(error.value)
    wanted = int(str(error.value).rpartition("mem_mb=")[2])
    room.check((4096, 4096), scaled(4.0), card, wanted)
    room.check((100, 100), scaled(4.0), card, 4000)


def test_a_pixel_takes_no_more_memory_with_a_general_model_than_is_reckoned():
    small, large = 300, 900
    measured = peak(large) - peak(small)
    reckoned = [room.of((size, size), scaled(1.0), GENERAL_CARD) for size in (small, large)]
    assert 0.8 * 1e6 * np.ptp(reckoned) < measured < 1e6 * np.ptp(reckoned)


def peak(size):
    """Return the peak of NumPy's memory [bytes] while an image of `size` × `size` is denoised."""
    frame = honeycomb((size, size), 11.2).astype(np.float32)
    options = {"card": GENERAL_CARD, "tiles": denoising.Tiles(128, 32, 1)}
    tracemalloc.start()
    try:
        general.denoise(frame, predict=ends, found=scaled(1.0), **options)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
