PRETRAINED = [
    model for model, recipe in {**MODELS, **GENERAL}.items() if recipe["pretrained"]
]
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


GENERAL_TRAINED = [model for model in GENERAL if not GENERAL[model]["pretrained"]]
GENERAL_RECIPE = ("network", "filters", "batch_size", "precision", "learning_rate")
GENERAL_RECIPE += ("decay", "epochs", "steps")
GENERAL_RECIPES = {
    model: {key: recipe[key] for key in GENERAL_RECIPE}
    for model, recipe in GENERAL.items()
}
# What the card of a general model says, and what a stored one must say.
GENERAL_FACTS = {
    model: {
        "material": config["structures"]["material"],
        "bond_length_px_range": config["scenes"]["bond_px"],
        "noise_range": config["instrument"]["noise"],
        "recipe": recipe,
        "scenes": config["scenes"],
        "instrument": config["instrument"],
        "patches": recipe["epochs"] * recipe["steps"] * recipe["batch_size"],
    }
    for model, recipe in GENERAL_RECIPES.items()
}


if GENERAL:

    rule calibrate_general:
        input:
            model=f"{RESULTS}/models/{{model}}/model.keras",
            images=SCENE_IMAGES["calibration"],
            scenes=SCENES["calibration"],
        output:
            calibration=f"{RESULTS}/models/{{model}}/calibration.json",
        log:
            f"{LOGS}/calibrate_general/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/calibrate_general/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(GENERAL),
        conda:
            tensorflow_env(0)
        threads: 2
        resources:
            mem_mb=lambda wildcards, attempt: 2500 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        params:
            code=code_of("calibrate_general"),
            seed=config["seed"],
            instrument=config["instrument"],
            sampled=200,
        message:
            "Calibrate the interval of model {wildcards.model}"
        script:
            "../scripts/calibrate_general.py"


if GENERAL_TRAINED:

    rule train_general:
        input:
            scenes=SCENE_IMAGES["train"],
            others=SCENE_IMAGES["calibration"],
        output:
            model=f"{RESULTS}/models/{{model}}/model.keras",
            history=f"{RESULTS}/models/{{model}}/history.csv",
        log:
            f"{LOGS}/train_general/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/train_general/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(GENERAL_TRAINED),
        conda:
            tensorflow_env(any(model["gpus"] for model in GENERAL.values()))
        threads: 4
        resources:
            mem_mb=lambda wildcards, attempt: 5000 * attempt,
            runtime=lambda wildcards, attempt: 720 * attempt,
            gpu=lambda wildcards: GENERAL[wildcards.model]["gpus"],
        params:
            code=code_of("train_general"),
            seed=config["seed"],
            patch_size=config["scenes"]["patch_size"],
            instrument=config["instrument"],
            recipe=lambda wildcards: GENERAL_RECIPES[wildcards.model],
        message:
            "Train general model {wildcards.model} for {params.recipe[epochs]} epochs"
        script:
            "../scripts/train_general.py"

    rule store_general:
        input:
            model=f"{RESULTS}/models/{{model}}/model.keras",
            history=f"{RESULTS}/models/{{model}}/history.csv",
            calibration=f"{RESULTS}/models/{{model}}/calibration.json",
            dft=f"{RESULTS}/tables/dft.csv",
        output:
            model=f"{STORED_MODELS}/{{model}}/model.keras",
            history=f"{STORED_MODELS}/{{model}}/history.csv",
            card=f"{STORED_MODELS}/{{model}}/card.json",
            readme=f"{STORED_MODELS}/{{model}}/README.md",
        log:
            f"{LOGS}/store_general/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/store_general/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(GENERAL_TRAINED),
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("store_general"),
            facts=lambda wildcards: GENERAL_FACTS[wildcards.model],
        message:
            "Put general model {wildcards.model} into the store, with its card"
        script:
            "../scripts/store_general.py"


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
            wanted=lambda wildcards: {**FACTS, **GENERAL_FACTS}[wildcards.model],
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
