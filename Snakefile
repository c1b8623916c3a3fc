from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/structures.smk"
include: "workflow/rules/density.smk"
include: "workflow/rules/images.smk"
include: "workflow/rules/noise.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/stored.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/micrographs.smk"
include: "workflow/rules/costs.smk"
include: "workflow/rules/provenance.smk"


localrules:
    all,
    denoise,
    experiment,
    store_maps,
    store_models,


rule all:
    default_target: True
    input:
        PRODUCTS,
        rules.tabulate_costs.output,
        rules.record_provenance.output,


rule denoise:
    input:
        OVERVIEWS,
        BATCH,


rule experiment:
    input:
        rules.draw_experiment.output,
        f"{MICROGRAPHS}/{EXPERIMENT}/overview.png",


# What was computed for days goes where every other run can take it from.
rule store_maps:
    input:
        expand(f"{STORED_MAPS}/{{structure}}.tif", structure=ALL_STRUCTURES),


rule store_models:
    input:
        expand(f"{STORED_MODELS}/{{model}}/card.json", model=TRAINED),
