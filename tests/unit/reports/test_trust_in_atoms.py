import pandas as pd
import pytest

from temdenoise.micrographs import at_atoms
from temdenoise.micrographs.atoms_tables import CLEAN, COLUMNS
from temdenoise.reports import trust_in_atoms
from temdenoise.scenes import known

ROWS = [
    (noise, level, bond, known.VACANCIES, method, at_atoms.KEPT, "sheet", value, 10)
    for noise, levels in {"Gaussian": (0.1, 0.2), "counts": (50, 5), "SP": (0.2,)}.items()
    for level in levels
    for method, value in {CLEAN: 1.0, "general": 0.9}.items()
    for bond in (6.0, 10.0)
]


def test_a_method_has_a_line_from_weak_to_strong_noise():
    drawn = trust_in_atoms.figure(pd.DataFrame(ROWS, columns=COLUMNS))
    for panel, ticks in ((drawn.axes[0], ["0.1", "0.2"]), (drawn.axes[6], ["50", "5"])):
        assert [one.get_text() for one in panel.get_xticklabels()] == ticks
        lines = {line.get_label(): list(line.get_ydata()) for line in panel.get_lines()}
        assert lines == {CLEAN: [1, 1], "general": pytest.approx([0.9, 0.9])}
