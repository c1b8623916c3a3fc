"""Measure what models and filters do to atoms, on scenes whose content is known."""

from temdenoise.run import files, logs, pages

with logs.capture(snakemake.log[0]):
    import pandas as pd

    from temdenoise.micrographs import atoms_goals, atoms_tables, trust_in_atoms
    from temdenoise.networks import inference
    from temdenoise.scenes import scene
    from temdenoise.scenes.known import Known

    params, source, target = snakemake.params, snakemake.input, snakemake.output
    images = zip(
        files.read_table(source.table)["design"],
        scene.read(source.scenes),
        files.open_stack(source.images, ndim=3),
        strict=True,
    )
    generals = {
        name: trust_in_atoms.of_general(inference.load(model), files.read_json(calibration))
        for name, model, calibration in zip(
            params.general, source.general, source.calibrations, strict=True
        )
    }
    papers = {
        name: trust_in_atoms.plain(inference.patchwise(inference.load(path), params.patch_size))
        for name, path in zip(params.noise_of, source.papers, strict=True)
    }
    rows = trust_in_atoms.rows(
        [Known(*one) for one in images], generals, papers, params.noise_of, seed=params.seed
    )
    table = atoms_tables.pooled(pd.DataFrame(rows, columns=atoms_tables.COLUMNS))
    files.write_table(target.csv, table)
    shown = atoms_tables.readable(table)
    files.write_text(target.md, pages.to_markdown(shown))
    files.write_text(target.html, pages.to_html(shown, "Atoms in denoised images."))
    goals = pd.DataFrame(
        [row for model in params.general for row in atoms_goals.rows(table, model)],
        columns=atoms_goals.COLUMNS,
    )
    files.write_table(target.goals_csv, goals)
    shown = atoms_goals.readable(goals)
    files.write_text(target.goals_md, pages.to_markdown(shown))
    files.write_text(target.goals_html, pages.to_html(shown, "Goals at the atoms, worst cases."))
