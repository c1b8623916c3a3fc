"""Converge the density of one structure with GPAW."""

from pathlib import Path

from temdenoise.run import logs

with logs.capture(snakemake.log[0]):
    from temdenoise.density import engine, gpaw
    from temdenoise.density.kgrid import kgrid_for

    params, target = snakemake.params, snakemake.output
    dft_config = snakemake.config["dft"]
    settings = {**dft_config["gpaw"], **params.gpaw}
    atoms = engine.structure(snakemake.input.structure, params.cell)
    kgrid = kgrid_for(atoms, params.kgrid, params.kgrid_of, params.cell["lattice_constant"])
    with engine.failures(dft_config["on_failure"], target.density, target.summary, "gpaw"):
        density, summary = gpaw.run(
            atoms,
            Path(snakemake.input.basis[0]).parent,
            settings,
            kgrid,
            Path(target.density).with_name("gpaw.txt"),
        )
        electrons = engine.electrons(
            atoms, density, params.valence_electrons, dft_config["charge_tolerance"]
        )
        facts = {"engine": "gpaw", "kgrid": kgrid, "electrons": electrons}
        engine.write(target.density, target.summary, atoms, density, {**facts, **summary})
