"""Take the map of one structure from the store."""

from temdenoise import campaign, logs, stored

with logs.capture(snakemake.log[0]):
    target, params = snakemake.output, snakemake.params
    for name in ("structure", "summary", "density_map"):
        stored.take(snakemake.input[name], target[name])
    if campaign.read_summary(target.summary)["converged"]:
        stored.check_map(
            target.density_map,
            target.structure,
            name=snakemake.wildcards.structure,
            cell=params.cell,
            height=params.height,
        )
