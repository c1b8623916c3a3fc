"""Put the map of one structure into the store."""

from temdenoise import logs, stored

with logs.capture(snakemake.log[0]):
    for name in ("structure", "summary", "density_map"):
        stored.put(snakemake.input[name], snakemake.output[name])
