"""Converge the density of one structure with OpenMX."""

import time
from pathlib import Path

from temdenoise.run import logs

with logs.capture(snakemake.log[0]):
    from temdenoise.density import cube, engine
    from temdenoise.density.kgrid import kgrid_for
    from temdenoise.density.openmx import attempts, run

    params, target = snakemake.params, snakemake.output
    dft_config = snakemake.config["dft"]
    settings = {**dft_config["openmx"], **params.openmx}
    deadline = time.monotonic() + 60 * snakemake.resources.get("runtime", float("inf"))
    atoms = engine.structure(snakemake.input.structure, params.cell)
    kgrid = kgrid_for(atoms, params.kgrid, params.kgrid_of, params.cell["lattice_constant"])
    folder = Path(target.density).parent / "openmx"
    with engine.failures(dft_config["on_failure"], target.density, target.summary, "openmx"):
        density, summary = run.run(
            *(folder, atoms, settings, params.elements, kgrid),
            height=params.height,
            threads=snakemake.threads,
            deadline=deadline,
        )
        electrons = engine.electrons(
            atoms, density, params.valence_electrons, dft_config["charge_tolerance"]
        )
        z = atoms.positions[:, 2].max() + params.height
        planes = cube.planes_around(density, atoms, z, within=0.5)
        if settings["keep"] != "map":
            cube.write_compressed(Path(target.density).with_suffix(".npz"), density)
        facts = {"engine": "openmx", "kgrid": kgrid, "electrons": electrons}
        engine.write(target.density, target.summary, atoms, planes, {**facts, **summary})
        if settings["keep"] != "all":
            attempts.clean(folder)
