"""Are OpenMX's data files there, and how far do the orbitals reach? Asked without numpy."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from temdenoise.errors import InputError


def missing_data(dft: Mapping[str, Any], elements: Iterable[str]) -> str | None:
    """Return what is wrong with the PAO and VPS files of `elements`, or None."""
    data = Path(dft["openmx"]["data_path"]).expanduser()
    for symbol in elements:
        element = dft["elements"][symbol]
        orbitals = element["pao"].partition("-")[0]
        for key, path in (
            ("pao", data / "PAO" / f"{orbitals}.pao"),
            ("vps", data / "VPS" / f"{element['vps']}.vps"),
        ):
            if not path.is_file():
                return (
                    f"dft.elements.{symbol}.{key}: got {element[key]}, but there is no {path}; "
                    "set dft.openmx.data_path to OpenMX's DFT_DATA19, or name a file it has"
                )
    return None


def pao_radius(pao: str) -> float:
    """Return the radius [bohr] in a PAO's name, 6.0 for ``C6.0-s2p2d1``.

    Raises
    ------
    InputError
        The name has no radius.
    """
    match = re.match(r"[A-Z][a-z]?(\d+(?:\.\d+)?)[A-Z]*-", pao)
    if match is None:
        raise InputError(
            f"dft.elements: pao {pao!r} names no radius; expected one like C6.0-s2p2d1"
        )
    return float(match[1])
