"""What are the results at full scale? The page docs/results.md."""

from collections.abc import Mapping

import pandas as pd

from temdenoise.evaluation import tables
from temdenoise.networks.card import Card
from temdenoise.reports import statements
from temdenoise.run.pages import to_markdown

CHOICES = [
    *("seed", "w2", "model", "noise", "target", "split_by"),
    *("c_noise", "ms_ssim", "ms_ssim_noisy", "ms_ssim_target"),
]
FIGURES = {
    "ms_ssim": "MS-SSIM by C_noise, interpolation and extrapolation marked (Fig. 2)",
    "sections": "Enlarged sections of the test image before and after (Fig. 2)",
    "full_size": "The whole test image before and after (Fig. 4)",
    "training": "The losses by epoch",
    "density_maps": "The density maps, 3 Å above the sheet (Fig. 1a)",
}
_SHOWN = (0.2, 0.3, 0.36)  # C_noise in the table of choices


def render(
    scores: pd.DataFrame,
    cards: Mapping[str, Card],
    histories: Mapping[str, pd.DataFrame],
    choices: pd.DataFrame,
) -> str:
    """Return the page as Markdown.

    `scores` are those of the models of `cards` and of baselines; `histories` the models' losses;
    `choices` has the columns CHOICES.
    """
    noise_of = {model: card.noise for model, card in cards.items()}
    regions = dict(zip(scores["c_noise"], scores["region"], strict=True))
    own = tables.ms_ssim_table(scores, noise_of)
    matrix = tables.matrix(scores, noise_of)
    return _PAGE.format(
        run=_run(cards),
        table=to_markdown(tables.readable(own, regions)),
        statements=to_markdown(statements.judged(scores, noise_of)),
        matrix=to_markdown(tables.readable_matrix(matrix[matrix["c_noise"].isin(_SHOWN)])),
        comparison=to_markdown(tables.best_in_bold(tables.comparison(scores, noise_of), regions)),
        losses=to_markdown(_losses(histories)),
        choices=to_markdown(choices_table(choices)),
        seeds=", ".join(map(str, dict.fromkeys(choices["seed"]))),
        **{name: f"![{words}](results/{name}.png)" for name, words in FIGURES.items()},
    )


def choices_table(choices: pd.DataFrame) -> pd.DataFrame:
    """Return MS-SSIM for each choice (rows) and C_noise: the mean over the seeds, (lowest–highest).

    `choices` has the columns CHOICES.
    """
    usual = (choices["split_by"] == "patch") & (choices["target"] == "clean")
    w2 = choices["w2"].mode()[0]
    kept = choices["target"] == "background"
    groups = {
        "as above": (choices[usual & (choices["w2"] == w2)], "ms_ssim"),
        "split by image": (choices[choices["split_by"] == "image"], "ms_ssim"),
        **{
            f"w2 = {other:g} instead of {w2:g}": (choices[choices["w2"] == other], "ms_ssim")
            for other in sorted(set(choices["w2"]) - {w2})
        },
        "target with background, against the clean image": (choices[kept], "ms_ssim"),
        "target with background, against that target": (choices[kept], "ms_ssim_target"),
    }
    rows = [row for name, (part, score) in groups.items() for row in _spread(name, part, score)]
    return pd.DataFrame(rows)


def _spread(name: str, part: pd.DataFrame, score: str) -> list[dict[str, str]]:
    rows = []
    for noise in dict.fromkeys(part["noise"]):
        own = part[part["noise"] == noise].groupby("c_noise")
        found = own[score].agg(["mean", "min", "max"])
        noisy = own["ms_ssim_noisy"].mean()
        cells = {
            f"{factor:g}": f"{mean:.3f} ({low:.3f}–{high:.3f}); noisy {noisy[factor]:.3f}"
            for factor, (mean, low, high) in zip(
                _SHOWN, found.loc[list(_SHOWN)].values, strict=True
            )
        }
        rows.append({"choice": name, "noise": noise, **cells})
    return rows


def _run(cards: Mapping[str, Card]) -> str:
    card = next(iter(cards.values()))
    recipe = card.recipe
    return (
        f"Densities by {card.engine}; images of {card.image_size} × {card.image_size} "
        f"pixels, {card.bond_length_px:g} pixels per bond; {card.patches[0]:,} patches "
        f"trained and {card.patches[1]:,} validated for each noise type; U-Nets of "
        f"{'-'.join(map(str, recipe['filters']))} filters, {recipe['epochs']} epochs in "
        f"{recipe['precision']}, learning rate {recipe['learning_rate']:g} with decay "
        f"{recipe['decay']}, split by {recipe['split_by']}, target {recipe['target']}."
    )


def _losses(histories: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the validation losses at the end, and how much the last epoch still gained."""
    rows = []
    for model, history in histories.items():
        loss = history["val_loss"]
        gained = 1 - float(loss.iloc[-1] / loss.iloc[-2])
        rows.append(
            {
                "model": model,
                "epochs": str(len(history)),
                "validation loss": f"{loss.iloc[-1]:.5f}",
                "training loss": f"{history['loss'].iloc[-1]:.5f}",
                "gained by the last epoch": f"{gained:.1%}",
                "minutes": f"{history['seconds'].sum() / 60:.0f}",
            }
        )
    return pd.DataFrame(rows)


_PAGE = """# Results at the paper's scale

<!-- Written by the workflow (rule publish_results) from docs/results/ and models/: do not edit. -->

{run}

[Part two](general-results.md) has the general model's results.

MS-SSIM compares the whole test image with the clean image. The image is stitched from side-by-side
patches, as in the paper. No network was trained on the test structure.

```console
$ make results      # these tables and figures, from the stored maps and models, in minutes
```

## MS-SSIM by model and C_noise

Denoised (noisy input); in.: interpolation, ex.: extrapolation. The paper's Fig. 2.

{table}
{ms_ssim}

## The paper's statements

{statements}
## Every model on every noise

The paper tests each model on its own noise only. Bold: the best of each C_noise and noise.

{matrix}
## Beside classical filters

Each filter has one parameter for each noise type, chosen on training images, never on the test
image ([decision 11](decisions/0011-baselines.md)).

{comparison}
## Before and after

{sections}

{full_size}

## Training

{losses}
{training}

The learning rate falls to zero over these epochs: the loss flattens by construction. The paper's
150 epochs at a constant rate were not run.

## How much the open choices matter

These runs are smaller (`config/choices.yaml`: fewer images, 16-32-64 filters, 4 epochs): the scores
are lower than above, and only their differences count. Each is the mean over three seeds ({seeds})
of everything after the DFT. In brackets: the lowest and the highest. Behind the semicolon: the
noisy input.

{choices}
## The density

{density_maps}

[`resources/maps/gpaw`](../resources/maps/gpaw/README.md) says how the maps were made and how they
compare with OpenMX's.
"""
