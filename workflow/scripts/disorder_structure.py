"""Displace the atoms of one structure (Eq. 1, 2)."""

from temdenoise import seeds
from temdenoise.run import logs
from temdenoise.structures import sheets

with logs.capture(snakemake.log[0]):
    params, name = snakemake.params, snakemake.wildcards.structure
    settings = params.cell
    ordered = sheets.ordered_sheet_of(settings)
    atoms = sheets.disorder(
        ordered, settings["max_shift"], seeds.generator(params.seed, "structure", name)
    )
    atoms.info = {
        "name": name,
        "seed": params.seed,
        "max_shift": settings["max_shift"],
        "split": params.split,
    }
    sheets.write(snakemake.output.structure, atoms)
