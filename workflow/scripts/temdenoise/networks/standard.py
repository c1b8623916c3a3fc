"""In which units does a general network see an image? Of mean 0 and deviation 1."""

import numpy as np

LEVEL = 0.9  # of the interval that the network gives


def standardised(image: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Return `image` minus its mean over its standard deviation, and both; 1 for a flat one."""
    mean, deviation = float(np.mean(image)), float(np.std(image))
    deviation = deviation if deviation > 0 else 1.0
    return ((image - mean) / deviation).astype(np.float32), mean, deviation
