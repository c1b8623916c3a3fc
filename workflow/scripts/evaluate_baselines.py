"""Choose the filters' parameters on training images of one noise, and score them on the test's."""

import pandas as pd

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    from temdenoise.evaluation import filters, scores

    params, source, noise = snakemake.params, snakemake.input, snakemake.wildcards.noise
    train, train_clean, noisy, clean = (
        files.open_stack(source[name], ndim=3)
        for name in ("train", "train_images", "noisy", "images")
    )
    images = filters.sample(train, train_clean, files.read_table(source.train_table))
    rows, names = files.read_table(source.noisy_table), files.read_table(source.images_table)
    trials, scored = [], []
    for name in params.baselines:
        tried = filters.FILTERS[name]
        table = filters.trials(name, tried, images, scores.similarity)
        value = filters.chosen(table)
        print(f"{name}: {tried.parameter} = {value}")
        predicted = (tried.apply(image, value) for image in noisy)
        scored.append(
            scores.scores(
                *(name, noise, predicted, noisy, clean, rows, names),
                *(params.regions, params.patch_size),
            )
        )
        trials.append(table)
    files.write_table(snakemake.output.scores, pd.concat(scored))
    files.write_table(snakemake.output.parameters, pd.concat(trials))
