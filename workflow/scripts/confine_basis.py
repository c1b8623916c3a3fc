"""Write a basis set whose orbitals end where OpenMX's do."""

from temdenoise import logs

with logs.capture(snakemake.log[0]):
    from temdenoise import gpaw_engine

    symbol = snakemake.wildcards.element
    gpaw_engine.confine_basis(snakemake.output.basis, symbol, snakemake.params.gpaw)
