"""How do scenes look before and after a general model? Record, result, truth, interval."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from temdenoise.reports.style import grid

_ROWS = ("recorded", "denoised", "true", "half of the 90 % interval")
_PANEL = (2.2, 2.35)


def figure(shown: Mapping[str, np.ndarray]) -> Figure:
    """Return a figure with a column for each of `shown`: the four images of _ROWS (4, Y, X).

    Result and truth have the grey values of the truth, the record its own, the half width those
    from 0 to the truth's range.
    """
    drawn, axes = grid(len(_ROWS), len(shown), _PANEL)
    for column, (name, (record, result, truth, half)) in zip(axes.T, shown.items(), strict=True):
        low, high = (float(value) for value in np.quantile(truth, (0.001, 0.999)))
        own = np.quantile(record, (0.005, 0.995))
        ranges = (own, (low, high), (low, high), (0, high - low))
        for panel, image, (least, most) in zip(
            column, (record, result, truth, half), ranges, strict=True
        ):
            panel.imshow(image, cmap="gray", vmin=least, vmax=most, interpolation="nearest")
            panel.set(xticks=[], yticks=[])
        column[0].set_title(name, fontsize=9)
    for panel, words in zip(axes[:, 0], _ROWS, strict=True):
        panel.set_ylabel(words, fontsize=9)
    return drawn
