"""Draw a section of the test image under each noise type (Fig. 1d)."""

from temdenoise.reports import pictures, style
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    params, source = snakemake.params, snakemake.input
    corrupted = {}
    for noise, path, table in zip(params.noises, source.noisy, source.noisy_tables, strict=True):
        row = pictures.at_factor(files.read_table(table), params.c_noise)
        corrupted[noise] = files.open_stack(path, ndim=3)[row]
    truth = files.open_stack(source.images, ndim=3)[0]
    figure = pictures.noises(truth, corrupted, params.section, params.c_noise)
    style.save(snakemake.output.figure, figure)
