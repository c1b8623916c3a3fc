"""Draw how the SCF of each structure converged, attempt by attempt."""

from temdenoise import campaign, logs
from temdenoise.figures import curves, style

with logs.capture(snakemake.log[0]):
    paths = zip(snakemake.params.structures, snakemake.input.summaries, strict=True)
    named = {name: campaign.residuals(campaign.read_summary(path)) for name, path in paths}
    style.save(snakemake.output.figure, curves.convergence(named))
