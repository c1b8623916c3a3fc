"""What are the results of the general model? The page docs/general-results.md."""

from collections.abc import Mapping

from temdenoise.networks.general_card import GeneralCard

FIGURES = {
    "scenes": "Scenes that training never saw: recorded, denoised, true, half of the 90 % interval",
    "conditions": "Error on calibration scenes under each condition, by epoch",
    "trust_in_atoms": "What models and filters do to single atoms, by noise",
}
TABLES = ("trust_goals", "trust_in_atoms", "trust", "rotated", "real_images", "pairs")


def render(card: GeneralCard, tables: Mapping[str, str], shown: Mapping[str, str]) -> str:
    """Return the page as Markdown.

    `tables` are those of TABLES as Markdown; `shown` are the paths of FIGURES beside the page.
    """
    pictures = {name: f"![{words}]({shown[name]})" for name, words in FIGURES.items()}
    return _PAGE.format(run=_run(card), **tables, **{f"{k}_png": v for k, v in pictures.items()})


def _run(card: GeneralCard) -> str:
    recipe, scenes = card.recipe, card.scenes
    return (
        f"Model `{card.model}` (SHA-256 {card.sha256[:12]}): a U-Net of "
        f"{'-'.join(map(str, recipe['filters']))} filters, {card.patches:,} patches of "
        f"{scenes['patch_size']}², {scenes['train']:,} scenes, {scenes['density']:.0%} of them of "
        f"DFT maps by {card.engine}."
    )


_PAGE = """# Results, part two: the general model

<!-- Written by the workflow (rule publish_general): do not edit. -->

{run} [Part one](results.md) has the paper's models.

```console
$ .venv/bin/snakemake --profile profiles/local --configfile config/general.yaml -- publish_general
```

## What was aimed at, and what was reached

{trust_goals}
## Single atoms

Specimens whose atoms are known: vacancies, dopants, vacuum, a second layer, contamination, and DFT
cells with missing atoms. A filter's parameter is chosen with the truth at hand, which favours the
filters. Nobody who has no truth can do that.

{trust_in_atoms_png}

{trust_in_atoms}
## Errors and interval on new scenes

Root mean square errors over the contrast of the clean scene. The best blur is chosen with the truth
at hand.

{trust}
{scenes_png}

{conditions_png}

## The paper's test image, upright and turned

The general model is told neither the noise nor the angle.

{rotated}
## Real images

Signal explained [%]: each method denoises every second pixel of every second row, and is compared
with the pixels between. The score takes noise for signal that is correlated between neighbours.
Both perovskites have fine stripes, which narrow filters keep and every network removes. The images
are under the GPL-3 and not part of this repository, so no picture of them is here. `snakemake
real_images` fetches them.

{real_images}
The pairs that tk_r_em's authors test their network for STEM with: error over the contrast of the
clean image, after the best gain and offset.

{pairs}"""
