"""Put the map of one structure into the store."""

from temdenoise.run import logs, store

with logs.capture(snakemake.log[0]):
    for name in ("structure", "summary", "density_map"):
        store.put(snakemake.input[name], snakemake.output[name])
