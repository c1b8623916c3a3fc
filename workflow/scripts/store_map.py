"""Put the map of one structure into the store."""

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    for name in ("structure", "summary", "density_map"):
        files.copy(snakemake.input[name], snakemake.output[name])
