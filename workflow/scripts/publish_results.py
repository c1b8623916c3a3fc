"""Write the page of results, and put what it shows beside it."""

from temdenoise.networks import card
from temdenoise.reports import results_page
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    source, target, models = snakemake.input, snakemake.output, snakemake.params.models
    scores = files.read_table(source.scores)
    files.write_text(target.scores, scores.to_csv(index=False, float_format="%.6g"))
    for figure, copy in zip(source.figures, target.figures, strict=True):
        files.copy(figure, copy)
    page = results_page.render(
        files.read_table(target.scores),
        {model: card.read(path) for model, path in zip(models, source.cards, strict=True)},
        {
            model: files.read_table(path)
            for model, path in zip(models, source.histories, strict=True)
        },
        files.read_table(source.choices),
    )
    files.write_text(target.page, page)
