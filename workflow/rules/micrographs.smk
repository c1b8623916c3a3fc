from temdenoise.micrographs import inputs, samples

MICROGRAPHS = f"{RESULTS}/micrographs"
try:
    ENTRIES = checked.micrographs(config, CLONE)
except errors.InputError as error:
    sys.exit(f"micrographs: {error}")

# The paper's Fig. 3. It runs only on request (`experiment`), because it needs the network.
EXPERIMENT = "MoS2-experiment"
EXAMPLE = f"{MICROGRAPHS}/example_Se_implanted_MoS2.dm3"
SHIPPED = ["G", "SP", "GSP", "BBG"]
# The paper's models need four orientations and lose to a blur on every real image (decision 18).
COMPARED = ["general"]
MOS2 = {"path": EXAMPLE, "models": SHIPPED, "pixel_size": None, "bond_length": None}

OVERVIEWS = [f"{MICROGRAPHS}/{image}/overview.png" for image in ENTRIES]
BATCH = multiext(f"{RESULTS}/tables/micrographs", ".csv", ".html") if ENTRIES else []


# Two images of one name in two places would share a folder. A missing file is no reason to stop here:
# its own job reports it, and the others go on.
for image, entry in ENTRIES.items() if workflow.is_main_process else []:
    if problem := samples.clash(f"{MICROGRAPHS}/{image}", entry):
        sys.exit(f"micrographs: {problem}")


SAMPLES = {
    EXPERIMENT: {**MOS2, "crop": None, "dataset": None, "dark_atoms": False},
    **ENTRIES,
}


rule denoise_micrograph:
    input:
        lambda wildcards: inputs.present(SAMPLES[wildcards.image]["path"], made=EXAMPLE),
    output:
        tif=f"{MICROGRAPHS}/{{image}}/{{model}}.tif",
        hspy=f"{MICROGRAPHS}/{{image}}/{{model}}.hspy",
        uncertainty=f"{MICROGRAPHS}/{{image}}/{{model}}.uncertainty.tif",
        atoms=f"{MICROGRAPHS}/{{image}}/{{model}}.atoms.csv",
        summary=f"{MICROGRAPHS}/{{image}}/{{model}}.json",
    log:
        f"{LOGS}/denoise_micrograph/{{image}}/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/denoise_micrograph/{{image}}.{{model}}.tsv"
    wildcard_constraints:
        image="[A-Za-z0-9][A-Za-z0-9._-]*",
        model="[A-Za-z][A-Za-z0-9_-]*",
    conda:
        tensorflow_env(0)
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("denoise_micrograph"),
        entry=lambda wildcards: SAMPLES[wildcards.image],
        model=lambda wildcards: str(Path(STORED_MODELS, wildcards.model, "model.keras")),
        # Not an input: denoising would train the models that this run can put into the store.
        weights=lambda wildcards: inputs.weights(
            Path(STORED_MODELS, wildcards.model, "card.json")
        ),
        stamp=lambda wildcards: inputs.stamp(
            SAMPLES[wildcards.image]["path"], made=EXAMPLE
        ),
        tile=config["micrographs"]["tile"],
        overlap=config["micrographs"]["overlap"],
        window=config["micrographs"]["window"],
        on_failure=config["micrographs"]["on_failure"],
    message:
        "Denoise {wildcards.image} with model {wildcards.model}"
    script:
        "../scripts/denoise_micrograph.py"


rule draw_overview:
    input:
        original=lambda wildcards: inputs.present(
            SAMPLES[wildcards.image]["path"], made=EXAMPLE
        ),
        denoised=lambda wildcards: expand(
            f"{MICROGRAPHS}/{{image}}/{{model}}.tif",
            image=wildcards.image,
            model=SAMPLES[wildcards.image]["models"],
        ),
        uncertainties=lambda wildcards: expand(
            f"{MICROGRAPHS}/{{image}}/{{model}}.uncertainty.tif",
            image=wildcards.image,
            model=SAMPLES[wildcards.image]["models"],
        ),
        atoms=lambda wildcards: expand(
            f"{MICROGRAPHS}/{{image}}/{{model}}.atoms.csv",
            image=wildcards.image,
            model=SAMPLES[wildcards.image]["models"],
        ),
        summaries=lambda wildcards: expand(
            f"{MICROGRAPHS}/{{image}}/{{model}}.json",
            image=wildcards.image,
            model=SAMPLES[wildcards.image]["models"],
        ),
    output:
        figure=report(
            f"{MICROGRAPHS}/{{image}}/overview.png",
            caption="../report/overview.rst",
            category="7 Micrographs",
            labels={"figure": "{image}", "paper": "–"},
        ),
    log:
        f"{LOGS}/draw_overview/{{image}}.log",
    benchmark:
        f"{BENCHMARKS}/draw_overview/{{image}}.tsv"
    wildcard_constraints:
        image="[A-Za-z0-9][A-Za-z0-9._-]*",
    localrule: True
    conda:
        "../../envs/images.yaml"
    resources:
        mem_mb=lambda wildcards, attempt: 2500 * attempt,
        runtime=10,
    params:
        code=code_of("draw_overview"),
        entry=lambda wildcards: SAMPLES[wildcards.image],
    message:
        "Plot overview of {wildcards.image}"
    script:
        "../scripts/draw_overview.py"


rule tabulate_micrographs:
    input:
        summaries=[
            f"{MICROGRAPHS}/{image}/{model}.json"
            for image, entry in ENTRIES.items()
            for model in entry["models"]
        ],
    output:
        csv=f"{RESULTS}/tables/micrographs.csv",
        html=report(
            f"{RESULTS}/tables/micrographs.html",
            caption="../report/micrographs_table.rst",
            category="7 Micrographs",
            labels={"figure": "all micrographs, table", "paper": "–"},
        ),
    log:
        f"{LOGS}/tabulate_micrographs/all.log",
    benchmark:
        f"{BENCHMARKS}/tabulate_micrographs/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("tabulate_micrographs"),
    message:
        "Tabulate the micrographs"
    script:
        "../scripts/tabulate_micrographs.py"


rule fetch_micrograph:
    output:
        micrograph=EXAMPLE,
    log:
        f"{LOGS}/fetch_micrograph/all.log",
    benchmark:
        f"{BENCHMARKS}/fetch_micrograph/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("fetch_micrograph"),
    message:
        "Fetch the experimental image of MoS₂"
    script:
        "../scripts/fetch_micrograph.py"


rule fetch_real_images:
    output:
        images=f"{MICROGRAPHS}/real_images.npz",
        pairs=f"{MICROGRAPHS}/pairs.npz",
    log:
        f"{LOGS}/fetch_real_images/all.log",
    benchmark:
        f"{BENCHMARKS}/fetch_real_images/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("fetch_real_images"),
    message:
        "Fetch the real images that packages bring"
    script:
        "../scripts/fetch_real_images.py"


rule evaluate_real_images:
    input:
        images=rules.fetch_real_images.output.images,
        pairs=rules.fetch_real_images.output.pairs,
        models=expand(f"{STORED_MODELS}/{{model}}/model.keras", model=COMPARED),
    output:
        csv=f"{RESULTS}/tables/real_images.csv",
        md=f"{RESULTS}/tables/real_images.md",
        html=report(
            f"{RESULTS}/tables/real_images.html",
            caption="../report/real_images.rst",
            category="7 Micrographs",
            labels={"figure": "real images, table", "paper": "–"},
        ),
        pairs_csv=f"{RESULTS}/tables/pairs.csv",
        pairs_md=f"{RESULTS}/tables/pairs.md",
        pairs_html=report(
            f"{RESULTS}/tables/pairs.html",
            caption="../report/pairs.rst",
            category="7 Micrographs",
            labels={"figure": "tk_r_em's own pairs, table", "paper": "–"},
        ),
    log:
        f"{LOGS}/evaluate_real_images/all.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_real_images/all.tsv"
    conda:
        tensorflow_env(0)
    threads: 2
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        code=code_of("evaluate_real_images"),
        models=COMPARED,
    message:
        "Score {params.models} and plain filters on real images"
    script:
        "../scripts/evaluate_real_images.py"


rule draw_experiment:
    input:
        original=EXAMPLE,
        denoised=expand(f"{MICROGRAPHS}/{EXPERIMENT}/{{model}}.tif", model=SHIPPED),
        summaries=expand(f"{MICROGRAPHS}/{EXPERIMENT}/{{model}}.json", model=SHIPPED),
    output:
        figure=report(
            f"{RESULTS}/figures/experiment.png",
            caption="../report/experiment.rst",
            category="7 Micrographs",
            labels={"figure": "MoS₂, four models", "paper": "Fig. 3"},
        ),
        csv=f"{RESULTS}/tables/experiment.csv",
        html=report(
            f"{RESULTS}/tables/experiment.html",
            caption="../report/experiment.rst",
            category="7 Micrographs",
            labels={"figure": "MoS₂, table", "paper": "Fig. 3"},
        ),
    log:
        f"{LOGS}/draw_experiment/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_experiment/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    resources:
        mem_mb=2000,
        runtime=15,
    params:
        code=code_of("draw_experiment"),
        models=SHIPPED,
    message:
        "Plot and measure the models' results on MoS₂"
    script:
        "../scripts/draw_experiment.py"
