"""Draw how the SCF of each structure converged, attempt by attempt."""

from temdenoise import campaign, logs
from temdenoise.figures import curves, style

with logs.capture(snakemake.log[0]):
    summaries = campaign.read_summaries(snakemake.input.summaries)
    named = {name: campaign.residuals(summary) for name, summary in summaries}
    style.save(snakemake.output.figure, curves.convergence(named))
