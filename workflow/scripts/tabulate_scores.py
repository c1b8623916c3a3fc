"""Gather all scores into the paper's table, the comparison with baselines and the matrix."""

from temdenoise.evaluation import tables
from temdenoise.run import files, logs, pages

COMPARISON = (
    "MS-SSIM of the noisy test image, of what each baseline and of what each network makes of it, "
    "the best in bold. in.: interpolation, ex.: extrapolation of C_noise."
)
MATRIX = (
    "MS-SSIM of each model on each test noise, whichever it was trained with, and of the noisy "
    "input; the best of each noise in bold."
)
CAPTION = (
    "MS-SSIM of the denoised image, in brackets that of the noisy input. "
    "in.: interpolation, ex.: extrapolation of C_noise."
)

with logs.capture(snakemake.log[0]):
    params, target = snakemake.params, snakemake.output
    paths = [*snakemake.input.scores, *snakemake.input.baselines]
    scores = tables.combine([files.read_table(path) for path in paths])
    table = tables.ms_ssim_table(scores, params.noise_of)
    shown = tables.readable(table, params.regions)
    files.write_table(target.scores, scores)
    files.write_table(target.csv, table)
    files.write_text(target.md, pages.to_markdown(shown))
    files.write_text(target.html, pages.to_html(shown, CAPTION))
    comparison = tables.comparison(scores, params.noise_of)
    shown = tables.best_in_bold(comparison, params.regions)
    files.write_table(target.comparison_csv, comparison)
    files.write_text(target.comparison_md, pages.to_markdown(shown))
    files.write_text(target.comparison_html, pages.to_html(shown, COMPARISON))
    matrix = tables.matrix(scores, params.noise_of)
    shown = tables.readable_matrix(matrix)
    files.write_table(target.matrix_csv, matrix)
    files.write_text(target.matrix_md, pages.to_markdown(shown))
    files.write_text(target.matrix_html, pages.to_html(shown, MATRIX))
