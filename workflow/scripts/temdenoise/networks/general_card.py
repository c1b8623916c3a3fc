"""What was a general model trained on, and where should it not be used? Its card."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

KIND = "general"


@dataclass(frozen=True)
class GeneralCard:
    """A general model's own words; see the shipped models/general/card.json.

    `bond_length_px_range` is what it was trained on [pixels]; `noise_range` that of the noise in
    units of the contrast. `interval` holds the factors of its interval by noise level, `sites` the
    weights of the probability of an atom (`micrographs.atoms`), and
    `conditions` its error under each condition: RMSE / contrast, at the end of the training.
    """

    model: str
    kind: str
    sha256: str
    engine: str
    material: str
    bond_length_px_range: tuple[float, float]
    noise_range: tuple[float, float]
    recipe: Mapping[str, Any]
    scenes: Mapping[str, Any]
    instrument: Mapping[str, Any]
    patches: int
    interval: Sequence[Mapping[str, float]]
    sites: Mapping[str, float]
    conditions: Mapping[str, float]

    @property
    def bond_length(self) -> None:
        """None: it knows many materials."""
        return None

    def wanted_bond_px(self, bond_px: float) -> float:
        """Return the bond length [pixels] to which an image of `bond_px` is resampled."""
        low, high = self.bond_length_px_range
        return min(max(bond_px, low), high)

    def to_json(self) -> str:
        """Return the card for programs."""
        return json.dumps(asdict(self), indent=2) + "\n"

    def to_line(self) -> str:
        """Return the card in a line, for the terminal."""
        filters, (low, high) = "-".join(map(str, self.recipe["filters"])), self.bond_length_px_range
        return (
            f"{self.model}: any noise, {low:g} to {high:g} px per bond, any orientation, with a "
            f"90 % interval; scenes of {self.material} and other crystals; U-Net {filters}"
        )

    def to_readme(self) -> str:
        """Return the card for people, Markdown."""
        rows = "\n".join(f"| {name} | {error:.3f} |" for name, error in self.conditions.items())
        return _README.format(
            filters="-".join(map(str, self.recipe["filters"])),
            fewest=self.bond_length_px_range[0],
            most=self.bond_length_px_range[1],
            strongest=self.noise_range[1],
            rows=rows,
            **vars(self),
        )


def conditions(last: Mapping[str, float]) -> dict[str, float]:
    """Return the error under each condition from the `last` row of a history."""
    prefix = "val "
    return {
        name.removeprefix(prefix): round(float(error), 4)
        for name, error in last.items()
        if name.startswith(prefix)
    }


def from_json(said: Mapping[str, Any]) -> GeneralCard:
    """Return the card that `said` holds; a missing key is a LookupError."""
    card = GeneralCard(**{one.name: said[one.name] for one in fields(GeneralCard)})
    card.to_line(), [row["noise"] for row in card.interval]  # can be used
    return card


_README = """# {model}

A U-Net of {filters} filters without levels: f(a·x + b) = a·f(x) + b. It denoises images of
atoms of any noise, orientation and brightness, from {fewest:g} to {most:g} pixels per bond, and
gives a 90 % interval for each pixel. Written by the rule `store_general`; the same in figures for
programs: `card.json`.

- **Data**: {scenes[train]} scenes of crystals with grains, vacancies, dopants, edges, second
  layers, contamination and background. {scenes[density]:.0%} of them show the density of
  {material} ({engine}). {patches} patches of {scenes[patch_size]} × {scenes[patch_size]} were
  seen, each recorded anew.
- **Noise**: {instrument[counts][0]:g} to {instrument[counts][1]:g} counts per pixel; normal
  noise up to {strongest:g} times the contrast, white or correlated; impulses; scan noise; the
  paper's four noises.
- **Interval**: scaled on {scenes[calibration]} scenes of its own by the level of noise.
- **Training**: {recipe[epochs]} epochs of {recipe[steps]} batches of {recipe[batch_size]}, Adam,
  learning rate {recipe[learning_rate]:g} ({recipe[decay]}), {recipe[precision]}. The errors:
  `history.csv`.
- **Licence**: that of this repository.

Error under each condition, root mean square over the contrast of the clean patch; 1 is a flat
image, and errors above 1 count as 1:

| condition | error |
| --- | --- |
{rows}

**Limits.** It keeps what is real in the image, also background and contamination. It knows no
phase contrast and no lattice fringes of thick crystals. Where the noise hides an atom, the result
fades; the interval says so. Correlated noise over more than two pixels looks like signal to it.
"""
