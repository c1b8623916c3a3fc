"""Draw how the SCF of each structure converged, attempt by attempt."""

from temdenoise.density import summaries
from temdenoise.reports import curves, style
from temdenoise.run import logs

with logs.capture(snakemake.log[0]):
    read = summaries.read_summaries(snakemake.input.summaries)
    named = {name: summaries.residuals(summary) for name, summary in read}
    style.save(snakemake.output.figure, curves.convergence(named))
