localrules:
    tabulate_costs,


# Last of all: then every benchmark has been written.
rule tabulate_costs:
    input:
        results=PRODUCTS,
    output:
        csv=f"{RESULTS}/tables/costs.csv",
        html=report(
            f"{RESULTS}/tables/costs.html",
            caption="../report/costs.rst",
            category="5 Cost",
            labels={"figure": "requested and used, table", "paper": "–"},
        ),
    log:
        f"{LOGS}/tabulate_costs/all.log",
    benchmark:
        f"{BENCHMARKS}/tabulate_costs/all.tsv"
    conda:
        "../../envs/images.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_of("tabulate_costs"),
        benchmarks=BENCHMARKS,
    message:
        "Gather what each rule asked for and used"
    script:
        "../scripts/tabulate_costs.py"
