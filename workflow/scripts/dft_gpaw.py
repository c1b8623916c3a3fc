"""Converge the density of one structure with GPAW."""

from pathlib import Path

from temdenoise import logs

with logs.capture(snakemake.log[0]):
    from temdenoise import dft, gpaw_engine
    from temdenoise.kgrid import kgrid_for

    params = snakemake.params
    atoms = dft.structure(snakemake.input.structure, params.cell)
    kgrid = kgrid_for(atoms, params.kgrid, params.kgrid_of, params.cell["lattice_constant"])
    density, summary = gpaw_engine.run(
        atoms, Path(snakemake.input.basis).parent, params.gpaw, kgrid
    )
    dft.write(
        snakemake.output.density,
        snakemake.output.summary,
        atoms,
        density,
        {"engine": "gpaw", "kgrid": kgrid, **summary},
        params.valence_electrons,
        params.charge_tolerance,
    )
