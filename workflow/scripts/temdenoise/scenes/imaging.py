"""What would a perfect microscope show of a scene? Incoherent imaging, or the DFT density."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates

from temdenoise.scenes import fields
from temdenoise.scenes.scene import DIRTY, DOPANT, VACANCY, VACUUM, Scene

Settings = Mapping[str, Any]

_SPLINE = 3
_ATOM = 0.35  # bonds: standard deviation of what is scaled around a defect in a density map
_SHARPEST = 0.6  # pixels: no microscope that resolves atoms samples them more coarsely
_MARGIN = 12  # pixels around the image, so that the Fourier transform's wrap stays outside


def image(
    scene: Scene, settings: Settings, maps: Sequence[np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """Return the clean image (size, size) float32 of `scene`; an isolated atom's peak is about 1.

    `maps` are the density maps (Y, X) from 0 to 1. The probe and what varies slowly come from
    `rng` within the ranges of the config's scenes `settings`.
    """
    size, chance = len(scene.areas), settings["chances"]
    sheet = density(scene, maps) if scene.imaging == "density" else _adf(scene, settings, rng)
    total = sheet + _dirt(scene, settings, rng)
    if rng.random() < chance["background"]:
        total += rng.uniform(0, 1) * fields.smooth(size, size * rng.uniform(0.5, 2), rng)
    if rng.random() < chance["inverted"]:
        total = total.max() - total
    return total.astype(np.float32)


def adf(yx: np.ndarray, brightness: np.ndarray, shape: tuple[int, int], sigma: float) -> np.ndarray:
    """Return atoms at `yx` (N, 2) [pixels] as Gaussians, (Y, X); the peak of one is its brightness.

    Incoherent imaging: intensity = scattering ⊗ probe. Both together are a Gaussian of standard
    deviation `sigma` [pixels]. It is a product of one along y and one along x, hence the matrices.
    """
    along_y, along_x = (
        np.exp(-0.5 * ((np.arange(edge)[:, None] - centres) / sigma) ** 2)
        for edge, centres in zip(shape, yx.T, strict=True)
    )
    return np.asarray((along_y * brightness) @ along_x.T)


def density(scene: Scene, maps: Sequence[np.ndarray]) -> np.ndarray:
    """Return the density maps of `scene` tiled, turned and scaled, (size, size).

    Where there is no material, the image is dark; the edge is as soft as an atom. The peak of a
    dopant is scaled by its brightness, that of a vacancy by 0; their neighbours stay as they are.
    """
    rows, columns = (scene.maps[:, 0] >= 0).sum(), (scene.maps[0] >= 0).sum()
    chosen = scene.maps[:rows, :columns]
    tiled = np.block([[maps[number] for number in row] for row in chosen])
    pixels = np.indices(scene.areas.shape).reshape(2, -1).T
    places = pixels @ scene.matrix.T + scene.origin
    image = map_coordinates(tiled, places.T, order=_SPLINE, mode="grid-wrap")
    matter = (scene.areas & VACUUM == 0).astype(float)
    edges = gaussian_filter(matter, 0.3 * scene.bond)
    return image.reshape(scene.areas.shape) * edges * _defects(scene)


def _defects(scene: Scene) -> np.ndarray:
    """Return by how much the density is scaled around dopants and vacancies, (size, size)."""
    some = scene.atoms[np.isin(scene.atoms["kind"], (DOPANT, VACANCY))]
    brightness = np.where(some["kind"] == VACANCY, 0, some["brightness"])
    yx = np.stack([some["y"], some["x"]], axis=1)
    scaled = adf(yx, brightness - 1, scene.areas.shape, _ATOM * scene.bond)
    return np.asarray((1 + scaled).clip(min=0))


def _adf(scene: Scene, settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """Return the scene by a probe of random width, with a wide tail and astigmatism."""
    atoms = scene.atoms[scene.atoms["kind"] != VACANCY]
    yx = np.stack([atoms["y"], atoms["x"]], axis=1) + _MARGIN
    shape = (len(scene.areas) + 2 * _MARGIN,) * 2
    sigma = max(scene.bond * rng.uniform(*settings["spot"]), _SHARPEST)
    sharp = adf(yx, atoms["brightness"], shape, sigma)
    share, width = rng.uniform(0, 0.35), rng.uniform(1.5, 4) * sigma
    spectrum = np.fft.rfft2(sharp)
    spectrum *= (1 - share) + share * _transfer(shape, width, 0, width)
    if rng.random() < settings["chances"]["astigmatism"]:
        spectrum *= _transfer(shape, rng.uniform(0.2, 0.7) * sigma, rng.uniform(0, np.pi), 0)
    inner = slice(_MARGIN, -_MARGIN)
    return np.asarray(np.fft.irfft2(spectrum, s=shape)[inner, inner])


def _transfer(shape: tuple[int, int], along: float, angle: float, across: float) -> np.ndarray:
    """Return the Fourier transform of a Gaussian of deviations `along` and `across` an `angle`."""
    y, x = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])
    first, second = np.cos(angle) * y + np.sin(angle) * x, np.cos(angle) * x - np.sin(angle) * y
    return np.asarray(np.exp(-2 * np.pi**2 * ((along * first) ** 2 + (across * second) ** 2)))


def _dirt(scene: Scene, settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """Return the slow brightness of contamination, with a soft or a sharp edge."""
    dirty = (scene.areas & DIRTY > 0).astype(float)
    if not dirty.any():
        return np.zeros(dirty.shape)
    brightness = fields.log_uniform(rng, *settings["contamination"])
    edge = gaussian_filter(dirty, rng.uniform(0.1, 1.0) * scene.bond)
    return np.asarray(brightness * edge * fields.texture(len(dirty), rng))
