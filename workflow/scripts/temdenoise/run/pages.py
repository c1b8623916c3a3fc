"""How is a table shown to people? As Markdown, and as a small HTML page."""

import re

import pandas as pd

_HTML_HEAD = """<!doctype html><meta charset="utf-8"><title>temdenoise</title>
<style>body{font-family:sans-serif}td,th{padding:.3em .7em;border-bottom:1px solid #ccc}</style>
"""


def to_markdown(table: pd.DataFrame) -> str:
    """Return a table of strings as GitHub Markdown."""
    rows = [list(table.columns), ["---"] * len(table.columns), *table.values.tolist()]
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def to_html(table: pd.DataFrame, caption: str) -> str:
    """Return a table of strings as a small HTML page with a `caption`; `**` makes bold."""
    body = table.to_html(index=False, border=0, justify="left")
    body = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", body)
    return f"{_HTML_HEAD}<p>{caption}</p>\n{body}\n"
