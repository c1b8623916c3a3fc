"""Put one general model into the store, with its card."""

from temdenoise.networks import general_card
from temdenoise.run import checksums, files, logs

with logs.capture(snakemake.log[0]):
    source, target, params = snakemake.input, snakemake.output, snakemake.params
    for name in ("model", "history"):
        files.copy(source[name], target[name])
    history = files.read_table(source.history)
    said = general_card.GeneralCard(
        model=snakemake.wildcards.model,
        kind=general_card.KIND,
        sha256=checksums.of(target.model),
        engine=", ".join(files.read_table(source.dft)["engine"].unique()),
        **params.facts,
        **files.read_json(source.calibration),
        conditions=general_card.conditions(history.iloc[-1].to_dict()),
    )
    files.write_text(target.card, said.to_json())
    files.write_text(target.readme, said.to_readme())
