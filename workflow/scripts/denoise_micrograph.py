"""Denoise one micrograph with one model."""

from pathlib import Path

from temdenoise.run import logs

wildcards = snakemake.wildcards

with logs.capture(snakemake.log[0], show_as=f"{wildcards.image}, {wildcards.model}"):
    from temdenoise.micrographs import summary

    params, target = snakemake.params, snakemake.output
    images = [target.tif, target.hspy, target.uncertainty, target.atoms]
    facts = {"source": params.entry["path"], "on_failure": params.on_failure}
    with summary.failures(params.on_failure, images, target.summary, facts):
        from temdenoise.micrographs import job
        from temdenoise.micrographs.applying import Settings

        job.run(
            params.entry,
            Path(params.model),
            Settings(params.tile, params.overlap, params.window),
            dict(target.items()),
            threads=snakemake.threads,
            memory=snakemake.resources.mem_mb,
        )
