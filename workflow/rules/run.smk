PRODUCTS = [
    f"{RESULTS}/tables/scores.csv",
    *multiext(f"{RESULTS}/tables/dft", ".csv", ".html"),
    *multiext(f"{RESULTS}/tables/ms_ssim", ".csv", ".md", ".html"),
    *multiext(f"{RESULTS}/tables/comparison", ".csv", ".md", ".html"),
    *multiext(f"{RESULTS}/tables/matrix", ".csv", ".md", ".html"),
    *expand(f"{RESULTS}/figures/{{figure}}.png", figure=FIGURES),
]
PRODUCTS += [*OVERVIEWS, *BATCH]
PRODUCTS += [
    f"{table}.{end}" for table in GENERAL_TABLES for end in ("csv", "md", "html")
]
PRODUCTS += expand(
    f"{RESULTS}/figures/{{figure}}/{{model}}.png",
    figure=["conditions", "scenes"],
    model=GENERAL,
)
PRODUCTS += [f"{RESULTS}/figures/trust_in_atoms.png"] if GENERAL else []


onstart:
    try:
        orphans.refuse(Path.cwd(), RESULTS)
    except errors.InputError as error:
        sys.exit(str(error))
    # By their scripts: a module may give rules other names.
    jobs = workflow.dag.needrun_jobs()
    planned = {Path(job.rule.script).stem for job in jobs if job.rule.script}
    if "dft_openmx" in planned:
        if problem := checked.missing_data(config, Path(RESULTS)):
            sys.exit(f"config: {problem}")
    if "store_map" in planned:
        if problem := checked.other_maps(config, Path(STORED_MAPS)):
            sys.exit(f"config: {problem}")
    # With conda the rule's environment counts. The job reports what is missing there.
    if not workflow.deployment_settings.deployment_method:
        if problem := checked.missing_package(config):
            sys.exit(f"config: {problem}")
    storage.remove_partials(RESULTS)


onsuccess:
    table = Path(BATCH[0]) if BATCH else None
    if table and table.is_file() and (problems := samples.failed(table)):
        print(f"micrographs: {problems}", file=sys.stderr)


# It runs last, when all other benchmarks exist.
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
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("tabulate_costs"),
        benchmarks=BENCHMARKS,
    message:
        "Gather what each rule asked for and used"
    script:
        "../scripts/tabulate_costs.py"


# The script reads git, machine and time. As params they would rerun the job without new results.
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
    localrule: True
    conda:
        "../../envs/images.yaml"
    params:
        code=code_of("record_provenance"),
        benchmarks=BENCHMARKS,
    message:
        "Record where the results come from"
    script:
        "../scripts/record_provenance.py"
