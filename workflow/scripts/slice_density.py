"""Take the density on the plane above one sheet."""

from temdenoise.density import cube, maps, slices
from temdenoise.run import files, logs
from temdenoise.structures import sheets

with logs.capture(snakemake.log[0]):
    height, source = snakemake.params.height, snakemake.input
    atoms = sheets.read(source.structure)
    summary = files.read_json(source.summary)
    if summary["converged"]:
        slices.check_height(height, summary["orbital_radius_bohr"])
        density_map = slices.slice_above(cube.read(source.density), atoms, height)
        density_map.metadata.update({key: summary[key] for key in maps.RECORDED})
        density_map.metadata["structure"] = snakemake.wildcards.structure
        maps.check_map(density_map, source.density)
        maps.write_map(snakemake.output.density_map, density_map)
    else:
        files.write_text(snakemake.output.density_map, "")
