localrules:
    fetch_micrograph,
    draw_experiment,
    tabulate_micrographs,
    draw_overview,


rule denoise_micrograph:
    input:
        lambda wildcards: present(wildcards.image),
    output:
        tif=f"{MICROGRAPHS}/{{image}}/{{model}}.tif",
        hspy=f"{MICROGRAPHS}/{{image}}/{{model}}.hspy",
        uncertainty=f"{MICROGRAPHS}/{{image}}/{{model}}.uncertainty.tif",
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
        entry=lambda wildcards: entry_of(wildcards.image),
        model=lambda wildcards: str(model_of(wildcards.model)),
        weights=lambda wildcards: weights_of(wildcards.model),
        stamp=lambda wildcards: stamp_of(wildcards.image),
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
        original=lambda wildcards: present(wildcards.image),
        denoised=lambda wildcards: results_of(wildcards.image, ".tif"),
        uncertainties=lambda wildcards: results_of(wildcards.image, ".uncertainty.tif"),
        summaries=lambda wildcards: results_of(wildcards.image, ".json"),
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
    conda:
        "../../envs/images.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: 2500 * attempt,
        runtime=10,
    params:
        code=code_of("draw_overview"),
        entry=lambda wildcards: entry_of(wildcards.image),
    message:
        "Plot overview of {wildcards.image}"
    script:
        "../scripts/draw_overview.py"


rule tabulate_micrographs:
    input:
        summaries=[path for image in ENTRIES for path in results_of(image, ".json")],
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
    conda:
        "../../envs/images.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
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
    conda:
        "../../envs/images.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=15,
    params:
        code=code_of("fetch_micrograph"),
    message:
        "Fetch the experimental image of MoS₂"
    script:
        "../scripts/fetch_micrograph.py"


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
    conda:
        "../../envs/images.yaml"
    threads: 1
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
