"""Displace the atoms of one structure (Eq. 1, 2)."""

from temdenoise import logs, seeds, structures

with logs.capture(snakemake.log[0]):
    params, name = snakemake.params, snakemake.wildcards.structure
    settings = params.cell
    ordered = structures.ordered_sheet_of(settings)
    atoms = structures.disorder(
        ordered, settings["max_shift"], seeds.generator(params.seed, "structure", name)
    )
    atoms.info = {
        "name": name,
        "seed": params.seed,
        "max_shift": settings["max_shift"],
        "split": params.split,
    }
    structures.write(snakemake.output.structure, atoms)
