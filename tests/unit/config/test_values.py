"""Names and numbers follow from the config."""

from configs import PAPER, changed, merged
from hypothesis import given
from hypothesis import strategies as st

from temdenoise.config import values


def test_atoms_are_those_of_all_cells():
    assert values.atoms_per_structure(PAPER) == 180
    assert values.atoms_per_structure(changed("structures: {material: hBN}")) == 180
    assert values.atoms_per_structure(changed("structures: {material: MoS2}")) == 270


def test_paper_has_the_patches_of_section_ii_g():
    assert values.patch_counts(PAPER) == (9011, 2253)


def test_split_by_image_keeps_the_copies_of_an_image_together():
    config = changed("training: {split_by: image}")
    copies = 4 * 4 * 64
    assert values.patch_counts(config) == (9 * copies, 2 * copies)


@given(
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.sampled_from(["patch", "image"]),
    st.lists(st.integers(1, 50), min_size=1, max_size=4),
    st.integers(0, 4),
)
def test_training_and_validation_patches_are_all_patches(fraction, split_by, counts, shifts):
    tiles = [{"grid": [2, n], "count": count} for n, count in enumerate(counts, 1)]
    images = {"tiles": {"train": tiles}, "shifts": list(range(1, shifts + 1))}
    recipe = {"validation_fraction": fraction, "split_by": split_by}
    config = merged(PAPER, {"images": images, "training": recipe})
    training, validation = values.patch_counts(config)
    total = sum(counts) * (1 + shifts) * 4 * 64
    assert training + validation == total
    group = total // sum(counts) if split_by == "image" else 1
    assert training % group == validation % group == 0
    assert abs(validation - fraction * total) <= 0.5 * group * (1 + 1e-9)


def test_a_models_own_split_counts_its_own_patches():
    recipe = values.models(changed("models: {G: {validation_fraction: 0.5}}"))["G"]
    assert values.patch_counts(PAPER, recipe) == (5632, 5632)


def test_model_is_training_with_its_own_keys_on_top():
    config = changed("models: {G: null, wide: {noise: SP, filters: [64, 128, 256]}}")
    models = values.models(config)
    assert list(models) == ["SP", "GSP", "BBG", "wide"]
    assert models["wide"] == PAPER["training"] | {"noise": "SP", "filters": [64, 128, 256]}
    assert models["SP"] == PAPER["training"] | {"noise": "SP"}


def test_noises_are_those_of_the_models_left():
    assert values.noises(PAPER) == ["G", "SP", "GSP", "BBG"]
    left = changed("models: {G: null, SP: null, second: {noise: GSP}}")
    assert values.noises(left) == ["GSP", "BBG"]


def test_structures_are_numbered_from_one():
    expected = ["train-1", "train-2", "train-3", "train-4", "train-5"]
    assert values.structure_names(PAPER, "train") == expected
    assert values.structure_names(PAPER, "test") == ["test-1"]


def test_regions_ascend_in_noise():
    config = changed("noise: {interpolation_factors: [0.22, 0.2], extrapolation_factors: [0.3, 0]}")
    assert list(values.regions(config).items()) == [
        (0.0, "extrapolation"),
        (0.2, "interpolation"),
        (0.22, "interpolation"),
        (0.3, "extrapolation"),
    ]


def table(folder, text):
    path = folder / "config/mine.tsv"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_sample_table_is_read_where_the_run_is_or_else_in_the_clone(tmp_path, monkeypatch):
    here, clone = tmp_path / "here", tmp_path / "clone"
    table(clone, "path\tname\na.tif\tclone\n")
    here.mkdir()
    monkeypatch.chdir(here)
    config = changed("micrographs: {samples: config/mine.tsv, default_model: 'G,SP'}")
    assert values.micrographs(config, clone)["clone"]["models"] == ["G", "SP"]
    table(here, "path\tname\na.tif\there\n")
    assert list(values.micrographs(config, clone)) == ["here"]
    assert values.micrographs(changed("micrographs: {samples: null}"), clone) == {}


def test_a_general_model_is_none_of_the_papers():
    config = changed("models: {any: {noise: instrument, network: bias-free}}")
    assert "any" not in values.models(config)
    assert list(values.general_models(config)) == ["any"]
    assert values.noises(config) == values.noises(PAPER)


def test_scenes_are_shared_out_among_jobs():
    config = changed("scenes: {train: 25, per_job: 10}")
    assert values.scene_parts(config, "train") == {"1": (0, 10), "2": (10, 20), "3": (20, 25)}
