"""Which patches train, and which validate? Cut from stacks that stay on disk."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from temdenoise import seeds


@dataclass(frozen=True)
class PatchStack:
    """Pairs of noisy and clean patches, read from image stacks when asked for.

    `noisy` is (N, Y, X), `target` (M, Y, X), `target_index` (N,) names the target image of each
    noisy one. Patches are numbered image by image, row by row, as `images.split_patches` cuts.
    """

    noisy: np.ndarray
    target: np.ndarray
    target_index: np.ndarray
    size: int

    def __len__(self) -> int:
        return len(self.noisy) * self._grid[0] * self._grid[1]

    @property
    def images(self) -> np.ndarray:
        """The noisy image of each patch, (patches,)."""
        return np.arange(len(self)) // (self._grid[0] * self._grid[1])

    def pairs(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the noisy and the target patches `numbers`, each (B, size, size, 1) float32."""
        image, row, column = np.unravel_index(numbers, (len(self.noisy), *self._grid))
        return (
            self._cut(self.noisy, image, row, column),
            self._cut(self.target, self.target_index[image], row, column),
        )

    @property
    def _grid(self) -> tuple[int, int]:
        return self.noisy.shape[1] // self.size, self.noisy.shape[2] // self.size

    def _cut(
        self, stack: np.ndarray, image: np.ndarray, row: np.ndarray, column: np.ndarray
    ) -> np.ndarray:
        rows, columns = self._grid
        view = stack.reshape(len(stack), rows, self.size, columns, self.size)
        return np.asarray(view[image, row, :, column, :], dtype=np.float32)[..., None]


def split(
    images: pd.DataFrame,
    image_of_patch: np.ndarray,
    fraction: float,
    by: str,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the training and of the validation patches, both sorted.

    `fraction` of the patches validate. With `by` "image", that fraction of the tiled images
    validates, each with all its shifted copies and noise factors. `images` has a row for each clean
    image; `image_of_patch` (patches,) names the row of each patch.
    """
    groups = np.arange(len(image_of_patch))
    if by == "image":
        groups = pd.factorize(images["image"])[0][image_of_patch]
    kinds = np.unique(groups)
    training = rng.permutation(kinds)[: round(len(kinds) * (1 - fraction))]
    trains = np.isin(groups, training)
    return np.flatnonzero(trains), np.flatnonzero(~trains)


def shuffled(numbers: np.ndarray, seed: int, model: str, epoch: int) -> np.ndarray:
    """Return `numbers` in the order of `model`'s `epoch` (from 0)."""
    return seeds.generator(seed, "shuffle", model, epoch).permutation(numbers)
