"""Scale the interval of a general model on scenes that it was not trained on."""

import json

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    from temdenoise.networks import calibrating, inference
    from temdenoise.networks.scene_batches import Scenes

    params, source = snakemake.params, snakemake.input
    scenes = Scenes([files.open_stack(path, ndim=3) for path in source.scenes])
    factors = calibrating.factors(
        inference.load(source.model), scenes, params.instrument, seed=params.seed
    )
    files.write_text(snakemake.output.interval, json.dumps(factors, indent=2) + "\n")
