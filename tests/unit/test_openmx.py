import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.units import Hartree

from temdenoise import openmx, structures
from temdenoise.errors import EngineError, InputError

TEST_DOUBLE = Path(__file__).parents[1] / "data" / "fake_openmx.py"
ATOMS = structures.graphene((2, 3), 2.4644, 15.0)
CARBON = {"C": {"valence_electrons": 4, "pao": "C6.0-s2p2d1", "vps": "C_PBE19"}}
MOS2 = {
    "Mo": {"valence_electrons": 14, "pao": "Mo7.0-s3p2d2", "vps": "Mo_PBE19"},
    "S": {"valence_electrons": 6, "pao": "S7.0-s2p2d1", "vps": "S_PBE19"},
}
SETTINGS = {
    "command": "openmx",
    "data_path": "DFT_DATA19",
    "energy_cutoff": 300.0,
    "criterion": 1e-8,
    "max_scf_steps": 100,
    "electronic_temperature": 300.0,
}
ACHIEVED = "The SCF was achieved at MD=   1\n"
FINISHED = "The calculation was normally finished.\n"
CONVERGED = (  # from a recorded run, shortened
    "*******************************************************\n"
    " Welcome to OpenMX   Ver. 4.0                           \n"
    "<Input_std>  Your input file was normally read.\n"
    "<DFT>  Uele   =     -11.036170000000  dUele     =   0.002271000000\n"
    "<DFT>  NormRD =    1.000000000000  Criterion =   0.000000010000\n"
    "<DFT>  NormRD =    0.391537846580  Criterion =   0.000000010000\n"
    "<DFT>  NormRD =    0.000000000086  Criterion =   0.000000010000\n"
    f"{ACHIEVED}outputting data on grids to files...\n{FINISHED}"
)


def text(atoms=ATOMS, elements=CARBON, kgrid=(2, 3, 1), **settings):
    return openmx.input_text(atoms, SETTINGS | settings, elements, list(kgrid))


def keywords(**changes):
    """Return the plain lines of an input as keyword to values, the blocks left out."""
    found, block = {}, None
    for line in text(**changes).splitlines():
        if block:
            block = None if line == f"{block}>" else block
        elif line.startswith("<"):
            block = line[1:]
        else:
            key, *values = line.split()
            assert key not in found
            found[key] = values
    return found


def block(name, **changes):
    inside = text(**changes).split(f"<{name}\n")[1].split(f"{name}>\n")[0]
    return [line.split() for line in inside.splitlines()]


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "openmx"
    path.mkdir()
    return path


@pytest.fixture
def run(folder, tmp_path):
    def run_test_double(stdout=CONVERGED, *options, **changes):
        (tmp_path / "stdout").write_bytes(stdout if isinstance(stdout, bytes) else stdout.encode())
        command = shlex.join([sys.executable, str(TEST_DOUBLE), *options, str(tmp_path / "stdout")])
        settings = SETTINGS | {"command": command} | changes
        return openmx.run(folder, ATOMS, settings, CARBON, [2, 3, 1], threads=3)

    return run_test_double


def test_input_has_each_keyword_once_with_the_papers_values():
    found = keywords()
    expected = {
        "System.CurrrentDirectory": ["./"],
        "scf.XcType": ["GGA-PBE"],
        "scf.energycutoff": ["300.0"],
        "scf.criterion": ["1e-08"],
        "scf.Kgrid": ["2", "3", "1"],
        "scf.maxIter": ["100"],
        "scf.ElectronicTemperature": ["300.0"],
        "scf.fixed.grid": ["0.0", "0.0", "0.0"],
        "scf.SpinPolarization": ["off"],
        "Atoms.Number": ["24"],
        "Species.Number": ["1"],
        "MD.Type": ["nomd"],
        "level.of.fileout": ["1"],
    }
    assert {key: found.get(key) for key in expected} == expected


def test_settings_reach_the_input():
    found = keywords(
        energy_cutoff=220.0, criterion=1e-6, max_scf_steps=7, electronic_temperature=500.0
    )
    names = ("energycutoff", "criterion", "maxIter", "ElectronicTemperature")
    assert [found[f"scf.{name}"] for name in names] == [["220.0"], ["1e-06"], ["7"], ["500.0"]]


def test_data_path_is_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert keywords(data_path="DFT_DATA19")["DATA.PATH"] == [str(tmp_path / "DFT_DATA19")]
    assert keywords(data_path="/opt/data")["DATA.PATH"] == ["/opt/data"]


def test_atoms_and_cell_are_written_in_angstroms():
    rows = block("Atoms.SpeciesAndCoordinates")
    assert [row[:2] for row in rows] == [[str(n), "C"] for n in range(1, 25)]
    positions = np.array([row[2:5] for row in rows], dtype=float)
    np.testing.assert_allclose(positions, ATOMS.positions, atol=1e-9)
    cell = np.array(block("Atoms.UnitVectors"), dtype=float)
    np.testing.assert_allclose(cell, ATOMS.cell.array, atol=1e-9)
    assert keywords()["Atoms.SpeciesAndCoordinates.Unit"] == ["Ang"]
    assert keywords()["Atoms.UnitVectors.Unit"] == ["Ang"]


def test_vectors_of_the_cell_are_the_rows():
    oblique = Atoms("C", cell=[[3, 0, 0], [1, 4, 0], [0, 0, 9]])
    found = np.array(block("Atoms.UnitVectors", atoms=oblique), dtype=float)
    np.testing.assert_array_equal(found, oblique.cell.array)


def test_each_spin_gets_half_the_valence_electrons():
    atoms = Atoms("SMoS", positions=np.eye(3), cell=[4, 4, 9])
    rows = block("Atoms.SpeciesAndCoordinates", atoms=atoms, elements=MOS2)
    assert [[row[1], *map(float, row[5:])] for row in rows] == [
        ["S", 3, 3],
        ["Mo", 7, 7],
        ["S", 3, 3],
    ]


def test_species_have_their_own_orbitals():
    atoms = Atoms("SMoS", positions=np.eye(3), cell=[4, 4, 9])
    changes = {"atoms": atoms, "elements": MOS2 | CARBON}
    assert block("Definition.of.Atomic.Species", **changes) == [
        ["Mo", "Mo7.0-s3p2d2", "Mo_PBE19"],
        ["S", "S7.0-s2p2d1", "S_PBE19"],
    ]
    assert keywords(**changes)["Species.Number"] == ["2"]


@pytest.mark.parametrize(
    ("pao", "radius"),
    [
        ("C6.0-s2p2d1", 6),
        ("Mo7.0-s3p2d2", 7),
        ("S7.0-s2p2d1f1", 7),
        ("Fe5.5H-s2", 5.5),
        ("C7-s1", 7),
    ],
)
def test_radius_is_read_off_the_name_of_the_pao(pao, radius):
    assert openmx.pao_radius(pao) == radius


@pytest.mark.parametrize("pao", ["C6.0", "C-s2p2d1", "6.0-s2p2d1", "", "c6.0-s2"])
def test_pao_without_a_radius_is_refused(pao):
    with pytest.raises(InputError, match=rf"dft\.elements: pao '{pao}' .* one like C6\.0-s2p2d1"):
        openmx.pao_radius(pao)


def test_converged_run_gives_density_and_summary(run, folder):
    density, summary = run()
    np.testing.assert_array_equal(density, np.arange(1.0, 15.0).reshape(2, 1, 7))
    assert summary.pop("wall_s") > 0
    assert summary == {
        "version": "4.0",
        "scf_steps": 3,
        "energy_eV": pytest.approx(-11.684910508343 * Hartree),
        "orbitals": "C6.0-s2p2d1",
        "orbital_radius_bohr": 6.0,
    }
    assert (folder / "temdenoise.std").read_text() == CONVERGED


def test_openmx_runs_in_its_folder_with_a_bare_name_and_its_threads(run, folder):
    run()
    assert (folder / "arguments").read_text() == "temdenoise.dat -nt 3"
    assert (folder / "temdenoise.dat").read_text() == text()


def test_run_that_did_not_converge_is_refused_with_its_last_lines(run):
    stdout = CONVERGED.replace("was achieved", "was not fully achieved")
    with pytest.raises(EngineError, match=r"did not converge the SCF; its last lines:\n") as caught:
        run(stdout)
    assert "The SCF was not fully achieved at MD=   1" in str(caught.value)


def test_only_the_last_lines_are_shown(run):
    stdout = "".join(f"line {number}\n" for number in range(99))
    with pytest.raises(EngineError) as caught:
        run(stdout)
    assert str(caught.value).splitlines()[1:] == [f"line {number}" for number in range(84, 99)]


@pytest.mark.parametrize(
    "ending",
    ["", "The calculation was terminated due to the illegal SCF calculation.\n"],
    ids=["cut", "illegal"],
)
def test_run_without_its_finish_line_is_refused(run, ending):
    with pytest.raises(EngineError, match=r"(?s)stopped before its end.*outputting data on grids"):
        run(CONVERGED.replace(FINISHED, ending))


@pytest.mark.parametrize(
    ("option", "name"),
    [("--no-cube", "temdenoise.tden.cube"), ("--no-out", "temdenoise.out")],
)
def test_run_without_its_files_is_refused(run, option, name):
    with pytest.raises(EngineError, match=f"OpenMX wrote no {name}; its last lines"):
        run(CONVERGED, option)


@pytest.mark.parametrize("energy", ["0.000000000000", "nan", "inf"])
def test_energy_that_was_not_computed_is_refused(run, folder, energy):
    with pytest.raises(EngineError, match=rf"{folder}/temdenoise\.out: the total energy is"):
        run(CONVERGED, f"--energy={energy}")


def test_failing_command_is_refused_with_its_code_and_last_lines(run):
    with pytest.raises(EngineError, match=r"(?s)ended with code 139; .*normally finished"):
        run(CONVERGED, "--exit-code=139")


def test_missing_command_is_refused_with_the_remedy(run):
    with pytest.raises(EngineError, match=r"command: got 'no-such-openmx -x', .*load its module"):
        run(command="no-such-openmx -x")


def test_command_that_may_not_be_run_is_refused_with_the_remedy(run, tmp_path):
    (tmp_path / "openmx.txt").write_text("not a program")
    with pytest.raises(EngineError, match=r"openmx\.txt', .*\(Permission denied\).*give its path"):
        run(command=str(tmp_path / "openmx.txt"))


def test_output_that_is_no_utf8_does_not_hide_the_ending(run):
    assert run(b"\xff\xfe in a path\n" + CONVERGED.encode())[1]["scf_steps"] == 3


def test_grid_that_does_not_begin_at_the_corner_is_refused(run):
    with pytest.raises(EngineError, match=r"cube: its grid starts at \[0\.0, 0\.0, 0\.0469\] Å"):
        run(CONVERGED, "--origin=0.088581")


def test_truncated_cube_is_refused(run):
    with pytest.raises(InputError, match=r"temdenoise\.tden\.cube: holds 11 of the 14 values"):
        run(CONVERGED, "--values=11")
