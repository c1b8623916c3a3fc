"""Draw the whole test image before and after (Fig. 4)."""

from temdenoise.reports import pictures, style
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    params, source = snakemake.params, snakemake.input
    of_model = pictures.pairs(source, params.noise_of, params.c_noise)
    scores = files.read_table(source.scores)
    figure = pictures.full_size(of_model, params.noise_of, scores, params.section, params.c_noise)
    style.save(snakemake.output.figure, figure)
