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
    threads: 1
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
