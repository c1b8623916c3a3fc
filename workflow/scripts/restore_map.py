"""Take the map of one structure from the store."""

from temdenoise import logs, stored

with logs.capture(snakemake.log[0]):
    source, target, params = snakemake.input, snakemake.output, snakemake.params
    stored.check_map(
        source.density_map,
        source.structure,
        name=snakemake.wildcards.structure,
        cell=params.cell,
        height=params.height,
    )
    for name in ("structure", "summary", "density_map"):
        stored.copy(source[name], target[name])
