"""How good is a denoised image? All metrics want the true data range of the images."""

import numpy as np
import tensorflow as tf
from skimage.metrics import peak_signal_noise_ratio


def ms_ssim(image: np.ndarray, truth: np.ndarray, *, data_range: float) -> float:
    """Return the multi-scale structural similarity of two images (Y, X), 1 if they are equal.

    Five scales, 11-pixel Gaussian window of σ 1.5, weights of the original paper: Wang,
    Simoncelli, Bovik 2003, doi:10.1109/ACSSC.2003.1292216. The smallest edge is 161 pixels.
    """
    pair = (tf.constant(np.asarray(a, dtype=np.float32)[None, ..., None]) for a in (image, truth))
    return float(tf.image.ssim_multiscale(*pair, max_val=data_range)[0])


def psnr(image: np.ndarray, truth: np.ndarray, *, data_range: float) -> float:
    """Return the peak signal-to-noise ratio of two images (Y, X) [dB], infinite if equal."""
    with np.errstate(divide="ignore"):
        return float(peak_signal_noise_ratio(truth, image, data_range=data_range))


def seam_ratio(image: np.ndarray, truth: np.ndarray, *, patch_size: int) -> float:
    """Return how much the error jumps across patch edges, relative to elsewhere; 1: no seam.

    The mean absolute difference of the error of neighbouring pixels (both axes) on either side
    of a patch edge, divided by its mean over all other neighbours. NaN for an error that is the
    same everywhere, and for an image of one patch.
    """
    if max(truth.shape) <= patch_size:
        return float("nan")
    error = np.asarray(image, dtype=float) - truth
    edges, others = zip(*(_jumps(error, axis, patch_size) for axis in (0, 1)), strict=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.concatenate(edges).mean() / np.concatenate(others).mean())


def _jumps(error: np.ndarray, axis: int, patch_size: int) -> tuple[np.ndarray, np.ndarray]:
    jumps = np.abs(np.diff(error, axis=axis))
    at_edge = (np.arange(jumps.shape[axis]) + 1) % patch_size == 0
    return jumps.compress(at_edge, axis).ravel(), jumps.compress(~at_edge, axis).ravel()
