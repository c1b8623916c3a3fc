"""Gather all models' scores into the paper's table."""

from temdenoise import files, logs, tables

CAPTION = (
    "MS-SSIM of the denoised image, in brackets that of the noisy input. "
    "in.: interpolation, ex.: extrapolation of C_noise."
)

with logs.capture(snakemake.log[0]):
    params, target = snakemake.params, snakemake.output
    scores = tables.combine([files.read_table(path) for path in snakemake.input.scores])
    table = tables.ms_ssim_table(scores, params.noise_of)
    shown = tables.readable(table, params.regions)
    files.write_table(target.scores, scores)
    files.write_table(target.csv, table)
    files.write_text(target.md, tables.to_markdown(shown))
    files.write_text(target.html, tables.to_html(shown, CAPTION))
