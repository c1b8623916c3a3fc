"""What is the result for each micrograph? Its summary in JSON, and the table of a batch."""

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pandas as pd

from temdenoise.errors import DamagedError, InputError
from temdenoise.micrographs.calibration import Scale
from temdenoise.micrographs.denoising import Denoised
from temdenoise.micrographs.writing import plain
from temdenoise.run import files
from temdenoise.run.files import read_json

_log = logging.getLogger("temdenoise")

COLUMNS = [
    *("image", "model", "source", "problem", "warnings", "frames", "pixel_size_nm"),
    *("pixel_size_from", "bond_px", "bond_px_from", "lattice_px", "resampled_by", "noise"),
    *("vacuum", "hot", "dead", "hot_rows", "border_step", "uncertainty", "atoms", "vacancies"),
    *("explained", "blur_explained", "blur_px"),
]
_DIGITS = {
    **{"bond_px": 2, "lattice_px": 2, "resampled_by": 3, "noise": 3, "vacuum": 3},
    **{"border_step": 3, "uncertainty": 3, "pixel_size_nm": 5},
    **{"explained": 3, "blur_explained": 3, "blur_px": 1},
}


def provenance(
    denoised: Denoised, found: Scale, model: tuple[str, str | None], source: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the record of a result: its `source`, scale, `model` (name, sha256) and numbers."""
    return {
        **source,
        **dict(zip(("model", "model_sha256"), model, strict=True)),
        **denoised.facts,
        **{key: value for key, value in asdict(found).items() if key != "factors"},
        "resampled_by": list(found.factors),
        "warnings": denoised.warnings,
        "problem": None,
    }


def scale_of(said: Mapping[str, Any]) -> Scale:
    """Return the scale in a result's summary."""
    known = {one.name: said[one.name] for one in fields(Scale) if one.name != "factors"}
    return Scale(**known, factors=said["resampled_by"])


@contextmanager
def failures(
    on_failure: str,
    outputs: Iterable[str],
    summary: str | os.PathLike[str],
    facts: Mapping[str, Any],
) -> Iterator[None]:
    """Let the job pass if a micrograph cannot be denoised and `on_failure` is "skip".

    The `outputs` are then empty, and the `summary` has the `facts` and the problem. With "stop" the
    job fails. It always fails if a file of the workflow is damaged: that file must be restored.
    """
    try:
        yield
    except InputError as error:
        if on_failure != "skip" or isinstance(error, DamagedError):
            raise
        _log.error("%s; skipped (micrographs.on_failure)", error)
        for path in outputs:
            files.write_text(path, "")
        files.write_text(summary, to_json({**facts, "problem": str(error), "warnings": []}))


def to_json(summary: Mapping[str, Any]) -> str:
    """Return the `summary` of one image and model as JSON."""
    return json.dumps(plain(summary), indent=2, ensure_ascii=False) + "\n"


def table(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """Return a row for each summary at `paths`, <image>/<model>.json; columns: COLUMNS."""
    rows = []
    for path in map(Path, paths):
        said = read_json(path)
        rows.append({**said, **_flat(said), "image": path.parent.name, "model": path.stem})
    whole = dict.fromkeys(
        ("frames", "hot", "dead", "hot_rows", "atoms", "vacancies"), "Int64"
    )  # whole numbers, or no value
    return pd.DataFrame(rows, columns=COLUMNS).astype(whole)


def readable(batch: pd.DataFrame) -> pd.DataFrame:
    """Return the table for people: rounded, with a dash for no value."""
    shown = batch.copy()
    for column, digits in _DIGITS.items():
        values = pd.to_numeric(batch[column])
        shown[column] = [f"{v:.{digits}f}" if pd.notna(v) else "–" for v in values]
    return shown.astype(object).fillna("–").replace("", "–").astype(str)


def _flat(said: Mapping[str, Any]) -> dict[str, Any]:
    size, factors = said.get("pixel_size"), said.get("resampled_by")
    score = said.get("score", {})
    return {
        **{"explained": score.get("explained"), "blur_explained": score.get("blur")},
        "blur_px": score.get("blur_px"),
        "warnings": " ".join(said["warnings"]),
        "pixel_size_nm": (size[0] * size[1]) ** 0.5 if size else None,
        "resampled_by": (factors[0] * factors[1]) ** 0.5 if factors else None,
    }
