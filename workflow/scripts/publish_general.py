"""Write the page of the general model's results, and put what it shows beside it."""

from pathlib import Path

from temdenoise.networks import card
from temdenoise.reports import general_page
from temdenoise.run import files, logs

with logs.capture(snakemake.log[0]):
    source, target = snakemake.input, snakemake.output
    for figure, copy in zip(source.figures, target.figures, strict=True):
        files.copy(figure, copy)
    tables = {
        name: Path(path).read_text("utf-8")
        for name, path in zip(general_page.TABLES, source.tables, strict=True)
    }
    shown = {Path(path).stem: f"results/{Path(path).name}" for path in target.figures}
    page = general_page.render(card.read(source.card), tables, shown)
    files.write_text(target.page, page)
