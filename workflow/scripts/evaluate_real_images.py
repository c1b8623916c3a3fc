"""Score models and plain filters on real images, by pixels that they have not seen."""

from pathlib import Path

import pandas as pd

from temdenoise.run import files, logs, pages

with logs.capture(snakemake.log[0]):
    from temdenoise.micrographs import applying, real_images, real_table
    from temdenoise.networks import training

    training.use_threads(snakemake.threads)  # before any network runs, tk_r_em's as well
    source, target, params = snakemake.input, snakemake.output, snakemake.params
    images = files.read_arrays(source.images)
    shows = {name: one.shows for name, one in real_images.IMAGES.items()}
    methods = real_table.filters() | {
        model: {"": applying.denoiser(Path(path), applying.Settings(), snakemake.threads)}
        for model, path in zip(params.models, source.models, strict=True)
    }
    table = pd.DataFrame(real_table.rows(images, shows, methods), columns=real_table.COLUMNS)
    files.write_table(target.csv, table)
    shown = real_table.readable(table)
    files.write_text(target.md, pages.to_markdown(shown))
    files.write_text(target.html, pages.to_html(shown, "Signal explained in real images [%]."))
    pairs = files.read_arrays(source.pairs)
    both = enumerate(zip(pairs["noisy"], pairs["clean"], strict=True), 1)
    named = {str(number): pair for number, pair in both}
    table = pd.DataFrame(real_table.pair_rows(named, methods), columns=real_table.PAIR_COLUMNS)
    files.write_table(target.pairs_csv, table)
    shown = real_table.readable_pairs(table)
    files.write_text(target.pairs_md, pages.to_markdown(shown))
    files.write_text(target.pairs_html, pages.to_html(shown, "Errors on tk_r_em's own pairs."))
