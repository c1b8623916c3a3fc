"""Record where the results come from."""

import json

from temdenoise.run import crate, files, logs, provenance

with logs.capture(snakemake.log[0]):
    clone, source, out = provenance.CLONE, snakemake.input, snakemake.output
    files.write_text(out.config, json.dumps(snakemake.config, indent=2) + "\n")
    envs = [f"envs/{path.name}" for path in (clone / "envs").glob("*.yaml")]
    started, ended = provenance.times(snakemake.params.benchmarks, "record_provenance")
    record = provenance.Record(
        config=snakemake.config,
        commit=provenance.commit(clone),
        software=provenance.software(clone, source.dft, source.models),
        host=provenance.host(),
        started=started,
        ended=ended,
        workflow=provenance.file_of("workflow/Snakefile", clone),
        envs=provenance.files_of(envs, clone),
        config_file=provenance.file_of(out.config),
        results=provenance.files_of([*source.results, *source.models]),
    )
    files.write_text(out.json, json.dumps(crate.crate(record), indent=2) + "\n")
    files.write_text(out.html, crate.page(record))
