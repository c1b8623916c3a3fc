"""OpenMX's attempts, on a test double that plays its endings."""

import json
import logging
import shlex
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from ase.units import Hartree
from hypothesis import given
from hypothesis import strategies as st

from temdenoise import seeds
from temdenoise.density import cube
from temdenoise.density.openmx import attempts, process
from temdenoise.density.openmx import run as openmx
from temdenoise.density.openmx.attempts import ladder
from temdenoise.density.slices import slice_above
from temdenoise.errors import EngineError, InputError, NotConverged
from temdenoise.structures import sheets

TEST_DOUBLE = Path(__file__).parents[3] / "data" / "fake_openmx.py"
ORDERED = sheets.ordered_sheet("graphene", (1, 2), 2.4644, 15.0)
ATOMS = sheets.disorder(ORDERED, 0.284, seeds.generator(1, "openmx"))
CARBON = {"C": {"valence_electrons": 4, "pao": "C6.0-s2p2d1", "vps": "C_PBE19"}}
SETTINGS = {
    "command": "openmx",
    "ranks": 1,
    "launcher": "mpirun -np {ranks} --map-by slot:pe={threads}",
    "energy_cutoff": 20.0,
    "criterion": 1e-8,
    "max_scf_steps": 100,
    "mixing": {"initial_weight": 0.1, "largest_weight": 0.3, "history": 20, "pulay_start": 6},
    "electronic_temperature": 300.0,
    "max_electronic_temperature": 1200.0,
    "density_only": True,
    "time_margin": 0,
}
RUNGS = len(ladder(SETTINGS))


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(process, "POLL", 0.01)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "a run" / "openmx"


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "DFT DATA19"
    for file in ("PAO/C6.0.pao", "VPS/C_PBE19.vps"):
        (path / file).parent.mkdir(parents=True)
        (path / file).touch()
    return path


@pytest.fixture
def run(folder, data):
    def run_test_double(
        play="", *, atoms=ATOMS, kgrid=(2, 3, 1), height=3.0, seconds=60, threads=3, **changes
    ):
        command = f"{shlex.join([sys.executable, str(TEST_DOUBLE)])} {play}"
        settings = SETTINGS | {"command": command, "data_path": str(data)} | changes
        deadline = time.monotonic() + seconds
        return openmx.run(
            *(folder, atoms, settings, CARBON, kgrid),
            height=height,
            threads=threads,
            deadline=deadline,
        )

    return run_test_double


def recorded(folder):
    return json.loads((folder / "attempts.json").read_text())["attempts"]


def values(folder, attempt, keyword):
    text = (folder / f"attempt-{attempt}" / "temdenoise.dat").read_text()
    return next(line.split()[1:] for line in text.splitlines() if line.split()[0] == keyword)


def names(folder):
    return sorted(path.name for path in folder.glob("attempt-*"))


def test_converged_run_gives_density_and_summary(run):
    density, summary = run("--steps 5")
    cube.check_charge(cube.electrons(density.values, ATOMS), ATOMS, {"C": 4}, 1e-4)
    (attempt,) = summary.pop("attempts")
    assert attempt["ending"] == "converged"
    assert len(attempt["residuals"]) == attempt["scf_steps"] == 5
    assert summary.pop("wall_s") > 0
    assert summary.pop("peak_mb") > 0
    assert summary == {
        "version": "4.0",
        "scf_steps": 5,
        "energy_eV": None,
        "orbitals": "C6.0-s2p2d1",
        "orbital_radius_bohr": 6.0,
        "grid": list(density.values.shape),
    }


def test_summary_and_attempts_are_plain_json(run, folder):
    _, summary = run()
    assert json.loads(json.dumps(summary)) == summary
    assert recorded(folder) == summary["attempts"]


@pytest.mark.parametrize("height", [1.234, 3.0, 3.1])
def test_the_cube_has_a_plane_at_the_height(run, height):
    density, _ = run(height=height)
    found = slice_above(density, ATOMS, height)
    assert found.metadata["slice"] == "grid plane"
    z = ATOMS.positions[:, 2].max() + height - density.origin[2]
    number = round(z / density.plane_spacing)
    np.testing.assert_array_equal(found.values, density.values[:, :, number].T.astype("f4"))


def test_steps_go_to_the_log(run, caplog):
    with caplog.at_level(logging.INFO, logger="temdenoise"):
        run("--steps 4 --sleep 0.1")
    assert "SCF step 4: NormRD 1.000e-10" in caplog.text


def test_openmx_runs_in_its_folder_with_a_bare_name_and_its_threads(run, folder):
    run(threads=3)
    assert (folder / "attempt-1" / "arguments").read_text() == "temdenoise.dat -nt 3"


def test_relative_data_path_counts_from_where_the_job_runs(run, data, monkeypatch):
    monkeypatch.chdir(data.parent)
    run(data_path=data.name)


def test_missing_data_file_is_named(run, tmp_path):
    with pytest.raises(EngineError, match=r"\./DFT_DATA/PAO/C6\.0\.pao is missing: .*data_path"):
        run(data_path=str(tmp_path / "none"))


def test_one_rank_has_no_launcher_and_that_of_several_is_filled_in():
    command = process.command(SETTINGS | {"command": "openmx -x"}, 4)
    assert command == ["openmx", "-x", "temdenoise.dat", "-nt", "4"]
    command = process.command(SETTINGS | {"ranks": 6}, 4)
    launcher = ["mpirun", "-np", "6", "--map-by", "slot:pe=4"]
    assert command == [*launcher, "openmx", "temdenoise.dat", "-nt", "4"]


@pytest.mark.parametrize("quoted", ["'bin dir/openmx'", "./bin\\ dir/openmx"])
def test_relative_path_of_the_command_counts_from_where_the_job_runs(tmp_path, monkeypatch, quoted):
    monkeypatch.chdir(tmp_path)
    program = process.command(SETTINGS | {"command": quoted}, 1)[0]
    assert program == str(tmp_path / "bin dir/openmx")


@pytest.mark.parametrize(("mode", "said"), [(None, "No such file"), (0o644, "Permission denied")])
def test_command_that_cannot_be_run_is_refused_with_the_remedy(run, tmp_path, mode, said):
    program = tmp_path / "program"
    if mode:
        program.touch(mode)
    with pytest.raises(EngineError, match=rf"dft\.openmx\.command: got .*{said}.*load its module"):
        run(command=str(program))


def test_attempts_mix_less_then_remember_more_then_smear():
    first, gentle, longer, warm, warmest = ladder(SETTINGS)
    weights = [(rung.initial_weight, rung.largest_weight) for rung in ladder(SETTINGS)]
    assert weights == [(0.1, 0.3)] + 4 * [(pytest.approx(0.1 / 3), pytest.approx(0.1))]
    assert (first.history, gentle.history, longer.history, warm.history) == (20, 20, 40, 40)
    assert (gentle.pulay_start, longer.pulay_start) == (6, 12)
    temperatures = [rung.electronic_temperature for rung in (first, longer, warm, warmest)]
    assert temperatures == [300, 300, 600, 1200]


@given(st.floats(1, 2000), st.floats(1, 2000))
def test_no_attempt_is_warmer_than_the_bound_and_none_stands_twice(temperature, bound):
    settings = SETTINGS | {
        "electronic_temperature": temperature,
        "max_electronic_temperature": bound,
    }
    rungs = ladder(settings)
    assert len(set(rungs)) == len(rungs) >= 3
    assert max(rung.electronic_temperature for rung in rungs) <= max(temperature, bound)
    assert rungs[-1].electronic_temperature == max(temperature, bound)
    assert rungs == sorted(rungs, key=lambda rung: rung.electronic_temperature)


def test_unconverged_attempt_is_continued_by_the_next_rung(run, folder):
    _, summary = run("--steps 10", max_scf_steps=4)
    endings = [attempt["ending"] for attempt in summary["attempts"]]
    assert endings == ["unconverged", "unconverged", "converged"]
    assert [attempt["scf_steps"] for attempt in summary["attempts"]] == [4, 4, 2]
    assert summary["scf_steps"] == 10
    assert [values(folder, n, "scf.restart") for n in (1, 2, 3)] == [["off"], ["on"], ["on"]]
    for number, rung in enumerate(ladder(SETTINGS)[:3], start=1):
        assert values(folder, number, "scf.Init.Mixing.Weight") == [str(rung.initial_weight)]
        assert values(folder, number, "scf.Mixing.History") == [str(rung.history)]


@pytest.mark.parametrize("attempt", range(1, RUNGS + 1))
def test_any_rung_can_be_the_one_that_converges(run, attempt):
    _, summary = run(f"--converge-from {attempt}", max_scf_steps=2)
    assert len(summary["attempts"]) >= attempt
    assert summary["attempts"][-1]["ending"] == "converged"


def test_last_attempt_has_no_successor_and_is_not_made_again(run, folder):
    said = rf"in {RUNGS} attempts of {RUNGS * 3} steps.*max_scf_steps or .*temperature.*NormRD … 1"
    with pytest.raises(NotConverged, match=said) as caught:
        run("--never", max_scf_steps=3)
    assert "\n" not in str(caught.value)
    assert caught.value.attempts == recorded(folder)
    assert [one["electronic_temperature"] for one in recorded(folder)] == [300, 300, 300, 600, 1200]
    for bound in (1200.0, 300.0):  # as many attempts, then fewer
        with pytest.raises(NotConverged):
            run("--never", max_scf_steps=3, max_electronic_temperature=bound)
    assert len(names(folder)) == RUNGS


@pytest.mark.parametrize(
    "remedy",
    [
        {"max_scf_steps": 9},
        {"max_electronic_temperature": 2000.0},
        {"mixing": SETTINGS["mixing"] | {"history": 30}},
    ],
    ids=str,
)
def test_advised_remedy_continues_what_did_not_converge(run, folder, remedy):
    with pytest.raises(NotConverged):
        run("--never", max_scf_steps=3)
    _, summary = run("--steps 1", **{"max_scf_steps": 3} | remedy)
    assert len(summary["attempts"]) == RUNGS + 1
    assert values(folder, RUNGS + 1, "scf.restart") == ["on"]


def stop_early(run, **changes):
    with pytest.raises(EngineError, match=r"time limit was near after \d+ SCF steps") as caught:
        run("--steps 30 --sleep 0.05", seconds=0.4, **changes)
    return str(caught.value)


def test_time_limit_ends_the_scf_cleanly_and_says_that_it_continues(run, folder):
    said = stop_early(run)
    assert "ended cleanly, and the next attempt continues; NormRD …" in said
    assert "\n" not in said
    (attempt,) = recorded(folder)
    assert attempt["ending"] == "stopped before the time limit"
    assert 0 < attempt["scf_steps"] < 30
    steps = (folder / "attempt-1" / "temdenoise_rst" / "steps").read_text()
    assert steps == str(attempt["scf_steps"])


def test_next_job_continues_with_the_steps_that_are_left(run, folder):
    stop_early(run)
    _, summary = run("--steps 30")
    first, second = summary["attempts"]
    assert first["scf_steps"] + second["scf_steps"] == summary["scf_steps"] == 30
    assert recorded(folder) == [first, second]
    assert second["history"] == first["history"]  # not a rung further
    assert summary["wall_s"] == pytest.approx(first["wall_s"] + second["wall_s"], abs=0.01)


def test_time_margin_is_kept_free(run):
    start = time.monotonic()
    with pytest.raises(EngineError, match="time limit was near"):
        run("--steps 1000 --sleep 0.05", seconds=3.4, time_margin=0.05, max_scf_steps=1000)
    assert time.monotonic() - start < 2


def test_scf_that_converges_in_its_last_step_is_whole(run):
    _, summary = run("--steps 1 --sleep 0.5", seconds=0)
    assert summary["attempts"][-1]["ending"] == "converged"


MOVED = sheets.disorder(ORDERED, 0.284, seeds.generator(2, "openmx"))


@pytest.mark.parametrize(
    "physics",
    [
        *({"energy_cutoff": 40.0}, {"criterion": 1e-7}, {"electronic_temperature": 400.0}),
        *({"density_only": False}, {"kgrid": (2, 4, 1)}, {"height": 2.9}, {"atoms": MOVED}),
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_physics_starts_again(run, folder, physics):
    stop_early(run)
    _, summary = run("--steps 30", **physics)
    assert summary["scf_steps"] == 30
    assert names(folder) == ["attempt-1"]
    assert values(folder, 1, "scf.restart") == ["off"]


@pytest.mark.parametrize(
    "technique",
    [
        {"mixing": SETTINGS["mixing"] | {"initial_weight": 0.05}},
        *({"max_scf_steps": 50}, {"max_electronic_temperature": 400.0}),
        *({"threads": 1}, {"time_margin": 0.01}),
    ],
    ids=lambda change: next(iter(change)),
)
def test_changed_technique_continues(run, folder, technique):
    stop_early(run)
    _, summary = run("--steps 30 --energy 1", **technique)
    assert len(summary["attempts"]) == 2
    assert summary["scf_steps"] == 30
    assert values(folder, 2, "scf.restart") == ["on"]


def test_converged_run_is_not_made_again(run, folder):
    first, _ = run()
    second, summary = run("--crash 1")
    np.testing.assert_array_equal(first.values, second.values)
    assert len(summary["attempts"]) == 1
    assert names(folder) == ["attempt-1"]


@pytest.mark.parametrize(
    ("code", "said"), [(139, "segmentation"), (-9, "killed"), (-15, "terminated"), (3, "code 3")]
)
def test_crashed_attempt_leaves_no_restart_and_the_next_one_is_fresh(run, folder, code, said):
    with pytest.raises(EngineError, match=said):
        run(f"--crash {code} --crash-after 3")
    assert recorded(folder) == []
    _, summary = run("--steps 6")
    assert summary["scf_steps"] == 6
    assert summary["attempts"][0]["folder"] == "attempt-2"
    assert not (folder / "attempt-2" / "temdenoise_SCF_keywords").exists()
    assert values(folder, 2, "scf.restart") == ["off"]


def test_crash_falls_back_on_the_restart_before_it(run, folder):
    with pytest.raises(EngineError, match="after 2 SCF steps: it crashed"):
        run("--steps 10 --crash 139 --crash-in 2 --crash-after 2", max_scf_steps=4)
    _, summary = run("--steps 10", max_scf_steps=40)
    assert [one["folder"] for one in summary["attempts"]] == ["attempt-1", "attempt-3"]
    assert summary["scf_steps"] == 10
    assert values(folder, 3, "scf.restart") == ["on"]


def test_last_lines_of_a_crash_are_shown(run, caplog):
    with pytest.raises(EngineError):
        run("--crash 139 --crash-after 3")
    assert "the last lines of " in caplog.text
    assert "NormRD =    0.000100000000" in caplog.text


def test_attempt_that_was_cut_with_its_job_is_left_alone(run, folder):
    stop_early(run)
    (folder / "attempt-2" / "temdenoise_rst").mkdir(parents=True)
    (folder / "attempt-2" / "temdenoise_rst" / "steps").write_text("29")
    _, summary = run("--steps 30")
    assert summary["attempts"][-1]["folder"] == "attempt-3"
    assert summary["scf_steps"] == 30


@pytest.mark.parametrize("play", ["--no-out", "--cube none"])
def test_run_without_its_files_is_refused(run, play):
    with pytest.raises(EngineError, match="OpenMX wrote no temdenoise"):
        run(play)


@pytest.mark.parametrize(("kind", "said"), [("truncated", "truncated"), ("nan", "NaN")])
def test_bad_cube_is_refused_and_the_next_job_makes_another(run, folder, kind, said):
    with pytest.raises(InputError, match=rf"tden\.cube: .*{said}"):
        run(f"--cube {kind} --bad-in 1")
    density, _ = run(f"--cube {kind} --bad-in 1")
    assert np.isfinite(density.values).all()
    assert names(folder) == ["attempt-1", "attempt-2"]


def test_energy_is_there_unless_only_the_density_is_wanted(run):
    _, summary = run(density_only=False)
    assert summary["energy_eV"] == pytest.approx(-11.684910508343 * Hartree)


def test_energy_that_was_not_computed_is_refused_without_running_again(run):
    with pytest.raises(EngineError, match=r"temdenoise\.out: the total energy is .*be trusted"):
        run("--energy nan", density_only=False)
    _, summary = run(density_only=False)
    assert len(summary["attempts"]) == 1


def test_cutoff_in_use_below_the_one_asked_for_is_refused(run):
    with pytest.raises(EngineError, match=r"OpenMX used a cutoff of .*less than the 20\.0 Ry"):
        run("--cutoff 0.9")


@pytest.mark.parametrize("play", ["", "--steps 100"])
def test_cleaning_keeps_what_was_said(run, folder, data, play):
    run(play, max_scf_steps=50)
    attempts.clean(folder)
    kept = {path.name for path in folder.glob("attempt-*/*")}
    assert kept == {"temdenoise.dat", "temdenoise.std", "temdenoise.out"}
    assert not (folder / "attempts.json").exists()
    assert (data / "PAO" / "C6.0.pao").is_file()


def test_run_after_cleaning_starts_again(run, folder):
    run()
    attempts.clean(folder)
    _, summary = run("--steps 4")
    assert summary["scf_steps"] == 4
    assert names(folder) == ["attempt-1"]


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
