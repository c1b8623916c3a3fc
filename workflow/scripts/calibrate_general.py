"""Scale the interval of a general model, and learn what an atom is, on scenes of their own."""

import json
from itertools import chain, islice

from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    from temdenoise.micrographs import atom_calibration
    from temdenoise.networks import calibrating, inference
    from temdenoise.networks.scene_batches import Scenes
    from temdenoise.scenes import scene

    params, source = snakemake.params, snakemake.input
    images = Scenes([files.open_stack(path, ndim=3) for path in source.images])
    given = (inference.load(source.model), images, params.instrument)
    interval = calibrating.factors(*given, seed=params.seed)
    scenes = (one for path in source.scenes for one in scene.read(path))
    peaks = atom_calibration.peaks(
        calibrating.results(*given, seed=params.seed), islice(scenes, params.sampled), interval
    )
    flat = calibrating.results_without_atoms(
        given[0], images[0].shape, params.instrument, seed=params.seed
    )
    false = atom_calibration.false_peaks(islice(flat, params.sampled), interval)
    said = {"interval": interval, "sites": atom_calibration.sites(chain(peaks, false))}
    files.write_text(snakemake.output.calibration, json.dumps(said, indent=2) + "\n")
