"""Draw MS-SSIM by C_noise, each model on its own noise (Fig. 2)."""

from temdenoise.evaluation import tables
from temdenoise.reports import curves, style
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    params = snakemake.params
    own = tables.own_noise(files.read_table(snakemake.input.scores), params.noise_of)
    style.save(snakemake.output.figure, curves.ms_ssim(own, params.noise_of, params.regions))
