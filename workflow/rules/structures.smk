if config["dft"]["engine"] != "maps":

    localrules:
        disorder_structure,

    rule disorder_structure:
        output:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
        log:
            f"{LOGS}/disorder_structure/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/disorder_structure/{{structure}}.tsv"
        conda:
            "../../envs/images.yaml"
        threads: 1
        resources:
            mem_mb=500,
            runtime=5,
        params:
            code=code_of("disorder_structure"),
            seed=config["seed"],
            cell=CELL,
            split=lambda wildcards: split_of(wildcards.structure),
        message:
            "Displace the atoms of {wildcards.structure} (Eq. 1, 2)"
        script:
            "../scripts/disorder_structure.py"
