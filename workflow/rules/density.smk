ATOMS = checked.atoms_per_structure(config)
# Only the material's elements: a change of others must not rerun anything.
ELEMENTS = {
    symbol: config["dft"]["elements"][symbol] for symbol in checked.elements(config)
}
VALENCE_ELECTRONS = {
    symbol: element["valence_electrons"] for symbol, element in ELEMENTS.items()
}


# Each engine's maps have their own folder. `store_maps` writes there; dft.engine: maps reads there.
ENGINE = config["dft"]["engine"]
ENGINE_OF_MAPS = config["stored"]["engine"] if ENGINE == "maps" else ENGINE
STORED_MAPS = in_clone(f"{config['stored']['maps']}/{ENGINE_OF_MAPS}")

# One rank needs no launcher; the SLURM executor wants both or neither.
RANKS = config["dft"]["openmx"]["ranks"]
OPENMX_RANKS = {"tasks": RANKS, "mpi": "srun"} if RANKS > 1 else {}


# Params hold what the density depends on. Scripts read the rest (dft.openmx.command, mixing, …) from
# the config: a change of the rest must not rerun finished jobs.
# An engine is a rule that writes density.cube and summary.json. Later rules do not know the engine.
if ENGINE == "gpaw":

    rule confine_basis:
        output:
            basis=f"{RESULTS}/dft/basis/{{element}}.confined.{config['dft']['gpaw']['basis']}.basis",
        log:
            f"{LOGS}/confine_basis/{{element}}.log",
        benchmark:
            f"{BENCHMARKS}/confine_basis/{{element}}.tsv"
        wildcard_constraints:
            element="|".join(ELEMENTS),
        conda:
            "../../envs/gpaw.yaml"
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
        resources:
            mem_mb=lambda wildcards, attempt: (400 + 12 * ATOMS) * attempt,
            runtime=lambda wildcards, attempt: int(30 + 0.5 * ATOMS) * attempt,
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

elif ENGINE == "openmx":

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
        # The next try continues an SCF that reached its time limit. The Snakemakes inside a SLURM job
        # must not retry: the job has no time left.
        retries: 3 if workflow.is_main_process else 0
        conda:
            "../../envs/openmx.yaml"
        envmodules:
            *config["dft"]["openmx"]["modules"],
        threads: 4
        resources:
            **OPENMX_RANKS,
            mem_mb=lambda wildcards, attempt: (400 + 115 * ATOMS) * attempt,
            runtime=lambda wildcards, attempt: (30 + 2 * ATOMS) * attempt,
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


if ENGINE != "maps":

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
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("slice_density"),
            height=config["map"]["height"],
        message:
            "Take the density of {wildcards.structure} {params.height} Å above the sheet"
        script:
            "../scripts/slice_density.py"


if ENGINE == "maps":

    rule load_map:
        input:
            structure=f"{STORED_MAPS}/{{structure}}.extxyz",
            summary=f"{STORED_MAPS}/{{structure}}.json",
            density_map=f"{STORED_MAPS}/{{structure}}.tif",
        output:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
            summary=f"{RESULTS}/dft/{{structure}}/summary.json",
            density_map=f"{RESULTS}/maps/{{structure}}.tif",
        log:
            f"{LOGS}/load_map/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/load_map/{{structure}}.tsv"
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("load_map"),
            cell=CELL,
            height=config["map"]["height"],
        message:
            "Take the map of {wildcards.structure} from the store"
        script:
            "../scripts/load_map.py"

else:

    rule store_map:
        input:
            structure=f"{RESULTS}/structures/{{structure}}.extxyz",
            summary=f"{RESULTS}/dft/{{structure}}/summary.json",
            density_map=f"{RESULTS}/maps/{{structure}}.tif",
        output:
            structure=f"{STORED_MAPS}/{{structure}}.extxyz",
            summary=f"{STORED_MAPS}/{{structure}}.json",
            density_map=f"{STORED_MAPS}/{{structure}}.tif",
        log:
            f"{LOGS}/store_map/{{structure}}.log",
        benchmark:
            f"{BENCHMARKS}/store_map/{{structure}}.tsv"
        localrule: True
        conda:
            "../../envs/images.yaml"
        params:
            code=code_of("store_map"),
        message:
            "Put the map of {wildcards.structure} into the store"
        script:
            "../scripts/store_map.py"


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
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("tabulate_dft"),
    message:
        "Gather the summaries of the DFT jobs"
    script:
        "../scripts/tabulate_dft.py"
