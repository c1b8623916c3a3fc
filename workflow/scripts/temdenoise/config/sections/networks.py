"""Which networks are trained, and how?"""

from typing import Annotated, Any, Literal

from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from temdenoise.config.keys import Count, Section, key, text


class Training(Section):
    """How each model is trained, unless its entry in `models` says otherwise."""

    target: Literal["clean", "background"]
    """Image that the network learns to return. `background`, for noise BBG only, has the background
    brightness and no Gaussian noise.
    Why: Section III.C: the BB+G model's predictions closely resemble the clean images."""
    network: Literal["paper", "bias-free", "unshuffle"]
    """Architecture. `paper` is that of section II.G. The others are for noise `instrument`: they
    have no levels and give an interval; `unshuffle` works on squares of 2 × 2 pixels.
    Why: Section II.G."""
    filters: list[Count] = key("–", min_length=2, max_length=5)
    """Convolution filters of the blocks from the outermost to the bottleneck; the network `paper`
    has three.
    Why: paper is silent: doubled at each level, as in the original U-Net."""
    batch_size: int = key("–", ge=1)
    """Patches in one step of the optimiser.
    Why: paper is silent: Keras's default."""
    precision: Literal["float32", "mixed_bfloat16"]
    """Number type of the features during training; weights and model are float32. `mixed_bfloat16`
    is faster on processors that have it (avx512_bf16, amx_bf16, GPUs since Ampere).
    Why: paper is silent: Keras's default."""
    learning_rate: float = key("–", gt=0, le=1)
    """Learning rate of Adam.
    Why: Section II.G: 0.001."""
    decay: Literal["none", "cosine"]
    """How the learning rate falls: `none` keeps it; `cosine` takes it to 0 over all epochs, as half
    a period of a cosine.
    Why: Section II.G names one rate. A cosine needs few epochs where a constant rate needs many."""
    epochs: int = key("–", ge=1)
    """Passes over the training patches; for noise `instrument`, the number of times `steps`.
    Why: Section II.G: 150."""
    steps: int = key("–", ge=1)
    """Batches in an epoch of noise `instrument`, whose patches never repeat.
    Why: a checkpoint every minute or two."""
    validation_fraction: float = key("–", gt=0, lt=1)
    """Share of the patches or images kept for validation.
    Why: Section II.G: 20 %."""
    split_by: Literal["patch", "image"]
    """What is drawn for validation: each `patch`, or each tiled `image` with all its shifted and
    noisy copies. With `image` no near-copy of a validation patch is in the training set.
    Why: paper is silent: its numbers, 9·10³ of 1.1·10⁴, imply patches (section II.G)."""
    gpus: int = key("–", ge=0, le=16)
    """GPUs requested for one training job; 0 trains on the CPU.
    Why: paper is silent: one is enough for a network of this size."""
    pretrained: bool
    """Whether to take the trained models from the store (stored.models) instead of training them.
    Why: The shipped models are for `make results` and for denoising. Your own run trains its
    own."""


def _as_it_is(field: FieldInfo) -> Any:
    """Return the type of a key with its unit, bounds and description."""
    said = field.asdict()
    return Annotated[(said["annotation"], *said["metadata"], Field(**said["attributes"]))]


class _Model(Section):
    """One model, or null to leave it out."""

    noise: Literal["G", "SP", "GSP", "BBG", "instrument"]
    """Noise of the training images: `G` Gaussian; `SP` salt and pepper; `GSP` both; `BBG`
    background brightness and Gaussian. With `instrument` the model is a general one: it trains on
    `scenes`, each patch recorded anew.
    Why: Section III.A: four models, one for each noise type."""


# A model may have each key of training, and needs none: None is never checked.
_own: dict[str, Any] = {name: (_as_it_is(f), None) for name, f in Training.model_fields.items()}
Model = create_model("Model", __base__=_Model, __doc__=_Model.__doc__, **_own)


class Networks(Section):
    """Networks to train."""

    training: Training
    models: dict[
        Annotated[
            str,
            text(
                "[A-Za-z][A-Za-z0-9_-]*",
                because="a letter, then letters, digits, - and _: it names files",
                examples=["G", "BBG-wide"],
            ),
        ],
        Model | None,  # type: ignore[valid-type]
    ]
    """Networks to train, by name. A model may also have any key of `training`, for that model only.
    A model that is null is left out."""
