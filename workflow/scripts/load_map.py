"""Take the map of one structure from the store."""

from temdenoise.density import maps
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    target, params = snakemake.output, snakemake.params
    for name in ("structure", "summary", "density_map"):
        files.copy(snakemake.input[name], target[name])
    if files.read_json(target.summary)["converged"]:
        maps.check_stored(
            target.density_map,
            target.structure,
            name=snakemake.wildcards.structure,
            cell=params.cell,
            height=params.height,
        )
