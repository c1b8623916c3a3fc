# An engine is a rule that writes density.cube and summary.json; nothing after it knows which.
if config["dft"]["engine"] == "gpaw":

    rule confine_basis:
        output:
            basis=f"{RESULTS}/dft/basis/C.confined.{config['dft']['gpaw']['basis']}.basis",
        log:
            f"{LOGS}/confine_basis/C.log",
        benchmark:
            f"{BENCHMARKS}/confine_basis/C.tsv"
        conda:
            "../../envs/gpaw.yaml"
        threads: 1
        resources:
            mem_mb=800,
            runtime=10,
        params:
            gpaw=config["dft"]["gpaw"],
        message:
            "Confine the orbitals of C to {params.gpaw[basis_radius]} bohr"
        script:
            "../scripts/confine_basis.py"

    rule dft_gpaw:
        input:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
            basis=rules.confine_basis.output.basis,
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
            cell=CELL,
            gpaw=config["dft"]["gpaw"],
            valence_electrons=VALENCE_ELECTRONS,
            kgrid=config["dft"]["kgrid"],
            kgrid_of=config["dft"]["kgrid_of"],
            charge_tolerance=config["dft"]["charge_tolerance"],
        message:
            "Converge the density of {wildcards.structure} with GPAW"
        script:
            "../scripts/dft_gpaw.py"

else:

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
        conda:
            "../../envs/openmx.yaml"
        threads: 4
        resources:
            mem_mb=lambda wildcards, attempt: dft_mem_mb(attempt),
            runtime=lambda wildcards, attempt: dft_runtime(attempt),
        params:
            cell=CELL,
            openmx=config["dft"]["openmx"],
            elements=config["dft"]["elements"],
            valence_electrons=VALENCE_ELECTRONS,
            kgrid=config["dft"]["kgrid"],
            kgrid_of=config["dft"]["kgrid_of"],
            charge_tolerance=config["dft"]["charge_tolerance"],
        message:
            "Converge the density of {wildcards.structure} with OpenMX"
        script:
            "../scripts/dft_openmx.py"


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
        height=config["map"]["height"],
    message:
        "Take the density of {wildcards.structure} {params.height} Å above the sheet"
    script:
        "../scripts/slice_density.py"
