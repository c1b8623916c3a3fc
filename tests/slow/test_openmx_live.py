"""A real OpenMX, where OPENMX_COMMAND and OPENMX_DATA_PATH (its DFT_DATA19) name one."""

import os
import re
import shlex
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from temdenoise import seeds
from temdenoise.density import cube
from temdenoise.density.openmx import output, process
from temdenoise.density.openmx import run as openmx
from temdenoise.density.openmx.input import DATA, KEYWORDS, NAME
from temdenoise.density.slices import slice_above
from temdenoise.errors import EngineError
from temdenoise.structures import sheets

RECORDED = Path(__file__).parents[1] / "data/openmx-runs/prim_ok.dat"
ENERGY = -11.684910508343  # [Ha], of the recorded run
COMMAND, DATA_PATH = os.environ.get("OPENMX_COMMAND"), os.environ.get("OPENMX_DATA_PATH")
CARBON = {"C": {"valence_electrons": 4, "pao": "C6.0-s2p2d1", "vps": "C_PBE19"}}
SETTINGS = {
    **{"command": COMMAND, "data_path": DATA_PATH, "ranks": 1, "launcher": ""},
    **{"energy_cutoff": 150.0, "criterion": 1e-8, "max_scf_steps": 100, "time_margin": 0},
    "mixing": {"initial_weight": 0.1, "largest_weight": 0.3, "history": 20, "pulay_start": 6},
    **{"electronic_temperature": 300.0, "max_electronic_temperature": 1200.0},
    "density_only": True,
}
HEIGHT = 3.0  # between two planes of a grid whose origin is 0
THREADS = 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (COMMAND and DATA_PATH),
        reason="OPENMX_COMMAND and OPENMX_DATA_PATH are not set: no real OpenMX to try",
    ),
]


@pytest.fixture(scope="module")
def atoms():
    ordered = sheets.ordered_sheet("graphene", (1, 2), 2.4644, 15.0)
    return sheets.disorder(ordered, 0.284, seeds.generator(7, "live"))


def run(folder, atoms, seconds=float("inf"), **changes):
    return openmx.run(
        *(folder, atoms, SETTINGS | changes, CARBON, [1, 1, 1]),
        height=HEIGHT,
        threads=THREADS,
        deadline=time.monotonic() + seconds,
    )


@pytest.fixture(scope="module")
def result(tmp_path_factory, atoms):
    return run(tmp_path_factory.mktemp("density only"), atoms)


def check_same(found, expected):
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(found.origin, expected.origin)


def test_every_keyword_is_one_of_the_program():
    program = Path(shutil.which(shlex.split(COMMAND)[0])).read_bytes()
    assert [keyword for keyword in KEYWORDS if keyword.encode() not in program] == []


def test_energy_of_the_primitive_cell_is_the_recorded_one(tmp_path):
    (tmp_path / DATA).symlink_to(Path(DATA_PATH).absolute())
    text = RECORDED.read_text()
    text = re.sub(r"(?m)^System\.Name .*", f"System.Name {NAME}", text)
    text = re.sub(r"(?m)^DATA\.PATH .*", f"DATA.PATH ./{DATA}", text)
    (tmp_path / f"{NAME}.dat").write_text(text)
    words = process.command(SETTINGS, THREADS)
    done = process.execute(tmp_path, words, float("inf"), 0)
    assert output.ending(done.stdout, done.code) == output.CONVERGED
    assert output.energy(tmp_path) / output.Hartree == pytest.approx(ENERGY, abs=1e-8)


def test_disordered_cell_converges_to_its_electrons(atoms, result):
    density, summary = result
    assert [one["ending"] for one in summary["attempts"]] == ["converged"]
    assert cube.electrons(density.values, atoms) == pytest.approx(4 * len(atoms), rel=0.005)


def test_origin_and_grid_are_those_asked_for(atoms, result):
    density, summary = result
    assert list(density.values.shape) == summary["grid"]
    assert abs(density.origin[2]) > 0.1 * density.plane_spacing
    assert slice_above(density, atoms, HEIGHT).metadata["slice"] == "grid plane"
    above, below = (slice_above(density, atoms, z).values for z in (1.0, -1.0))
    np.testing.assert_allclose(above, below, rtol=0.03)


def test_density_does_not_need_the_energy(tmp_path, atoms, result):
    density, summary = run(tmp_path, atoms, density_only=False)
    check_same(density, result[0])
    assert summary["energy_eV"] / len(atoms) == pytest.approx(-158, abs=5)
    assert result[1]["energy_eV"] is None


def test_interrupted_scf_continues_to_the_same_density(tmp_path, atoms, result):
    whole = result[1]
    with pytest.raises(EngineError, match="time limit was near after"):
        run(tmp_path, atoms, seconds=0.6 * whole["wall_s"])
    density, summary = run(tmp_path, atoms)
    first, second = summary["attempts"]
    assert 0 < first["scf_steps"] < whole["scf_steps"]
    # OpenMX calls the first one 1; from free atoms the second is larger still.
    assert second["residuals"][1] <= 1.2 * first["residuals"][-1]
    check_same(density, result[0])
