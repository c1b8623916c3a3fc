FIGURES = [
    "structures",
    "density_maps",
    "brightness",
    "convergence",
    "noises",
    "training",
    "ms_ssim",
    "sections",
    "full_size",
]
# The figures in docs/results.md.
PUBLISHED = ["ms_ssim", "sections", "full_size", "training", "density_maps"]
# Figures show a dozen structures at most, however many there are.
SHOWN_STRUCTURES = STRUCTURES["train"][:9] + STRUCTURES["test"][:3]
SHEETS = expand(
    f"{RESULTS}/structures/{{structure}}.extxyz", structure=SHOWN_STRUCTURES
)
MAPS = expand(f"{RESULTS}/maps/{{structure}}.tif", structure=SHOWN_STRUCTURES)
SHOWN_FACTORS = [
    config["figures"]["interpolation_factor"],
    config["figures"]["extrapolation_factor"],
]
# For each model, the images with its own noise.
BEFORE_AND_AFTER = dict(
    images=f"{RESULTS}/images/test.npy",
    noisy=[f"{RESULTS}/noisy/{noise}/test.npy" for noise in NOISE_OF.values()],
    noisy_tables=[f"{RESULTS}/noisy/{noise}/test.tsv" for noise in NOISE_OF.values()],
    predictions=[
        f"{RESULTS}/predictions/{model}/{noise}.npy"
        for model, noise in NOISE_OF.items()
    ],
    scores=f"{RESULTS}/tables/scores.csv",
)


rule draw_structures:
    input:
        structures=SHEETS,
    output:
        figure=report(
            f"{RESULTS}/figures/structures.png",
            caption="../report/structures.rst",
            category="1 Structures and density",
            labels={
                "figure": "structures and displacements",
                "paper": "Fig. 1a, Eq. 1",
            },
        ),
    log:
        f"{LOGS}/draw_structures/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_structures/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_structures"),
        max_shift=config["structures"]["max_shift"],
    message:
        "Draw the structures and their displacements"
    script:
        "../scripts/draw_structures.py"


rule draw_density_maps:
    input:
        maps=MAPS,
    output:
        figure=report(
            f"{RESULTS}/figures/density_maps.png",
            caption="../report/density_maps.rst",
            category="1 Structures and density",
            labels={"figure": "density maps", "paper": "Fig. 1a"},
        ),
    log:
        f"{LOGS}/draw_density_maps/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_density_maps/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_density_maps"),
    message:
        "Draw the density maps"
    script:
        "../scripts/draw_density_maps.py"


rule draw_brightness:
    input:
        structures=SHEETS,
        maps=MAPS,
    output:
        figure=report(
            f"{RESULTS}/figures/brightness.png",
            caption="../report/brightness.rst",
            category="1 Structures and density",
            labels={"figure": "brightness by bond length", "paper": "Sec. II.B"},
        ),
    log:
        f"{LOGS}/draw_brightness/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_brightness/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_brightness"),
    message:
        "Draw the brightness of atoms by bond length"
    script:
        "../scripts/draw_brightness.py"


rule draw_convergence:
    input:
        summaries=expand(
            f"{RESULTS}/dft/{{structure}}/summary.json", structure=SHOWN_STRUCTURES
        ),
    output:
        figure=report(
            f"{RESULTS}/figures/convergence.png",
            caption="../report/convergence.rst",
            category="1 Structures and density",
            labels={"figure": "SCF convergence", "paper": "Sec. II.A"},
        ),
    log:
        f"{LOGS}/draw_convergence/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_convergence/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_convergence"),
    message:
        "Draw the convergence of the SCFs"
    script:
        "../scripts/draw_convergence.py"


rule draw_noises:
    input:
        images=f"{RESULTS}/images/test.npy",
        noisy=expand(f"{RESULTS}/noisy/{{noise}}/test.npy", noise=NOISES),
        noisy_tables=expand(f"{RESULTS}/noisy/{{noise}}/test.tsv", noise=NOISES),
    output:
        figure=report(
            f"{RESULTS}/figures/noises.png",
            caption="../report/noises.rst",
            category="2 Noise",
            labels={"figure": "noise types", "paper": "Fig. 1d"},
        ),
    log:
        f"{LOGS}/draw_noises/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_noises/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_noises"),
        noises=NOISES,
        section=config["figures"]["section"],
        c_noise=config["figures"]["interpolation_factor"],
    message:
        "Draw the noise types"
    script:
        "../scripts/draw_noises.py"


rule draw_training:
    input:
        histories=expand(f"{RESULTS}/models/{{model}}/history.csv", model=MODELS),
    output:
        figure=report(
            f"{RESULTS}/figures/training.png",
            caption="../report/training.rst",
            category="3 Training",
            labels={"figure": "training curves", "paper": "Sec. II.G"},
        ),
    log:
        f"{LOGS}/draw_training/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_training/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_training"),
        models=list(MODELS),
    message:
        "Draw the training curves"
    script:
        "../scripts/draw_training.py"


rule draw_ms_ssim:
    input:
        scores=f"{RESULTS}/tables/scores.csv",
    output:
        figure=report(
            f"{RESULTS}/figures/ms_ssim.png",
            caption="../report/ms_ssim.rst",
            category="4 Results",
            labels={"figure": "MS-SSIM, chart", "paper": "Fig. 2"},
        ),
    log:
        f"{LOGS}/draw_ms_ssim/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_ms_ssim/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_ms_ssim"),
        noise_of=NOISE_OF,
        regions=REGIONS,
    message:
        "Draw MS-SSIM by C_noise"
    script:
        "../scripts/draw_ms_ssim.py"


rule draw_sections:
    input:
        **BEFORE_AND_AFTER,
    output:
        figure=report(
            f"{RESULTS}/figures/sections.png",
            caption="../report/sections.rst",
            category="4 Results",
            labels={"figure": "enlarged sections", "paper": "Fig. 2"},
        ),
    log:
        f"{LOGS}/draw_sections/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_sections/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_sections"),
        noise_of=NOISE_OF,
        section=config["figures"]["section"],
        factors=SHOWN_FACTORS,
    message:
        "Draw enlarged sections before and after"
    script:
        "../scripts/draw_sections.py"


rule draw_full_size:
    input:
        **BEFORE_AND_AFTER,
    output:
        figure=report(
            f"{RESULTS}/figures/full_size.png",
            caption="../report/full_size.rst",
            category="4 Results",
            labels={"figure": "full size", "paper": "Fig. 4"},
        ),
    log:
        f"{LOGS}/draw_full_size/all.log",
    benchmark:
        f"{BENCHMARKS}/draw_full_size/all.tsv"
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("draw_full_size"),
        noise_of=NOISE_OF,
        section=config["figures"]["section"],
        c_noise=config["figures"]["extrapolation_factor"],
    message:
        "Draw whole images before and after"
    script:
        "../scripts/draw_full_size.py"


if PRETRAINED == list(MODELS):
    DOCS = in_clone("docs")

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
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("publish_results"),
            models=list(MODELS),
        message:
            "Write the page of results"
        script:
            "../scripts/publish_results.py"


if GENERAL:

    rule draw_conditions:
        input:
            history=f"{RESULTS}/models/{{model}}/history.csv",
        output:
            figure=report(
                f"{RESULTS}/figures/conditions/{{model}}.png",
                caption="../report/conditions.rst",
                category="3 Training",
                labels={"figure": "training of {model}, by condition", "paper": "–"},
            ),
        log:
            f"{LOGS}/draw_conditions/{{model}}.log",
        benchmark:
            f"{BENCHMARKS}/draw_conditions/{{model}}.tsv"
        wildcard_constraints:
            model="|".join(GENERAL),
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("draw_conditions"),
        message:
            "Draw the training of {wildcards.model} by condition"
        script:
            "../scripts/draw_conditions.py"


if list(GENERAL) == ["general"] and "general" in PRETRAINED:

    rule publish_general:
        input:
            card=f"{STORED_MODELS}/general/card.json",
            tables=[
                f"{RESULTS}/tables/trust_goals.md",
                f"{RESULTS}/tables/trust_in_atoms.md",
                f"{RESULTS}/tables/trust/general.md",
                f"{RESULTS}/tables/rotated.md",
                f"{RESULTS}/tables/real_images.md",
                f"{RESULTS}/tables/pairs.md",
            ],
            figures=[
                f"{RESULTS}/figures/scenes/general.png",
                f"{RESULTS}/figures/conditions/general.png",
                f"{RESULTS}/figures/trust_in_atoms.png",
            ],
        output:
            page=f"{in_clone('docs')}/general-results.md",
            figures=[
                f"{in_clone('docs')}/results/scenes.png",
                f"{in_clone('docs')}/results/conditions.png",
                f"{in_clone('docs')}/results/trust_in_atoms.png",
            ],
        log:
            f"{LOGS}/publish_general/all.log",
        benchmark:
            f"{BENCHMARKS}/publish_general/all.tsv"
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("publish_general"),
        message:
            "Write the page of the general model's results"
        script:
            "../scripts/publish_general.py"
