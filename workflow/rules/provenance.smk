localrules:
    record_provenance,


# What it says of git, the machine and the time is read by the script: as params it would be new, and
# a reason to run, whenever the results are not.
rule record_provenance:
    input:
        results=[*PRODUCTS, *rules.tabulate_costs.output],
        models=expand(f"{RESULTS}/models/{{model}}/model.keras", model=MODELS),
        dft=f"{RESULTS}/tables/dft.csv",
    output:
        json=report(
            f"{RESULTS}/provenance.json",
            caption="../report/provenance.rst",
            category="6 Provenance",
            labels={"figure": "provenance, RO-Crate", "paper": "–"},
        ),
        html=report(
            f"{RESULTS}/provenance.html",
            caption="../report/provenance.rst",
            category="6 Provenance",
            labels={"figure": "provenance, page", "paper": "–"},
        ),
        config=f"{RESULTS}/config.json",
    log:
        f"{LOGS}/record_provenance/all.log",
    benchmark:
        f"{BENCHMARKS}/record_provenance/all.tsv"
    conda:
        "../../envs/images.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_of("record_provenance"),
        benchmarks=BENCHMARKS,
    message:
        "Record where the results come from"
    script:
        "../scripts/record_provenance.py"
