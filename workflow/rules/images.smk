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
    threads: 1
    resources:
        mem_mb=1000,
        runtime=15,
    params:
        code=code_of("tile_images"),
        seed=config["seed"],
        # Plain: config files in JSON give another kind of dict than those in YAML.
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
