rule evaluate_model:
    input:
        model=f"{RESULTS}/models/{{model}}/model.keras",
        noisy=expand(f"{RESULTS}/noisy/{{noise}}/test.npy", noise=NOISES),
        noisy_tables=expand(f"{RESULTS}/noisy/{{noise}}/test.tsv", noise=NOISES),
        images=f"{RESULTS}/images/test.npy",
        images_table=f"{RESULTS}/images/test.tsv",
    output:
        predictions=expand(
            f"{RESULTS}/predictions/{{model}}/{{noise}}.npy",
            noise=NOISES,
            allow_missing=True,
        ),
        scores=f"{RESULTS}/tables/scores/{{model}}.csv",
    log:
        f"{LOGS}/evaluate_model/{{model}}.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_model/{{model}}.tsv"
    conda:
        tensorflow_env(0)
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 2500 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("evaluate_model"),
        noises=NOISES,
        regions=REGIONS,
        patch_size=config["images"]["patch_size"],
    message:
        "Denoise the test images with model {wildcards.model} and score them"
    script:
        "../scripts/evaluate_model.py"


rule evaluate_baselines:
    input:
        train=f"{RESULTS}/noisy/{{noise}}/train.npy",
        train_table=f"{RESULTS}/noisy/{{noise}}/train.tsv",
        train_images=f"{RESULTS}/images/train.npy",
        noisy=f"{RESULTS}/noisy/{{noise}}/test.npy",
        noisy_table=f"{RESULTS}/noisy/{{noise}}/test.tsv",
        images=f"{RESULTS}/images/test.npy",
        images_table=f"{RESULTS}/images/test.tsv",
    output:
        scores=f"{RESULTS}/tables/baselines/{{noise}}.csv",
        parameters=f"{RESULTS}/tables/baselines/{{noise}}-parameters.csv",
    log:
        f"{LOGS}/evaluate_baselines/{{noise}}.log",
    benchmark:
        f"{BENCHMARKS}/evaluate_baselines/{{noise}}.tsv"
    conda:
        tensorflow_env(0)
    resources:
        mem_mb=lambda wildcards, attempt: 2500 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        code=code_of("evaluate_baselines"),
        baselines=config["baselines"],
        regions=REGIONS,
        patch_size=config["images"]["patch_size"],
    message:
        "Choose the parameters of the baselines for {wildcards.noise} noise and score them"
    script:
        "../scripts/evaluate_baselines.py"


rule tabulate_scores:
    input:
        scores=expand(f"{RESULTS}/tables/scores/{{model}}.csv", model=MODELS),
        baselines=(
            expand(f"{RESULTS}/tables/baselines/{{noise}}.csv", noise=NOISES)
            if config["baselines"]
            else []
        ),
    output:
        scores=f"{RESULTS}/tables/scores.csv",
        csv=f"{RESULTS}/tables/ms_ssim.csv",
        md=f"{RESULTS}/tables/ms_ssim.md",
        html=report(
            f"{RESULTS}/tables/ms_ssim.html",
            caption="../report/ms_ssim_table.rst",
            category="4 Results",
            labels={"figure": "MS-SSIM, table", "paper": "Fig. 2"},
        ),
        comparison_csv=f"{RESULTS}/tables/comparison.csv",
        comparison_md=f"{RESULTS}/tables/comparison.md",
        comparison_html=report(
            f"{RESULTS}/tables/comparison.html",
            caption="../report/comparison_table.rst",
            category="4 Results",
            labels={"figure": "baselines, table", "paper": "–"},
        ),
        matrix_csv=f"{RESULTS}/tables/matrix.csv",
        matrix_md=f"{RESULTS}/tables/matrix.md",
        matrix_html=report(
            f"{RESULTS}/tables/matrix.html",
            caption="../report/matrix_table.rst",
            category="4 Results",
            labels={"figure": "every model on every noise, table", "paper": "–"},
        ),
    log:
        f"{LOGS}/tabulate_scores/all.log",
    benchmark:
        f"{BENCHMARKS}/tabulate_scores/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("tabulate_scores"),
        noise_of=NOISE_OF,
        regions=REGIONS,
    message:
        "Gather the scores of {input}"
    script:
        "../scripts/tabulate_scores.py"


GENERAL_TABLES = [f"{RESULTS}/tables/trust/{model}" for model in GENERAL]
GENERAL_TABLES += (
    [
        f"{RESULTS}/tables/{name}"
        for name in ("rotated", "trust_in_atoms", "trust_goals")
    ]
    if GENERAL
    else []
)
# Maps of cells with missing atoms, which come with the clone.
VACANCIES = in_clone("resources/maps/vacancies")
MISSING = ["vacancy", "divacancy"]

if GENERAL:

    rule evaluate_trust:
        input:
            model=f"{RESULTS}/models/{{model}}/model.keras",
            calibration=f"{RESULTS}/models/{{model}}/calibration.json",
            images=SCENE_IMAGES["test"],
            scenes=SCENES["test"],
        output:
            csv=f"{RESULTS}/tables/trust/{{model}}.csv",
            md=f"{RESULTS}/tables/trust/{{model}}.md",
            html=report(
                f"{RESULTS}/tables/trust/{{model}}.html",
                caption="../report/trust.rst",
                category="4 Results",
                labels={"figure": "trust in {model}, table", "paper": "–"},
            ),
        log:
            f"{LOGS}/evaluate_trust/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/evaluate_trust/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(GENERAL),
        conda:
            tensorflow_env(0)
        threads: 2
        resources:
            mem_mb=lambda wildcards, attempt: 2500 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        params:
            code=code_of("evaluate_trust"),
            seed=config["seed"],
            instrument=config["instrument"],
        message:
            "Measure errors and interval of {wildcards.model} on new scenes"
        script:
            "../scripts/evaluate_trust.py"

    rule denoise_scenes:
        input:
            model=f"{RESULTS}/models/{{model}}/model.keras",
            calibration=f"{RESULTS}/models/{{model}}/calibration.json",
            images=SCENE_IMAGES["test"],
        output:
            examples=f"{RESULTS}/scenes/denoised/{{model}}.npz",
        log:
            f"{LOGS}/denoise_scenes/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/denoise_scenes/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(GENERAL),
        conda:
            tensorflow_env(0)
        resources:
            mem_mb=2500,
            runtime=15,
        params:
            code=code_of("denoise_scenes"),
            seed=config["seed"],
            instrument=config["instrument"],
        message:
            "Denoise a scene for each condition with {wildcards.model}"
        script:
            "../scripts/denoise_scenes.py"

    rule draw_scenes:
        input:
            examples=rules.denoise_scenes.output.examples,
        output:
            figure=report(
                f"{RESULTS}/figures/scenes/{{model}}.png",
                caption="../report/scenes.rst",
                category="4 Results",
                labels={"figure": "scenes by {model}", "paper": "–"},
            ),
        log:
            f"{LOGS}/draw_scenes/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/draw_scenes/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(GENERAL),
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("draw_scenes"),
        message:
            "Draw scenes before and after {wildcards.model}"
        script:
            "../scripts/draw_scenes.py"

    rule evaluate_rotated:
        input:
            papers=expand(f"{RESULTS}/models/{{model}}/model.keras", model=MODELS),
            general=expand(f"{RESULTS}/models/{{model}}/model.keras", model=GENERAL),
            images=f"{RESULTS}/images/test.npy",
        output:
            csv=f"{RESULTS}/tables/rotated.csv",
            md=f"{RESULTS}/tables/rotated.md",
            html=report(
                f"{RESULTS}/tables/rotated.html",
                caption="../report/rotated.rst",
                category="4 Results",
                labels={"figure": "turned lattice, table", "paper": "–"},
            ),
        log:
            f"{LOGS}/evaluate_rotated/all.log",
        benchmark:
            f"{BENCHMARKS}/evaluate_rotated/all.tsv"
        conda:
            tensorflow_env(0)
        threads: 2
        resources:
            mem_mb=lambda wildcards, attempt: 2500 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        params:
            code=code_of("evaluate_rotated"),
            seed=config["seed"],
            noise_of=NOISE_OF,
            general=list(GENERAL),
            factors=FACTORS["test"],
            patch_size=config["images"]["patch_size"],
            salt_pepper_ratio=config["noise"]["salt_pepper_ratio"],
            background=config["noise"]["background"],
        message:
            "Score {params.general} and the paper's models on the turned test image"
        script:
            "../scripts/evaluate_rotated.py"

    rule design_scenes:
        input:
            maps=expand(f"{VACANCIES}/{{name}}.tif", name=MISSING),
            structures=expand(f"{VACANCIES}/{{name}}.extxyz", name=MISSING),
        output:
            scenes=f"{RESULTS}/scenes/designed/scenes.npz",
            images=f"{RESULTS}/scenes/designed/images.npy",
            table=f"{RESULTS}/scenes/designed/designs.csv",
        log:
            f"{LOGS}/design_scenes/all.log",
        benchmark:
            f"{BENCHMARKS}/design_scenes/all.tsv"
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("design_scenes"),
            seed=config["seed"],
        message:
            "Image scenes of known vacancies, dopants and regions"
        script:
            "../scripts/design_scenes.py"

    rule evaluate_atoms:
        input:
            papers=expand(f"{RESULTS}/models/{{model}}/model.keras", model=MODELS),
            general=expand(f"{RESULTS}/models/{{model}}/model.keras", model=GENERAL),
            calibrations=expand(
                f"{RESULTS}/models/{{model}}/calibration.json", model=GENERAL
            ),
            scenes=rules.design_scenes.output.scenes,
            images=rules.design_scenes.output.images,
            table=rules.design_scenes.output.table,
        output:
            csv=f"{RESULTS}/tables/trust_in_atoms.csv",
            md=f"{RESULTS}/tables/trust_in_atoms.md",
            html=report(
                f"{RESULTS}/tables/trust_in_atoms.html",
                caption="../report/trust_in_atoms.rst",
                category="4 Results",
                labels={"figure": "trust in atoms, table", "paper": "–"},
            ),
            goals_csv=f"{RESULTS}/tables/trust_goals.csv",
            goals_md=f"{RESULTS}/tables/trust_goals.md",
            goals_html=report(
                f"{RESULTS}/tables/trust_goals.html",
                caption="../report/trust_goals.rst",
                category="4 Results",
                labels={"figure": "trust in atoms, goals", "paper": "–"},
            ),
        log:
            f"{LOGS}/evaluate_atoms/all.log",
        benchmark:
            f"{BENCHMARKS}/evaluate_atoms/all.tsv"
        conda:
            tensorflow_env(0)
        threads: 2
        resources:
            mem_mb=lambda wildcards, attempt: 2500 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        params:
            code=code_of("evaluate_atoms"),
            seed=config["seed"],
            noise_of=NOISE_OF,
            general=list(GENERAL),
            patch_size=config["images"]["patch_size"],
        message:
            "Measure what {params.general}, the paper's models and filters do to atoms"
        script:
            "../scripts/evaluate_atoms.py"

    rule draw_atoms:
        input:
            table=rules.evaluate_atoms.output.csv,
        output:
            figure=report(
                f"{RESULTS}/figures/trust_in_atoms.png",
                caption="../report/trust_figure.rst",
                category="4 Results",
                labels={"figure": "trust in atoms", "paper": "–"},
            ),
        log:
            f"{LOGS}/draw_atoms/all.log",
        benchmark:
            f"{BENCHMARKS}/draw_atoms/all.tsv"
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("draw_atoms"),
        message:
            "Draw what models and filters do to atoms"
        script:
            "../scripts/draw_atoms.py"
