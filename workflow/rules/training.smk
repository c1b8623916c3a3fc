rule train_model:
    input:
        noisy=lambda wildcards: f"{RESULTS}/noisy/{NOISE_OF[wildcards.model]}/train.npy",
        noisy_table=lambda wildcards: f"{RESULTS}/noisy/{NOISE_OF[wildcards.model]}/train.tsv",
        target=lambda wildcards: target_stack(wildcards.model),
        images_table=f"{RESULTS}/images/train.tsv",
    output:
        model=f"{RESULTS}/models/{{model}}/model.keras",
        history=f"{RESULTS}/models/{{model}}/history.csv",
    log:
        f"{LOGS}/train_model/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/train_model/{{model}}.tsv"
    # Where a model is pretrained, a missing one must not be trained for hours instead.
    wildcard_constraints:
        model="|".join(TRAINED) or "(?!)",
    conda:
        tensorflow_env(any(model["gpus"] for model in MODELS.values()))
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 3000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
        gpu=lambda wildcards: MODELS[wildcards.model]["gpus"],
    params:
        code=code_of("train_model"),
        seed=config["seed"],
        patch_size=config["images"]["patch_size"],
        recipe=lambda wildcards: recipe(wildcards.model),
    message:
        "Train model {wildcards.model} for {params.recipe[epochs]} epochs"
    script:
        "../scripts/train_model.py"
