"""Measure errors and interval of one general model on scenes that training never saw."""

from temdenoise.run import files, logs, pages

with logs.capture(snakemake.log[0]):
    import pandas as pd

    from temdenoise.networks import general, inference, trust
    from temdenoise.networks.scene_batches import Scenes
    from temdenoise.scenes import scene

    params, source, target = snakemake.params, snakemake.input, snakemake.output
    table = pd.DataFrame(
        trust.rows(
            general.denoiser(inference.load(source.model)),
            files.read_json(source.calibration)["interval"],
            Scenes([files.open_stack(path, ndim=3) for path in source.images]),
            [one for path in source.scenes for one in scene.read(path)],
            params.instrument,
            seed=params.seed,
        ),
        columns=trust.COLUMNS,
    )
    means = trust.summary(table)
    files.write_table(target.csv, means)
    shown = trust.readable(means)
    files.write_text(target.md, pages.to_markdown(shown))
    files.write_text(target.html, pages.to_html(shown, "Errors over the contrast, on new scenes."))
