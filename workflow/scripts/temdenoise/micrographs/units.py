"""How large is a pixel, by the axes of a file? Units of length, in all their spellings."""

import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import numpy as np

from temdenoise.errors import InputError

_NM = {
    **{"m": 1e9, "cm": 1e7, "mm": 1e6, "\u03bcm": 1e3, "um": 1e3, "nm": 1.0, "pm": 1e-3},
    **{"\u00c5": 0.1, "A": 0.1},
    **dict.fromkeys(("angstrom", "\u00e5ngstr\u00f6m", "\u00e5ngstrom"), 0.1),
    **dict.fromkeys(("nanometer", "nanometre"), 1.0),
    **dict.fromkeys(("micron", "micrometer", "micrometre"), 1e3),
    **dict.fromkeys(("picometer", "picometre"), 1e-3),
}
# inch and dpi are a printer's resolution.
_NO_UNIT = {"", "None", "<undefined>", "px", "pixel", "pixels", "inch", "dpi"}
_MOST_NM = 1e6  # 1 mm: larger pixels are diffraction patterns, whose 1/m TIA labels as nm
GIVE = "set the pixel size: pixel_size_nm in the sample table, or --pixel-size"


def with_imagej_unit(axis: dict[str, Any], signal: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `axis` of a TIFF with ImageJ's unit, as RosettaSciIO reads only micron."""
    description = str((signal.get("original_metadata") or {}).get("ImageDescription", ""))
    said = re.search(r"^unit=(.+)$", description, re.MULTILINE)
    return axis if axis.get("units") or not said else {**axis, "units": said[1].strip()}


def in_nm(axis: Mapping[str, Any]) -> float | None:
    """Return the unit of `axis` [nm], None if it is missing or no length."""
    name = _unit_name(axis)
    long = name.lower().removesuffix("s")  # in full, in any case, in the plural
    return _NM.get(name, _NM.get(long) if len(long) > 2 else None)


def size_nm(axis: Mapping[str, Any], path: str | os.PathLike[str]) -> float | None:
    """Return the size of a pixel along `axis` [nm], None if it has no calibration."""
    name = _unit_name(axis)
    if name in _NO_UNIT:
        return None
    try:
        scale = abs(float(axis["scale"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: a non-uniform axis has no pixel size; {GIVE}") from error
    if scale == 0:
        return None
    size = scale * (in_nm(axis) or np.inf)
    if not 0 < size < _MOST_NM:
        what = f"pixel size is {scale:g} nm" if in_nm(axis) else f"axis unit is {name}"
        raise InputError(f"{path}: {what}: is this a diffraction pattern? If not, {GIVE}")
    return size


def _unit_name(axis: Mapping[str, Any]) -> str:
    """Return the unit of `axis`, without ImageJ's escapes and the brackets of EMD ([n_m])."""
    escaped = str(axis.get("units")).strip()
    text = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda found: chr(int(found[1], 16)), escaped)
    bare = text[1:-1].replace("_", "") if text[:1] + text[-1:] == "[]" else text
    # There are two signs each for micro and for ångström.
    return unicodedata.normalize("NFKC", bare).strip()
