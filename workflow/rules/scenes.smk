GENERAL = checked.general_models(config)
SCENE_SPLITS = ["train", "calibration", "test"]
# Names of the parts of a split, and the numbers of their scenes.
SCENE_PARTS = {split: checked.scene_parts(config, split) for split in SCENE_SPLITS}


# More scenes, or other patches, must not draw the others anew.
SCENE_SETTINGS = {
    key: value
    for key, value in config["scenes"].items()
    if key not in (*SCENE_SPLITS, "per_job", "patch_size")
}


# The scenes to test on show the density of structures that training never saw.
STRUCTURES_OF_SCENES = {
    split: STRUCTURES["test" if split == "test" else "train"] for split in SCENE_SPLITS
}
SCENES, SCENE_IMAGES = (
    {
        split: expand(
            f"{RESULTS}/scenes/{split}/{{part}}.{end}", part=SCENE_PARTS[split]
        )
        for split in SCENE_SPLITS
    }
    for end in ("npz", "npy")
)


if GENERAL:

    wildcard_constraints:
        scenes="|".join(SCENE_SPLITS),
        part=r"[1-9]\d*",

    rule build_scenes:
        input:
            structures=lambda wildcards: expand(
                f"{RESULTS}/structures/{{structure}}.extxyz",
                structure=STRUCTURES_OF_SCENES[wildcards.scenes],
            ),
            maps=lambda wildcards: expand(
                f"{RESULTS}/maps/{{structure}}.tif",
                structure=STRUCTURES_OF_SCENES[wildcards.scenes],
            ),
        output:
            scenes=f"{RESULTS}/scenes/{{scenes}}/{{part}}.npz",
        log:
            f"{LOGS}/build_scenes/{{scenes}}-{{part}}.log",
        benchmark:
            f"{BENCHMARKS}/build_scenes/{{scenes}}-{{part}}.tsv"
        conda:
            "../../envs/images.yaml"
        resources:
            mem_mb=1000,
            runtime=15,
        params:
            code=code_of("build_scenes"),
            seed=config["seed"],
            numbers=lambda wildcards: SCENE_PARTS[wildcards.scenes][wildcards.part],
            settings=SCENE_SETTINGS,
            lattice_constant=config["structures"]["lattice_constant"],
        message:
            "Build part {wildcards.part} of the {wildcards.scenes} scenes"
        script:
            "../scripts/build_scenes.py"

    rule image_scenes:
        input:
            scenes=f"{RESULTS}/scenes/{{scenes}}/{{part}}.npz",
            maps=lambda wildcards: expand(
                f"{RESULTS}/maps/{{structure}}.tif",
                structure=STRUCTURES_OF_SCENES[wildcards.scenes],
            ),
        output:
            images=f"{RESULTS}/scenes/{{scenes}}/{{part}}.npy",
        log:
            f"{LOGS}/image_scenes/{{scenes}}-{{part}}.log",
        benchmark:
            f"{BENCHMARKS}/image_scenes/{{scenes}}-{{part}}.tsv"
        conda:
            "../../envs/images.yaml"
        resources:
            mem_mb=1000,
            runtime=15,
        params:
            code=code_of("image_scenes"),
            seed=config["seed"],
            numbers=lambda wildcards: SCENE_PARTS[wildcards.scenes][wildcards.part],
            settings=SCENE_SETTINGS,
        message:
            "Image part {wildcards.part} of the {wildcards.scenes} scenes"
        script:
            "../scripts/image_scenes.py"
