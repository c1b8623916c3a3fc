"""Denoise the test images of every noise type with one model, and score them."""

import pandas as pd

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    from temdenoise.evaluation import scores
    from temdenoise.networks import inference

    params, source, target = snakemake.params, snakemake.input, snakemake.output
    network = inference.load(source.model)
    clean = files.open_stack(source.images, ndim=3)
    images = files.read_table(source.images_table)
    tables = []
    for noise, noisy_path, table_path, predicted_path in zip(
        params.noises, source.noisy, source.noisy_tables, target.predictions, strict=True
    ):
        noisy = files.open_stack(noisy_path, ndim=3)
        files.write_stack(
            predicted_path,
            scores.predictions(
                noisy, lambda image: inference.denoise(network, image, params.patch_size)
            ),
            noisy.shape,
        )
        tables.append(
            scores.scores(
                *(snakemake.wildcards.model, noise),
                *(files.open_stack(predicted_path, ndim=3), noisy, clean),
                *(files.read_table(table_path), images),
                *(params.regions, params.patch_size),
            )
        )
    files.write_table(target.scores, pd.concat(tables))
