"""Which scenes does a general model train on, and which instruments record them?"""

from typing import Annotated

from pydantic import Field

from temdenoise.config.keys import Count, Fraction, Section, key

Range = list[Annotated[float, Field(gt=0, le=1e4)]]


class SceneChances(Section):
    """Chance of each ingredient, for every scene by itself."""

    empty: Fraction = key("–")
    """No crystal.
    Why: a network that has always seen atoms draws them in noise."""
    grains: Fraction = key("–")
    """A second grain beside the first.
    Why: real sheets have grain boundaries."""
    second_layer: Fraction = key("–")
    """A second layer on a part of the crystal.
    Why: real sheets are folded and stacked."""
    edge: Fraction = key("–")
    """An edge or holes.
    Why: real sheets end."""
    contamination: Fraction = key("–")
    """A contaminated part.
    Why: carbon lies on most real sheets."""
    background: Fraction = key("–")
    """Slowly varying brightness.
    Why: thickness, support and detector vary slowly."""
    adatoms: Fraction = key("–")
    """Single atoms on top.
    Why: they are what many look for."""
    inverted: Fraction = key("–")
    """Dark atoms on bright ground.
    Why: annular bright-field and phase contrast images have them."""
    astigmatism: Fraction = key("–")
    """An astigmatic probe.
    Why: real probes are."""


class SceneSettings(Section):
    """Pieces of material that a general model trains on, is calibrated on and is tested on."""

    train: int = key("–", ge=1, le=1000000)
    """Scenes to train on.
    Why: 24,000 of 176 × 176 pixels take 3 GB and six minutes; each is seen many times."""
    calibration: int = key("–", ge=1, le=100000)
    """Scenes to follow the training by and to calibrate the interval on.
    Why: the interval's factors are good to a percent with some hundred scenes."""
    test: int = key("–", ge=1, le=100000)
    """Scenes for the tables; their density maps are those of the test structures.
    Why: enough for two digits."""
    per_job: Count = key("–")
    """Scenes that one job builds.
    Why: a job of half a minute."""
    size: int = key("pixels", ge=32, le=4096)
    """Edge of the square scenes.
    Why: four different patches fit side by side."""
    patch_size: int = key("pixels", ge=16, le=4096)
    """Edge of the patches that the network is trained on, cut anywhere from a scene.
    Why: wider than what a pixel of the network sees."""
    density: Fraction = key("–")
    """Share of the scenes that are imaged by the density maps; atoms and probe image the others.
    Why: the paper's images must not be lost."""
    bond_px: Range = key("pixels", min_length=2, max_length=2)
    """Least and greatest bond length, uniform in its logarithm.
    Why: the model is for these pixels per bond; the held-out score halves them."""
    spot: Range = key("bonds", min_length=2, max_length=2)
    """Standard deviation of an atom's image, from and to; at least 0.6 pixels.
    Why: probes of 0.5 to 1.3 Å on bonds of 1.4 to 1.8 Å."""
    strain: float = key("–", ge=0, le=0.2)
    """Greatest strain.
    Why: that of sheets and of scan drift."""
    disorder: float = key("bonds", ge=0, le=0.5)
    """Greatest reach of the displacements by Eq. 1.
    Why: the paper's: 0.284 Å on a bond of 1.42 Å."""
    scatter: float = key("–", ge=0, le=1)
    """Greatest standard deviation of the brightness of equal atoms.
    Why: tilt, bonding and vibration vary it."""
    vacancies: Fraction = key("–")
    """Greatest share of missing atoms.
    Why: more than beams make; a network that has seen few fills them."""
    dopants: Fraction = key("–")
    """Greatest share of atoms of another brightness.
    Why: more than there are; a network that has seen few makes them equal to the others."""
    dopant_brightness: Range = key("–", min_length=2, max_length=2)
    """Brightness of a dopant in units of the atom that it replaces, from and to.
    Why: B in graphene is darker, Si is eight times brighter."""
    contamination: Range = key("–", min_length=2, max_length=2)
    """Brightness of contamination in units of the brightest atom, from and to.
    Why: seen in real images."""
    chances: SceneChances


class InstrumentChances(Section):
    """Chance of each fault, for every record by itself; the paper's noises have none of them."""

    pulses: Fraction = key("–")
    """Counted electrons whose pulses vary in height.
    Why: scintillators and multipliers do it."""
    clipped: Fraction = key("–")
    """Records cut off: readout noise at the darkest and brightest value of the clean image, counts
    at 0 and among their largest.
    Why: detectors saturate."""
    correlated: Fraction = key("–")
    """Noise that is correlated between pixels: along both axes, along the scan only, or more along
    the scan.
    Why: scintillators and resampling do it."""
    along_y: Fraction = key("–")
    """A scan along y instead of x.
    Why: images are turned after they are taken."""
    jitter: Fraction = key("–")
    """Rows displaced along x.
    Why: scan noise."""
    drift: Fraction = key("–")
    """Rows displaced along x that keep together, in the truth as well.
    Why: a network that straightens slow drift moves atoms; it may straighten jitter only."""
    row_offsets: Fraction = key("–")
    """Rows brighter or darker.
    Why: flyback and beam current."""
    hot_rows: Fraction = key("–")
    """Some rows far brighter or darker.
    Why: as above."""
    impulses: Fraction = key("–")
    """Pixels of any value.
    Why: broken pixels, cosmic rays, arcs."""


class InstrumentShares(Section):
    """How often each kind of record is drawn, in any unit."""

    counts: float = key("–", ge=0)
    """Counted electrons.
    Why: the noise of a good detector."""
    readout: float = key("–", ge=0)
    """Normal noise.
    Why: the noise of a bright image."""
    paper: float = key("–", ge=0)
    """One of the paper's four noises (Eq. 3-5).
    Why: they are the benchmark."""


class InstrumentSettings(Section):
    """What records a scene, drawn anew for every patch."""

    shares: InstrumentShares
    counts: Range = key("electrons per pixel", min_length=2, max_length=2)
    """Mean dose, from and to.
    Why: from a fast scan to a slow one; real images with half an electron per pixel exist."""
    pulse_spread: Range = key("of the mean pulse", min_length=2, max_length=2)
    """Standard deviation of an electron's pulse, from and to.
    Why: 1 is an exponential distribution, beyond it single electrons are spikes."""
    noise: Range = key("standard deviations of the clean image", min_length=2, max_length=2)
    """Standard deviation of normal noise, from and to.
    Why: from an image without noise to one in which only the lattice can be seen."""
    correlation: Range = key("pixels", min_length=2, max_length=2)
    """Standard deviation of the Gaussian that correlates noise, from and to.
    Why: up to what resampling by two does."""
    c_noise: Range = key("–", min_length=2, max_length=2)
    """C_noise of the paper's noises, from and to.
    Why: a margin around the paper's 0.1 to 0.36."""
    jitter: float = key("pixels", ge=0, le=10)
    """Greatest standard deviation of a row's displacement.
    Why: more than a pixel no longer is jitter."""
    drift: float = key("pixels", ge=0, le=10)
    """Greatest step of a drift between two rows, root mean square.
    Why: over a hundred rows this walks three pixels."""
    row_offset: float = key("standard deviations of the image", ge=0, le=10)
    """Greatest standard deviation of a row's brightness.
    Why: seen in real images."""
    impulses: Fraction = key("–")
    """Greatest share of impulses.
    Why: half of the pixels, as in the paper's salt and pepper beyond 0.36."""
    offset: float = key("standard deviations of the patch", ge=0, le=10)
    """Standard deviation by which half of the patches are moved off mean 0.
    Why: an image has one mean, its parts have others."""
    chances: InstrumentChances


class Scenes(Section):
    """Scenes and instruments of the general model."""

    scenes: SceneSettings
    instrument: InstrumentSettings
