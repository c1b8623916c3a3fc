"""Score general models and the paper's on the turned test image."""

from temdenoise.run import files, logs, pages

with logs.capture(snakemake.log[0]):
    import pandas as pd

    from temdenoise.images import noise
    from temdenoise.networks import general, inference, rotated

    params, source, target = snakemake.params, snakemake.input, snakemake.output
    papers = {
        model: inference.patchwise(inference.load(path), params.patch_size)
        for model, path in zip(params.noise_of, source.papers, strict=True)
    }
    generals = {
        model: general.valued(inference.load(path))
        for model, path in zip(params.general, source.general, strict=True)
    }
    table = pd.DataFrame(
        rotated.rows(
            files.open_stack(source.images, ndim=3)[0],
            params.noise_of,
            params.factors,
            papers | generals,
            noise.Settings(params.patch_size, params.salt_pepper_ratio, **params.background),
            params.seed,
        ),
        columns=rotated.COLUMNS,
    )
    files.write_table(target.csv, table)
    shown = rotated.readable(table)
    files.write_text(target.md, pages.to_markdown(shown))
    files.write_text(target.html, pages.to_html(shown, "MS-SSIM on the turned test image."))
