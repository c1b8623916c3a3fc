"""How does a structure become a density map?"""

from typing import Annotated, Literal

from temdenoise.config.keys import Count, Section, key, text


class Element(Section):
    """What the engines need to know of one element."""

    valence_electrons: int = key("–", ge=1)
    """Electrons of one atom that are not in the core.
    Why: OpenMX's pseudopotential and GPAW's setup have the same number."""
    pao: str = text(
        r"[A-Z][a-z]?[0-9]+(\.[0-9]+)?[A-Z]*-([spdfg][1-9])+",
        because="symbol, radius in bohr, orbitals",
        examples=["C6.0-s2p2d1", "C7.0-s3p2d1"],
    )
    """OpenMX's pseudo-atomic orbitals (PAO), with their radius in bohr after the symbol.
    Why: paper is silent: with 6.0 bohr the map at 3 Å shows isolated round spots on black, as in
    the paper's figures. Wider orbitals give a smooth map of low contrast."""
    vps: str = text(
        r"[A-Z][a-z]?_[A-Za-z0-9_]+",
        because="symbol, _, data set",
        examples=["C_PBE19", "Mo_PBE19"],
    )
    """OpenMX's norm-conserving pseudopotential.
    Why: Section II.A: norm-conserving and PBE; the name is that of the 2019 data set."""


class Gpaw(Section):
    """Settings of GPAW, used with `engine: gpaw`."""

    grid_spacing: float = key("Å", gt=0, le=0.5)
    """Largest distance of two points of the real-space grid.
    Why: paper is silent: GPAW's usual spacing. A demo cell of 9.6 Å then has a grid plane at 3
    Å."""
    basis: Literal["sz", "szp", "dz", "dzp", "tz", "tzp"]
    """Size of the atomic-orbital basis.
    Why: paper is silent: GPAW's nearest to OpenMX's s2p2d1."""
    basis_radius: float = key("bohr", gt=0, le=20)
    """Radius beyond which the orbitals are zero.
    Why: paper is silent: as wide as OpenMX's C6.0, so that the maps show the same round spots."""
    energy_shift: float = key("eV", gt=0, le=1)
    """Allowed rise in an orbital's energy by confinement; smaller is wider, up to basis_radius.
    Why: paper is silent: so small that basis_radius alone confines the orbitals."""
    smearing: float = key("eV", gt=0, le=1)
    """Width of the Fermi-Dirac occupation.
    Why: paper is silent: GPAW's usual width."""
    max_scf_steps: int = key("–", ge=1)
    """SCF steps after which the calculation counts as failed.
    Why: paper is silent: about ten times what disordered graphene needs."""


class Mixing(Section):
    """Density mixing of the first attempt (RMM-DIISK); later ones mix less and use more steps."""

    initial_weight: float = key("–", gt=0, le=1)
    """Mixing weight of the first step (scf.Init.Mixing.Weight).
    Why: paper is silent: converges disordered graphene in 27 steps."""
    largest_weight: float = key("–", gt=0, le=1)
    """Largest mixing weight (scf.Max.Mixing.Weight).
    Why: paper is silent: as above."""
    history: int = key("–", ge=1, le=200)
    """Earlier steps that the mixing uses (scf.Mixing.History).
    Why: paper is silent: as above."""
    pulay_start: int = key("–", ge=1, le=200)
    """Step from which the history is used (scf.Mixing.StartPulay).
    Why: paper is silent: as above."""


class Openmx(Section):
    """Settings of OpenMX, used with `engine: openmx`."""

    command: str = key(min_length=1, examples=["openmx", "/opt/openmx/openmx"])
    """Command that starts OpenMX: its name or its path, without an MPI launcher.
    Why: The name of the program, which is found on the PATH."""
    data_path: str = key(min_length=1, examples=["DFT_DATA19"])
    """Folder DFT_DATA19 of OpenMX's data set, with PAO/ and VPS/ in it.
    Why: The data set's own name, in the folder where the workflow runs."""
    ranks: int = key("–", ge=1, le=4096)
    """MPI ranks of one job; each has as many threads as the rule dft_openmx.
    Why: paper is silent: one rank needs no MPI launcher and runs anywhere. A 180-atom cell gains
    from more."""
    launcher: str = key(
        min_length=1,
        examples=["srun --mpi=pmix -n {ranks} -c {threads}", "mpirun --bind-to none -np {ranks}"],
    )
    """MPI launcher before the command if there is more than one rank, with {ranks} and {threads}.
    Why: It starts Open MPI programs under SLURM. On one machine use mpirun without core binding."""
    modules: list[Annotated[str, key(min_length=1, examples=["openmx/4.0"])]]
    """Environment modules to load for OpenMX (with --sdm env-modules).
    Why: Names differ from cluster to cluster."""
    energy_cutoff: float = key("Ry", ge=50, le=2000)
    """Cutoff of the real-space grid (scf.energycutoff).
    Why: Section II.A: 300 Ry."""
    criterion: float = key("Hartree", gt=0, le=0.001)
    """Change in energy at which the calculation counts as converged (scf.criterion).
    Why: Section II.A: 10⁻⁸ Hartree."""
    max_scf_steps: int = key("–", ge=1)
    """SCF steps after which the calculation counts as failed (scf.maxIter).
    Why: paper is silent: at least three times what disordered graphene needs."""
    mixing: Mixing
    electronic_temperature: float = key("K", gt=0, le=10000)
    """Temperature of the Fermi-Dirac occupation (scf.ElectronicTemperature).
    Why: paper is silent: OpenMX's own default."""
    max_electronic_temperature: float = key("K", gt=0, le=10000)
    """Highest temperature to try if the calculation does not converge otherwise.
    Why: paper is silent: 0.1 eV, which changes the density of a wide sheet little."""
    density_only: bool
    """Whether to skip forces and total energy (orbitalOpt.Force.Skip); the density is the same.
    Why: Only the density is used, and the forces are the largest fixed cost."""
    time_margin: float = key("min", ge=0, le=1440)
    """Time before the job's limit (resource runtime) at which the calculation ends cleanly. The
    next attempt continues it.
    Why: paper is silent: enough time to write the density of a 180-atom cell."""
    keep: Literal["all", "density", "map"]
    """What to keep of a converged run besides input, logs, summary and the planes around the map:
    `map` nothing; `density` the whole density, compressed; `all` every file of OpenMX.
    Why: A 180-atom run writes 570 MB; one plane of the density is needed."""


class Dft(Section):
    """Density functional theory (PBE) of each structure."""

    engine: Literal["openmx", "gpaw", "maps"]
    """Program that calculates the density; only its own settings are used. `maps` takes stored maps
    instead (stored.maps).
    Why: Section II.A: OpenMX. The demo uses GPAW, which installs with the workflow."""
    kgrid: list[Count] = key("–", min_length=3, max_length=3)
    """Γ-centred k-grid: points along the three axes.
    Why: Section II.A: 18 × 18 × 1."""
    kgrid_of: Literal["primitive", "cell"]
    """Cell of the k-grid. `primitive`: scaled to the supercell at the same or a higher density of
    k-points, rounded up. `cell`: used as it is.
    Why: paper is silent: 18 × 18 × 1 is a grid for graphene's two-atom cell."""
    charge_tolerance: float = key("–", gt=0, le=0.1)
    """Allowed relative deviation of the density's integral from the number of valence electrons.
    Why: paper is silent: OpenMX's densities are off by 2·10⁻⁶. A wrong valence or a damaged file is
    off by far more."""
    on_failure: Literal["stop", "skip"]
    """What to do if a structure fails to converge: `stop` ends the run; `skip` continues with the
    other maps, and the report names the structure.
    Why: Whether to go on without a map is the user's decision."""
    elements: dict[
        Annotated[
            str, text("[A-Z][a-z]?", because="the symbol of an element", examples=["C", "Mo"])
        ],
        Element,
    ]
    """Chemical elements, each by its symbol; only those of the material are used."""
    gpaw: Gpaw
    openmx: Openmx


class Map(Section):
    """The density map, a slice of the density parallel to the sheet."""

    height: float = key("Å", gt=0, le=20)
    """Height of the map above the uppermost atoms. The orbitals must reach it, and the next
    periodic sheet must be farther away.
    Why: Section II.B: the electron density 3 Å above the surface."""


class Density(Section):
    """Density of each structure by DFT, and the map that is cut out of it."""

    dft: Dft
    map: Map
