"""Write a basis set whose orbitals end where OpenMX's do."""

from temdenoise.run import logs

with logs.capture(snakemake.log[0]):
    from temdenoise.density import gpaw

    symbol = snakemake.wildcards.element
    gpaw.confine_basis(snakemake.output.basis, symbol, snakemake.params.gpaw)
