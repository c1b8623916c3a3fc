"""Image scenes whose content is known by design, DFT cells with vacancies among them."""

import pandas as pd

from temdenoise.density import missing_atoms
from temdenoise.run import files, logs
from temdenoise.scenes import designed, scene

with logs.capture(snakemake.log[0]):
    params, source, target = snakemake.params, snakemake.input, snakemake.output
    images = [
        *designed.sheets(params.seed),
        *designed.of_density(*missing_atoms.read(source.maps, source.structures), params.seed),
    ]
    scene.write(target.scenes, [one.scene for one in images])
    stack = [one.clean for one in images]
    files.write_stack(target.images, stack, (len(stack), *stack[0].shape))
    files.write_table(target.table, pd.DataFrame({"design": [one.design for one in images]}))
