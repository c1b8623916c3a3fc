"""Draw a section of the test image before and after, at two noise factors (Fig. 2)."""

from temdenoise.reports import pictures, style
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    params, source = snakemake.params, snakemake.input
    by_factor = {f: pictures.pairs(source, params.noise_of, f) for f in params.factors}
    truth = files.open_stack(source.images, ndim=3)[0]
    scores = files.read_table(source.scores)
    figure = pictures.sections(truth, by_factor, params.noise_of, scores, params.section)
    style.save(snakemake.output.figure, figure)
