"""What a run needs besides the config is missed before any job."""

import json
import subprocess
import sys

from configs import PAPER, ROOT, changed

from temdenoise.config import check


def data_files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()


def test_elements_of_other_materials_need_no_files(tmp_path):
    data_files(tmp_path, "PAO/B7.0.pao", "PAO/N6.0.pao", "VPS/B_PBE19.vps", "VPS/N_PBE19.vps")
    config = changed(f"structures: {{material: hBN}}\ndft: {{openmx: {{data_path: {tmp_path}}}}}")
    assert check.missing_data(config, tmp_path) is None
    (tmp_path / "PAO/N6.0.pao").unlink()
    assert check.missing_data(config, tmp_path).startswith("dft.elements.N.pao: got N6.0-s2p2d1, ")


def test_a_run_whose_densities_are_there_needs_no_files(tmp_path):
    config = changed("dft: {openmx: {data_path: gone}}")
    assert "gone/PAO/C6.0.pao" in check.missing_data(config, tmp_path)
    for name in ("train-1", "train-2", "train-3", "train-4", "train-5", "test-1"):
        (tmp_path / "dft" / name).mkdir(parents=True)
        (tmp_path / "dft" / name / "density.cube").touch()
    assert check.missing_data(config, tmp_path) is None


def test_maps_of_another_size_are_not_overwritten(tmp_path):
    (tmp_path / "train-2.json").write_text(json.dumps({"atoms": 180}))
    assert check.other_maps(PAPER, tmp_path) is None
    (tmp_path / "test-1.json").write_text(json.dumps({"atoms": 60}))
    message = check.other_maps(PAPER, tmp_path)
    assert message.startswith("stored.maps: got ")
    assert "maps of 60 atoms, this run's have 180" in message


def test_a_baseline_without_its_package_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert check.missing_package(PAPER) is None
    wanted = changed("baselines: [tv, tk-r-em]")
    assert "pip install --no-deps tk_r_em" in check.missing_package(wanted)
    (tmp_path / "tk_r_em").mkdir()
    (tmp_path / "tk_r_em/__init__.py").touch()
    assert check.missing_package(wanted) is None


def test_config_is_checked_where_only_the_runner_is_installed():
    code = (
        "import sys\n"
        "for name in ('numpy', 'pandas', 'scipy', 'ase', 'skimage', 'keras', 'jsonschema'):\n"
        "    sys.modules[name] = None\n"
        "import yaml, temdenoise.config.check as check\n"
        "check.check(yaml.safe_load(open('../../config/config.yaml', encoding='utf-8')))\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "workflow/scripts", check=True)
