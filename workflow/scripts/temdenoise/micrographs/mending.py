"""What of an image is broken? Rows and single pixels, replaced and counted."""

from dataclasses import dataclass

import numpy as np

from temdenoise.micrographs import intensity, rows


@dataclass(frozen=True)
class Mended:
    """An `image` (Y, X), float64, without its `hot` and `dead` pixels and its `hot_rows`."""

    image: np.ndarray
    hot: int
    dead: int
    hot_rows: int

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many pixels were hot and dead, and how many rows were broken."""
        return self.hot, self.dead, self.hot_rows


def mend(frame: np.ndarray, beyond: float = 0.0) -> Mended:
    """Return `frame` (Y, X) mended; see `rows.mend`, and `intensity.mend` for `beyond`.

    The image may share its memory with `frame`.
    """
    whole, hot_rows = rows.mend(frame)
    return Mended(*intensity.mend(whole, beyond), hot_rows)
