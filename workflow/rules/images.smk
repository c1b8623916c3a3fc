rule tile_images:
    input:
        maps=lambda wildcards: expand(
            f"{RESULTS}/maps/{{structure}}.tif", structure=STRUCTURES[wildcards.split]
        ),
    output:
        images=f"{RESULTS}/images/{{split}}.npy",
        table=f"{RESULTS}/images/{{split}}.tsv",
    log:
        f"{LOGS}/tile_images/{{split}}.log",
    benchmark:
        f"{BENCHMARKS}/tile_images/{{split}}.tsv"
    conda:
        "../../envs/images.yaml"
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        code=code_of("tile_images"),
        seed=config["seed"],
        # Plain dicts: config files in JSON give another kind than those in YAML.
        tiles=lambda wildcards: list(
            map(dict, config["images"]["tiles"][wildcards.split])
        ),
        shifts=lambda wildcards: (
            config["images"]["shifts"] if wildcards.split == "train" else []
        ),
        size=config["images"]["size"],
        order=config["images"]["resampling_order"],
        normalise_by=config["images"]["normalise_by"],
    message:
        "Tile the {wildcards.split} maps into {params.size} × {params.size} images and shift them"
    script:
        "../scripts/tile_images.py"


rule corrupt_images:
    input:
        images=f"{RESULTS}/images/{{split}}.npy",
        table=f"{RESULTS}/images/{{split}}.tsv",
    output:
        noisy=f"{RESULTS}/noisy/{{noise}}/{{split}}.npy",
        table=f"{RESULTS}/noisy/{{noise}}/{{split}}.tsv",
    log:
        f"{LOGS}/corrupt_images/{{noise}}-{{split}}.log",
    benchmark:
        f"{BENCHMARKS}/corrupt_images/{{noise}}-{{split}}.tsv"
    conda:
        "../../envs/images.yaml"
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        code=code_of("corrupt_images"),
        seed=config["seed"],
        factors=lambda wildcards: FACTORS[wildcards.split],
        patch_size=config["images"]["patch_size"],
        salt_pepper_ratio=config["noise"]["salt_pepper_ratio"],
        background=config["noise"]["background"],
    message:
        "Corrupt the {wildcards.split} images with {wildcards.noise} noise (Eq. 3-5)"
    script:
        "../scripts/corrupt_images.py"
