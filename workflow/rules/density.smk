# Params hold what the density depends on. How to get there (dft.openmx.command, mixing, …) is read
# from the config by the scripts: a change of it must not rerun what is done.
# An engine is a rule that writes density.cube and summary.json; nothing after it knows which.
if config["dft"]["engine"] == "gpaw":

    rule confine_basis:
        output:
            basis=f"{RESULTS}/dft/basis/{{element}}.confined.{config['dft']['gpaw']['basis']}.basis",
        log:
            f"{LOGS}/confine_basis/{{element}}.log",
        benchmark:
            f"{BENCHMARKS}/confine_basis/{{element}}.tsv"
        conda:
            "../../envs/gpaw.yaml"
        threads: 1
        resources:
            mem_mb=800,
            runtime=10,
        params:
            code=code_of("confine_basis"),
            gpaw=config["dft"]["gpaw"],
        message:
            "Confine the orbitals of {wildcards.element} to {params.gpaw[basis_radius]} bohr"
        script:
            "../scripts/confine_basis.py"

    rule dft_gpaw:
        input:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
            basis=expand(rules.confine_basis.output.basis, element=ELEMENTS),
        output:
            density=f"{RESULTS}/dft/{{structure}}/density.cube",
            summary=f"{RESULTS}/dft/{{structure}}/summary.json",
        log:
            f"{LOGS}/dft_gpaw/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/dft_gpaw/{{structure}}.tsv"
        conda:
            "../../envs/gpaw.yaml"
        threads: 1
        resources:
            mem_mb=lambda wildcards, attempt: dft_mem_mb(attempt),
            runtime=lambda wildcards, attempt: dft_runtime(attempt),
        params:
            code=code_of("dft_gpaw"),
            cell=CELL,
            gpaw=checked.physics(config),
            valence_electrons=VALENCE_ELECTRONS,
            kgrid=config["dft"]["kgrid"],
            kgrid_of=config["dft"]["kgrid_of"],
        message:
            "Converge the density of {wildcards.structure} with GPAW"
        script:
            "../scripts/dft_gpaw.py"

elif config["dft"]["engine"] == "openmx":

    rule dft_openmx:
        input:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
        output:
            density=f"{RESULTS}/dft/{{structure}}/density.cube",
            summary=f"{RESULTS}/dft/{{structure}}/summary.json",
        log:
            f"{LOGS}/dft_openmx/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/dft_openmx/{{structure}}.tsv"
        # An attempt that met its time limit is continued by the next one. (The Snakemakes inside a
        # SLURM job would each retry as well, in what is left of its time.)
        retries: 3 if workflow.is_main_process else 0
        conda:
            "../../envs/openmx.yaml"
        envmodules:
            *config["dft"]["openmx"]["modules"],
        threads: 4
        resources:
            **OPENMX_RANKS,
            mem_mb=lambda wildcards, attempt: dft_mem_mb(attempt),
            runtime=lambda wildcards, attempt: dft_runtime(attempt),
        params:
            code=code_of("dft_openmx"),
            cell=CELL,
            openmx=checked.physics(config),
            height=config["map"]["height"],
            elements=ELEMENTS,
            valence_electrons=VALENCE_ELECTRONS,
            kgrid=config["dft"]["kgrid"],
            kgrid_of=config["dft"]["kgrid_of"],
        message:
            "Converge the density of {wildcards.structure} with OpenMX"
        script:
            "../scripts/dft_openmx.py"


if config["dft"]["engine"] != "maps":

    localrules:
        slice_density,

    rule slice_density:
        input:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
            density=f"{RESULTS}/dft/{{structure}}/density.cube",
            summary=f"{RESULTS}/dft/{{structure}}/summary.json",
        output:
            density_map=f"{RESULTS}/maps/{{structure}}.tif",
        log:
            f"{LOGS}/slice_density/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/slice_density/{{structure}}.tsv"
        conda:
            "../../envs/images.yaml"
        threads: 1
        resources:
            mem_mb=1000,
            runtime=10,
        params:
            code=code_of("slice_density"),
            height=config["map"]["height"],
        message:
            "Take the density of {wildcards.structure} {params.height} Å above the sheet"
        script:
            "../scripts/slice_density.py"


localrules:
    tabulate_dft,


rule tabulate_dft:
    input:
        summaries=lambda _: expand(
            f"{RESULTS}/dft/{{structure}}/summary.json", structure=ALL_STRUCTURES
        ),
    output:
        csv=f"{RESULTS}/tables/dft.csv",
        html=report(
            f"{RESULTS}/tables/dft.html",
            caption="../report/dft_table.rst",
            category="1 Structures and density",
            labels={"figure": "DFT jobs, table", "paper": "Sec. II.A"},
        ),
    log:
        f"{LOGS}/tabulate_dft/all.log",
    benchmark:
        f"{BENCHMARKS}/tabulate_dft/all.tsv"
    conda:
        "../../envs/images.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_of("tabulate_dft"),
    message:
        "Gather the summaries of the DFT jobs"
    script:
        "../scripts/tabulate_dft.py"
