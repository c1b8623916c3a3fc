PRETRAINED = [model for model in MODELS if MODELS[model]["pretrained"]]
TRAINED = [model for model in MODELS if model not in PRETRAINED]
# The store holds trained models: `store_models` writes them, training.pretrained reads them.
STORED_MODELS = in_clone(config["stored"]["models"])

# The target "background" is the noise BB: BBG without its Gaussian part.
TARGETS = {
    model: f"{RESULTS}/{'noisy/BB' if recipe['target'] == 'background' else 'images'}/train.npy"
    for model, recipe in MODELS.items()
}
RECIPE = ("filters", "batch_size", "precision", "learning_rate", "decay", "epochs")
RECIPE += ("validation_fraction", "split_by", "target")
RECIPES = {
    model: {key: recipe[key] for key in RECIPE} for model, recipe in MODELS.items()
}
# The card of a stored model has these facts. A model is taken only if the config has the same.
FACTS = {
    model: {
        "noise": NOISE_OF[model],
        "noise_settings": {
            key: config["noise"][key] for key in ("salt_pepper_ratio", "background")
        },
        "material": config["structures"]["material"],
        "image_size": config["images"]["size"],
        "patch_size": config["images"]["patch_size"],
        "patches": list(checked.patch_counts(config, MODELS[model])),
        "c_noise": [min(FACTORS["train"]), max(FACTORS["train"])],
        "recipe": RECIPES[model],
    }
    for model in MODELS
}


rule train_model:
    input:
        noisy=lambda wildcards: f"{RESULTS}/noisy/{NOISE_OF[wildcards.model]}/train.npy",
        noisy_table=lambda wildcards: f"{RESULTS}/noisy/{NOISE_OF[wildcards.model]}/train.tsv",
        target=lambda wildcards: TARGETS[wildcards.model],
        images_table=f"{RESULTS}/images/train.tsv",
    output:
        model=f"{RESULTS}/models/{{model}}/model.keras",
        history=f"{RESULTS}/models/{{model}}/history.csv",
    log:
        f"{LOGS}/train_model/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/train_model/{{model}}.tsv"
    # If a pretrained model is missing, no job may train it for hours instead.
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
        recipe=lambda wildcards: RECIPES[wildcards.model],
    message:
        "Train model {wildcards.model} for {params.recipe[epochs]} epochs"
    script:
        "../scripts/train_model.py"


if PRETRAINED:

    rule load_model:
        input:
            model=f"{STORED_MODELS}/{{model}}/model.keras",
            history=f"{STORED_MODELS}/{{model}}/history.csv",
            card=f"{STORED_MODELS}/{{model}}/card.json",
        output:
            model=f"{RESULTS}/models/{{model}}/model.keras",
            history=f"{RESULTS}/models/{{model}}/history.csv",
        log:
            f"{LOGS}/load_model/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/load_model/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(PRETRAINED),
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("load_model"),
            wanted=lambda wildcards: FACTS[wildcards.model],
        message:
            "Take model {wildcards.model} from the store"
        script:
            "../scripts/load_model.py"


if TRAINED:

    rule store_model:
        input:
            model=f"{RESULTS}/models/{{model}}/model.keras",
            history=f"{RESULTS}/models/{{model}}/history.csv",
            scores=f"{RESULTS}/tables/scores.csv",
            images=f"{RESULTS}/images/train.npy",
            dft=f"{RESULTS}/tables/dft.csv",
        output:
            model=f"{STORED_MODELS}/{{model}}/model.keras",
            history=f"{STORED_MODELS}/{{model}}/history.csv",
            card=f"{STORED_MODELS}/{{model}}/card.json",
            readme=f"{STORED_MODELS}/{{model}}/README.md",
        log:
            f"{LOGS}/store_model/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/store_model/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(TRAINED),
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("store_model"),
            structures=CELL,
            tiles=config["images"]["tiles"],
            facts=lambda wildcards: FACTS[wildcards.model],
        message:
            "Put model {wildcards.model} into the store, with its card"
        script:
            "../scripts/store_model.py"
