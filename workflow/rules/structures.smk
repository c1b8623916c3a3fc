# Without the counts: one more structure must not rerun the others.
CELL = {
    key: config["structures"][key]
    for key in (
        "material",
        "cells",
        "lattice_constant",
        "thickness",
        "cell_height",
        "max_shift",
    )
}


if config["dft"]["engine"] != "maps":

    rule disorder_structure:
        output:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
        log:
            f"{LOGS}/disorder_structure/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/disorder_structure/{{structure}}.tsv"
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("disorder_structure"),
            seed=config["seed"],
            cell=CELL,
            split=lambda wildcards: wildcards.structure.rpartition("-")[0],
        message:
            "Displace the atoms of {wildcards.structure} (Eq. 1, 2)"
        script:
            "../scripts/disorder_structure.py"
