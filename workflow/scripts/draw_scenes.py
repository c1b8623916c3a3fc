"""Draw scenes that training never saw before and after a general model."""

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    from temdenoise.networks import general, inference, trust
    from temdenoise.networks.scene_batches import Scenes
    from temdenoise.reports import before_after, style

    source, params = snakemake.input, snakemake.params
    shown = trust.examples(
        general.denoiser(inference.load(source.model)),
        files.read_json(source.calibration)["interval"],
        Scenes([files.open_stack(path, ndim=3) for path in source.images]),
        params.instrument,
        seed=params.seed,
    )
    style.save(snakemake.output.figure, before_after.figure(shown))
