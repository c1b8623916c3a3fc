# What was computed once lies in the store (config: stored): `store_maps` and `store_models` put it
# there; dft.engine: maps and training.pretrained: true take it from there.
STORED_MODELS = in_clone(config["stored"]["models"])


if config["dft"]["engine"] == "maps":

    localrules:
        load_map,

    rule load_map:
        input:
            structure=f"{STORED_MAPS}/{{structure}}.extxyz",
            summary=f"{STORED_MAPS}/{{structure}}.json",
            density_map=f"{STORED_MAPS}/{{structure}}.tif",
        output:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
            summary=f"{RESULTS}/dft/{{structure}}/summary.json",
            density_map=f"{RESULTS}/maps/{{structure}}.tif",
        log:
            f"{LOGS}/load_map/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/load_map/{{structure}}.tsv"
        conda:
            "../../envs/images.yaml"
        threads: 1
        resources:
            mem_mb=500,
            runtime=5,
        params:
            code=code_of("load_map"),
            cell=CELL,
            height=config["map"]["height"],
        message:
            "Take the map of {wildcards.structure} from the store"
        script:
            "../scripts/load_map.py"

else:

    localrules:
        store_map,

    rule store_map:
        input:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
            summary=f"{RESULTS}/dft/{{structure}}/summary.json",
            density_map=f"{RESULTS}/maps/{{structure}}.tif",
        output:
            structure=f"{STORED_MAPS}/{{structure}}.extxyz",
            summary=f"{STORED_MAPS}/{{structure}}.json",
            density_map=f"{STORED_MAPS}/{{structure}}.tif",
        log:
            f"{LOGS}/store_map/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/store_map/{{structure}}.tsv"
        conda:
            "../../envs/images.yaml"
        threads: 1
        resources:
            mem_mb=500,
            runtime=5,
        params:
            code=code_of("store_map"),
        message:
            "Put the map of {wildcards.structure} into the store"
        script:
            "../scripts/store_map.py"


if PRETRAINED:

    localrules:
        load_model,

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
        conda:
            "../../envs/images.yaml"
        threads: 1
        resources:
            mem_mb=500,
            runtime=5,
        params:
            code=code_of("load_model"),
            wanted=lambda wildcards: facts_of(wildcards.model),
        message:
            "Take model {wildcards.model} from the store"
        script:
            "../scripts/load_model.py"


if TRAINED:

    localrules:
        store_model,

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
        conda:
            "../../envs/images.yaml"
        threads: 1
        resources:
            mem_mb=500,
            runtime=5,
        params:
            code=code_of("store_model"),
            structures=CELL,
            tiles=config["images"]["tiles"],
            facts=lambda wildcards: facts_of(wildcards.model),
        message:
            "Put model {wildcards.model} into the store, with its card"
        script:
            "../scripts/store_model.py"


if PRETRAINED == list(MODELS):
    DOCS = in_clone("docs")

    localrules:
        publish_results,

    rule publish_results:
        input:
            scores=f"{RESULTS}/tables/scores.csv",
            cards=expand(f"{STORED_MODELS}/{{model}}/card.json", model=MODELS),
            histories=expand(f"{STORED_MODELS}/{{model}}/history.csv", model=MODELS),
            choices=f"{DOCS}/results/choices.csv",
            figures=expand(f"{RESULTS}/figures/{{figure}}.png", figure=PUBLISHED),
        output:
            page=f"{DOCS}/results.md",
            scores=f"{DOCS}/results/scores.csv",
            figures=expand(f"{DOCS}/results/{{figure}}.png", figure=PUBLISHED),
        log:
            f"{LOGS}/publish_results/all.log",
        benchmark:
            f"{BENCHMARKS}/publish_results/all.tsv"
        conda:
            "../../envs/images.yaml"
        threads: 1
        resources:
            mem_mb=500,
            runtime=5,
        params:
            code=code_of("publish_results"),
            models=list(MODELS),
        message:
            "Write the page of results"
        script:
            "../scripts/publish_results.py"
