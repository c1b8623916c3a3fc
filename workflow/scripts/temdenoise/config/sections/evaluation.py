"""What are the networks compared with?"""

from typing import Literal

from temdenoise.config.keys import Distinct, Section, key

Baseline = Literal["gaussian", "median-5", "median-7", "nl-means", "tv", "wavelet", "tk-r-em"]


class Evaluation(Section):
    """Baselines of the comparison."""

    baselines: Distinct[Baseline] = key(examples=[["gaussian", "median-5"], []])
    """Filters that the networks are compared with. For each noise type, a filter gets the parameter
    that suits the training images best. `tk-r-em` (pretrained networks) needs the package tk_r_em.
    Why: paper is silent: the filters of scipy and scikit-image, which take a minute per
    noise type."""
