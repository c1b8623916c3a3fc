"""Denoise a scene that training never saw for each condition."""

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    from temdenoise.networks import general, inference, trust
    from temdenoise.networks.scene_batches import Scenes

    source, params = snakemake.input, snakemake.params
    shown = trust.examples(
        general.denoiser(inference.load(source.model)),
        files.read_json(source.calibration)["interval"],
        Scenes([files.open_stack(path, ndim=3) for path in source.images]),
        params.instrument,
        seed=params.seed,
    )
    files.write_arrays(snakemake.output.examples, shown)
