"""Converge the density of one structure with OpenMX."""

import time
from pathlib import Path

from temdenoise import logs

with logs.capture(snakemake.log[0]):
    from temdenoise import cube, dft, openmx, openmx_attempts
    from temdenoise.kgrid import kgrid_for

    params, target = snakemake.params, snakemake.output
    dft_config = snakemake.config["dft"]
    settings = {**dft_config["openmx"], **params.openmx}
    deadline = time.monotonic() + 60 * snakemake.resources.get("runtime", float("inf"))
    atoms = dft.structure(snakemake.input.structure, params.cell)
    kgrid = kgrid_for(atoms, params.kgrid, params.kgrid_of, params.cell["lattice_constant"])
    folder = Path(target.density).parent / "openmx"
    with dft.failures(dft_config["on_failure"], target.density, target.summary, "openmx"):
        density, summary = openmx.run(
            *(folder, atoms, settings, params.elements, kgrid),
            height=params.height,
            threads=snakemake.threads,
            deadline=deadline,
        )
        electrons = dft.electrons(
            atoms, density, params.valence_electrons, dft_config["charge_tolerance"]
        )
        z = atoms.positions[:, 2].max() + params.height
        planes = cube.planes_around(density, atoms, z, within=0.5)
        if settings["keep"] != "map":
            cube.write_compressed(Path(target.density).with_suffix(".npz"), density)
        facts = {"engine": "openmx", "kgrid": kgrid, "electrons": electrons}
        dft.write(target.density, target.summary, atoms, planes, {**facts, **summary})
        if settings["keep"] != "all":
            openmx_attempts.clean(folder)
