"""How OpenMX's endings are told apart, on the recorded outputs of real runs."""

from pathlib import Path

import pytest
from ase.units import Hartree
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.density.openmx import output
from temdenoise.density.openmx.output import CONVERGED, UNCONVERGED
from temdenoise.errors import EngineError

RUNS = Path(__file__).parents[3] / "data" / "openmx-runs"
SEGFAULT, KILLED, TERMINATED = 139, 137, 143
DATA_FILE = ("dft.openmx.data_path", "dft.elements")
COMMAND = ("dft.openmx.command must end with the program itself",)

# run: (exit code, what its message says); where OpenMX's own exit code is 0, so it is here
BAD = {
    "nopao": (0, ("PAO/C6.5.pao is missing", *DATA_FILE)),
    "novps": (0, ("VPS/C_PBE99.vps is missing", *DATA_FILE)),
    "nopath": (0, ("../DFT_DATA19/PAO/C6.0.pao is missing", *DATA_FILE)),
    "badpath": (0, ("/no/such/PAO/C6.0.pao is missing", *DATA_FILE)),
    "dp2": (0, ("/with/PAO/C6.0.pao is missing", *DATA_FILE)),
    "badkey": (0, ("scf.XcType has a value that this version does not know",)),
    "badsolver": (0, ("scf.EigenvalueSolver has a value that",)),
    "natoms": (0, ("Format error of the sequential number 2 in <Atoms.SpeciesAndCoordinates",)),
    "garbage": (0, ("could not read the input file",)),
    "nofile": (0, ("found no nosuch.dat where it was started",)),
    "noarg": (0, ("was given no input file", *COMMAND)),
    "nt0": (0, ("does not accept its number of threads", *COMMAND)),
    "ntmissing": (0, ("was given no number of threads", *COMMAND)),
    "nan": (0, ("gave NaN", "eigensolver")),
    "abs": (SEGFAULT, ("after 2 SCF steps", "segmentation fault")),
    "cd2": (SEGFAULT, ("before its first SCF step", "segmentation fault")),
    "killed_in_scf": (KILLED, ("killed: out of memory?", "95 MB an atom", "mem_mb")),
    "killed_in_forces": (TERMINATED, ("terminated from outside", "time limit")),
}
SAME_CAUSE = {"cd3": "cd2"}


def recorded(run):
    return (RUNS / f"{run}.std").read_text()


def message(stdout, code):
    with pytest.raises(EngineError) as caught:
        output.ending(stdout, code)
    return str(caught.value)


@pytest.mark.parametrize("run", ["prim_ok", "d16_ok", "c7_fixedgrid"])
def test_converged_run_passes(run):
    assert output.ending(recorded(run), 0) == CONVERGED


def test_run_that_used_all_its_steps_is_unconverged():
    assert output.ending(recorded("unconverged"), 0) == UNCONVERGED


@pytest.mark.parametrize("run", BAD)
def test_bad_ending_is_one_line_that_says_what_happened(run):
    code, said = BAD[run]
    found = message(recorded(run), code)
    assert "\n" not in found
    assert found.startswith("OpenMX stopped ")
    assert [words for words in said if words not in found] == []


def test_different_causes_have_different_messages():
    messages = [message(recorded(run), code) for run, (code, _) in BAD.items()]
    assert len(set(messages)) == len(messages)


@pytest.mark.parametrize("run", SAME_CAUSE)
def test_same_cause_has_the_same_message(run):
    other = SAME_CAUSE[run]
    code, _ = BAD[other]
    assert message(recorded(run), code) == message(recorded(other), code)


def test_every_recorded_ending_is_tried():
    good = {"prim_ok", "d16_ok", "c7_fixedgrid", "unconverged", "ty"}
    assert {path.stem for path in RUNS.glob("*.std")} == {*BAD, *SAME_CAUSE, *good}


def test_misspelt_keyword_is_no_ending_at_all():
    # OpenMX runs with its defaults and says nothing; openmx_input.KEYWORDS is what stops it.
    assert output.ending(recorded("ty"), 0) == UNCONVERGED
    with pytest.raises(EngineError, match=r"cutoff of \[243\.6704.*223\.8655\] Ry"):
        output.check_cutoff(recorded("ty"), 300)


@pytest.mark.parametrize(("signal", "code"), [(11, SEGFAULT), (9, KILLED), (15, TERMINATED)])
def test_signal_reads_the_same_with_a_launcher_and_without(signal, code):
    stdout = recorded("killed_in_scf")
    assert message(stdout, -signal) == message(stdout, code)


@pytest.mark.parametrize("code", [1, 2, 127, -6])
def test_other_exit_code_is_shown(code):
    assert f"exit code {code}" in message(recorded("killed_in_scf"), code)


@pytest.mark.parametrize("code", [1, SEGFAULT])
def test_exit_code_counts_even_where_the_words_are_good(code):
    message(recorded("prim_ok"), code)


@pytest.mark.parametrize("run", ["prim_ok", "unconverged"])
def test_output_cut_anywhere_is_no_ending(run):
    whole = recorded(run).rstrip()
    for size in range(0, len(whole), 97):
        assert "did not say why" in message(whole[:size], 0)


def test_phrase_of_success_alone_is_not_enough():
    whole = recorded("prim_ok")
    message(whole.replace("The SCF was achieved at MD=", ""), 0)
    message(whole.replace("The calculation was normally finished.", ""), 0)


def test_residuals_are_read_in_their_order():
    found = output.norm_rd(recorded("unconverged"))
    assert found == [1.0, 1.243974421387, 1.195304044993, 0.838810007813]


@pytest.mark.parametrize("run", ["nan", "unconverged"])
def test_number_that_is_still_being_written_is_no_residual(run):
    whole = recorded(run)
    expected = output.norm_rd(whole)
    for size in range(len(whole)):
        found = output.norm_rd(whole[:size])
        assert str(found) == str(expected[: len(found)])


@given(st.lists(st.floats(1e-12, 1e3), max_size=20))
def test_history_shows_the_last_six_residuals(residuals):
    shown = output.history(residuals).removeprefix("NormRD … ").split(", ")
    assert [float(word) for word in shown if word] == pytest.approx(residuals[-6:], rel=0.05)


def test_version_is_read():
    assert output.version(recorded("prim_ok")) == "4.0"
    assert output.version("") == "unknown"


@pytest.mark.parametrize("least", [50, 268.6467])
def test_cutoff_in_use_that_is_high_enough_passes(least):
    output.check_cutoff(recorded("c7_fixedgrid"), least)


@pytest.mark.parametrize("least", [268.65, 300])
def test_cutoff_in_use_below_the_one_asked_for_is_refused(least):
    with pytest.raises(EngineError, match=rf"268\.6467, 314\.4557\] Ry, less than the {least} Ry"):
        output.check_cutoff(recorded("c7_fixedgrid"), least)


def test_output_without_a_cutoff_is_refused():
    with pytest.raises(EngineError, match="used a cutoff of"):
        output.check_cutoff("", 50)


def energy_of(folder, text):
    (folder / "temdenoise.out").write_text(text)
    return output.energy(folder)


def test_energy_is_that_of_the_recorded_run(tmp_path):
    text = (RUNS / "prim_ok.out").read_text()
    assert energy_of(tmp_path, text) == pytest.approx(-11.684910508343 * Hartree, rel=1e-12)


@pytest.mark.parametrize("value", ["0.000000000000", "nan", "-inf", "-0.0"])
def test_energy_that_was_not_computed_is_refused(tmp_path, value):
    text = (RUNS / "prim_ok.out").read_text().replace("-11.684910508343", value)
    with pytest.raises(EngineError, match=r"temdenoise\.out: the total energy is .* be trusted"):
        energy_of(tmp_path, text)


@pytest.mark.parametrize("text", ["", "  Utot = Ukin+UH0\n"])
def test_output_without_an_energy_is_refused(tmp_path, text):
    with pytest.raises(EngineError, match="the total energy is nan"):
        energy_of(tmp_path, text)
    (tmp_path / "temdenoise.out").unlink()
    with pytest.raises(EngineError, match="the total energy is nan"):
        output.energy(tmp_path)


@pytest.mark.parametrize("missing", ["temdenoise.out", "temdenoise.tden.cube"])
def test_run_without_its_files_is_refused(tmp_path, missing):
    for name in {"temdenoise.out", "temdenoise.tden.cube"} - {missing}:
        (tmp_path / name).write_text("")
    with pytest.raises(EngineError, match=f"OpenMX wrote no {missing}, though it says"):
        output.check_files(tmp_path)
