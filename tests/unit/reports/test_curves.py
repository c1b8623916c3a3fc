import numpy as np
import pandas as pd

from temdenoise.density.endings import CONVERGED, UNCONVERGED
from temdenoise.reports import curves

HISTORY = pd.DataFrame(
    {
        **{"epoch": [1, 2, 3, 4], "loss": [4.0, 3.0, 2.0, 1.0]},
        **{"val_loss": [0.9, np.nan, 0.7, 0.6], "seconds": [1.0] * 4},
        **{"val G 0.3": [0.8, np.nan, 0.6, 0.5], "val counts 5": [1.0, np.nan, 0.8, 0.7]},
    }
)


def lines(figure):
    """Return the points of each line that is drawn, by its label or number."""
    (panel,) = figure.axes
    drawn = panel.get_lines()
    return {one.get_label(): np.asarray(one.get_xydata()) for one in drawn}


def test_each_condition_has_a_line_of_the_epochs_at_which_it_was_measured():
    drawn = lines(curves.conditions(HISTORY))
    assert set(drawn) == {"G 0.3", "counts 5"}
    np.testing.assert_array_equal(drawn["G 0.3"], [[1, 0.8], [3, 0.6], [4, 0.5]])


def test_losses_of_each_model_are_drawn_by_epoch():
    drawn = lines(curves.training({"G": HISTORY, "SP": HISTORY}))
    np.testing.assert_array_equal(drawn["SP"][:, 0], HISTORY["epoch"])
    np.testing.assert_array_equal(drawn["SP"][:, 1], HISTORY["val_loss"])
    assert len(drawn) == 4


def test_the_steps_of_a_second_attempt_follow_those_of_the_first():
    attempts = {"train-1": [(UNCONVERGED, [1.0, 0.5]), (CONVERGED, [0.4, 0.1])]}
    figure = curves.convergence(attempts)
    points = np.concatenate([line.get_xydata() for line in figure.axes[0].get_lines()])
    assert {(1, 1.0), (2, 0.5), (3, 0.4), (4, 0.1)} == {tuple(point) for point in points}


def test_scores_and_noisy_input_are_drawn_for_each_model():
    own = pd.DataFrame(
        {
            **{"model": ["G"] * 4, "c_noise": [0.2, 0.2, 0.3, 0.3]},
            **{"ms_ssim": [0.8, 1.0, 0.6, 0.8], "ms_ssim_noisy": [0.5, 0.5, 0.3, 0.3]},
        }
    )
    drawn = lines(curves.ms_ssim(own, {"G": "G"}, {0.2: "interpolation", 0.3: "extrapolation"}))
    np.testing.assert_allclose(drawn["G (noise G)"], [[0.2, 0.9], [0.3, 0.7]])
    assert len(drawn) == 2
