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
include: "workflow/rules/figures.smk"
include: "workflow/rules/costs.smk"
include: "workflow/rules/provenance.smk"


localrules:
    all,


rule all:
    default_target: True
    input:
        PRODUCTS,
        rules.tabulate_costs.output,
        rules.record_provenance.output,
