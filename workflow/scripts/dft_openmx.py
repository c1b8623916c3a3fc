"""Converge the density of one structure with OpenMX."""

import shutil
from pathlib import Path

from temdenoise import logs

with logs.capture(snakemake.log[0]):
    from temdenoise import dft, openmx
    from temdenoise.kgrid import kgrid_for

    params = snakemake.params
    atoms = dft.structure(snakemake.input.structure, params.cell)
    kgrid = kgrid_for(atoms, params.kgrid, params.kgrid_of, params.cell["lattice_constant"])
    folder = Path(snakemake.output.density).parent / "openmx"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    density, summary = openmx.run(
        folder, atoms, params.openmx, params.elements, kgrid, snakemake.threads
    )
    dft.write(
        snakemake.output.density,
        snakemake.output.summary,
        atoms,
        density,
        {"engine": "openmx", "kgrid": kgrid, **summary},
        params.valence_electrons,
        params.charge_tolerance,
    )
