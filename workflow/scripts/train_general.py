"""Train one general model on the scenes."""

import logging
from pathlib import Path

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    from temdenoise.networks.scene_batches import Scenes, processes

    executor = processes(snakemake.threads)

    from temdenoise.networks import general_training, training
    from temdenoise.networks.checkpoints import Checkpoints, fingerprint

    params, source, model = snakemake.params, snakemake.input, snakemake.wildcards.model
    log = logging.getLogger("temdenoise").info
    training.use_threads(snakemake.threads)
    log(training.device(snakemake.threads))
    scenes, others = (
        Scenes([files.open_stack(path, ndim=3) for path in paths])
        for paths in (source.scenes, source.others)
    )
    log(f"trains on {len(scenes)} scenes, {params.recipe['steps']} batches an epoch")
    inputs = {str(number): path for number, path in enumerate([*source.scenes, *source.others])}
    checkpoints = Checkpoints(
        Path(snakemake.output.model).parent / "checkpoints",
        fingerprint({**params, "model": model, **training.VERSIONS}, inputs),
    )
    network, history = general_training.train(
        scenes,
        others,
        params.instrument,
        params.recipe,
        patch_size=params.patch_size,
        model=model,
        seed=params.seed,
        executor=executor,
        workers=snakemake.threads,
        checkpoints=checkpoints,
        log=log,
    )
    files.write_table(snakemake.output.history, history)
    training.save(snakemake.output.model, network)
    checkpoints.remove()
