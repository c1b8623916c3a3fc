"""Train one model on one noise type."""

import logging
from pathlib import Path

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    from temdenoise import seeds
    from temdenoise.networks import patches, training
    from temdenoise.networks.checkpoints import Checkpoints, fingerprint

    params, source, model = snakemake.params, snakemake.input, snakemake.wildcards.model
    log = logging.getLogger("temdenoise").info
    training.use_threads(snakemake.threads)
    log(training.device(snakemake.threads))
    table = files.read_table(source.noisy_table)
    to_target = "clean_index" if params.recipe["target"] == "clean" else None
    stack = patches.PatchStack(
        files.open_stack(source.noisy, ndim=3),
        files.open_stack(source.target, ndim=3),
        (table[to_target] if to_target else table.index).to_numpy(),
        params.patch_size,
    )
    numbers = patches.split(
        files.read_table(source.images_table),
        table["clean_index"].to_numpy()[stack.images],
        params.recipe["validation_fraction"],
        params.recipe["split_by"],
        seeds.generator(params.seed, "split"),
    )
    log(f"{len(numbers[0])} patches train, {len(numbers[1])} validate")
    checkpoints = Checkpoints(
        Path(snakemake.output.model).parent / "checkpoints",
        fingerprint({**params, "model": model, **training.VERSIONS}, source),
    )
    network, history = training.train(
        stack,
        numbers,
        params.recipe,
        model=model,
        seed=params.seed,
        checkpoints=checkpoints,
        log=log,
    )
    files.write_table(snakemake.output.history, history)
    training.save(snakemake.output.model, network)
    checkpoints.remove()
