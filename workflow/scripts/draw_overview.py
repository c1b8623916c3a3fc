"""Draw a micrograph, what each model made of it, what it removed and how sure it is."""

from temdenoise.reports import overview, style
from temdenoise.run import logs

with logs.capture(snakemake.log[0]):
    source = snakemake.input
    results = zip(
        source.denoised, source.uncertainties, source.atoms, source.summaries, strict=True
    )
    figure = overview.draw(snakemake.params.entry, [overview.read(*paths) for paths in results])
    style.save(snakemake.output.figure, figure)
