"""How does an image go through a general model? On its own pixels, and with an interval."""

from dataclasses import asdict

import numpy as np

from temdenoise.micrographs import calibration, mending, tiling
from temdenoise.micrographs.calibration import Scale
from temdenoise.micrographs.denoising import Denoised, Tiles
from temdenoise.micrographs.general_warnings import Facts, warnings
from temdenoise.micrographs.tiling import Predict
from temdenoise.networks import conformal
from temdenoise.networks.general_card import GeneralCard
from temdenoise.networks.standard import standardised

_DEPTH = 3  # value and both ends of the interval
_BEYOND = 10.0  # times the range of the image: no impulse of the training and no atom is so bright


def denoise(
    frame: np.ndarray, *, predict: Predict, found: Scale, card: GeneralCard, tiles: Tiles
) -> Denoised:
    """Denoise `frame` (Y, X), of the scale `found`, with the general model of the `card`.

    `predict` is the network: tiles (B, Y, X) → (B, Y, X, 3). The image enters minus its mean over
    its standard deviation; nothing is cut off. The uncertainty is half of the calibrated 90 %
    interval over 1.645. The network knows broken pixels; only those are replaced that
    would outweigh the rest in mean and deviation. The mended image is centred on 0, and then all
    is float32.
    """
    # The training has seen borders; a reflected one would count its noise twice.
    cut = {**asdict(tiles), "margin": 0}
    mended = mending.mend(frame, _BEYOND)
    offset = float(np.median(mended.image))
    small = calibration.resample((mended.image - offset).astype(np.float32), found.factors)
    normal, mean, deviation = standardised(small)
    result = np.moveaxis(tiling.denoise(predict, normal, **cut, depth=(_DEPTH,)), -1, 0)
    noise = conformal.noise_level(normal, result[0])
    sigma = conformal.deviation(result, noise, card.interval)
    facts = Facts(noise, *correlations(normal - result[0]), *mended.counts)
    said = {
        **asdict(facts),
        "border_step": tiling.border_step(
            result[0], normal, tiles.tile - tiles.overlap, tiles.overlap // 2
        ),
        "uncertainty": float(np.median(sigma)),
    }
    image = calibration.to_shape(result[0], frame.shape).astype(np.float64)
    spread = calibration.to_shape(sigma, frame.shape).clip(min=0) * deviation
    return Denoised(
        (image * deviation + (mean + offset)).astype(np.float32),
        spread.astype(np.float32),
        {**said, "noise": facts.of_contrast},
        warnings(facts, found, card),
    )


def correlations(residual: np.ndarray) -> tuple[float, float]:
    """Return the correlation of neighbours in `residual` (Y, X) along y and along x."""
    centred = residual - residual.mean()
    power = float(np.mean(centred**2)) or 1.0
    along_y = float(np.mean(centred[1:] * centred[:-1])) / power if len(centred) > 1 else 0.0
    along_x = float(np.mean(centred[:, 1:] * centred[:, :-1])) / power if centred.size > 1 else 0.0
    return along_y, along_x
