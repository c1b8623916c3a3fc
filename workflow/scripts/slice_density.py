"""Take the density on the plane above one sheet."""

from temdenoise import campaign, cube, density, files, logs, structures

with logs.capture(snakemake.log[0]):
    height, source = snakemake.params.height, snakemake.input
    atoms = structures.read(source.structure)
    summary = campaign.read_summary(source.summary)
    if summary["converged"]:
        density.check_height(height, summary["orbital_radius_bohr"])
        density_map = density.slice_above(cube.read(source.density), atoms, height)
        density_map.metadata.update({key: summary[key] for key in density.RECORDED})
        density_map.metadata["structure"] = snakemake.wildcards.structure
        density.check_map(density_map, source.density)
        density.write_map(snakemake.output.density_map, density_map)
    else:
        files.write_text(snakemake.output.density_map, "")
