"""How do others read the record of a run? As a Workflow Run RO-Crate (0.5), or as a page.

https://www.researchobject.org/workflow-run-crate/profiles/0.5/workflow_run_crate/
"""

from pathlib import PurePosixPath
from typing import Any

import pandas as pd

import temdenoise
from temdenoise.run import pages
from temdenoise.run.provenance import File, Record, Software, settings

Entity = dict[str, Any]

_CRATE = "https://w3id.org/ro/crate/1.1"
_WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": {"name": "Process Run Crate", "version": "0.5"},
    "https://w3id.org/ro/wfrun/workflow/0.5": {"name": "Workflow Run Crate", "version": "0.5"},
    _WORKFLOW_CRATE: {"name": "Workflow RO-Crate", "version": "1.0"},
}
_LANGUAGE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
_LICENCE = "https://spdx.org/licenses/MIT"
_PAPER = "https://arxiv.org/abs/2501.11225"
_TITLE = "CNN-based TEM image denoising from first principles"
_FORMATS = {
    **{".csv": "text/csv", ".html": "text/html", ".md": "text/markdown", ".png": "image/png"},
    **{".json": "application/json", ".keras": "application/zip", ".yaml": "application/yaml"},
}
_STARTED = "start of the first job that left a benchmark"
_ENDED = "end of the last one"


def crate(record: Record) -> Entity:
    """Return the `record` as the content of ro-crate-metadata.json.

    Paths count from the clone: the crate is the clone with its results.
    """
    return {
        "@context": [f"{_CRATE}/context", "https://w3id.org/ro/terms/workflow-run/context"],
        "@graph": [
            *_root(record),
            _action(record),
            _workflow(record),
            *map(_program, record.software),
            *(_property(f"#{name}", name, value, about) for name, value, about in _facts(record)),
            *(_property(_of(key), key, value) for key, value in settings(record.config)),
            *map(_data, (*record.envs, record.config_file, *record.results)),
            *_contexts(),
        ],
    }


def page(record: Record) -> str:
    """Return the `record` as an HTML page."""
    times = [("started", record.started, _STARTED), ("ended", record.ended, _ENDED)]
    facts = pd.DataFrame([*times, *_facts(record)], columns=["fact", "value", "meaning"])
    parts = {
        "Software": (["name", "version", "source"], record.software),
        "Config": (["key", "value"], settings(record.config)),
        "Files": (["file", "bytes", "checksum (SHA-256)"], record.files),
    }
    return pages.to_html(facts.fillna("unknown"), _name(record)) + "".join(
        f"<h2>{title}</h2>\n"
        f"{pd.DataFrame(rows, columns=columns).to_html(index=False, border=0, justify='left')}\n"
        for title, (columns, rows) in parts.items()
    )


def _root(record: Record) -> list[Entity]:
    metadata = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": _to("./"),
        "conformsTo": [_to(_CRATE), _to(_WORKFLOW_CRATE)],
    }
    dataset = {
        "@id": "./",
        "@type": "Dataset",
        "name": _name(record),
        "description": "(S)TEM images from first principles, noisy and denoised: the workflow, its "
        "results, and the software behind them.",
        "datePublished": record.ended,
        "license": _to(_LICENCE),
        "citation": _to(_PAPER),
        "conformsTo": [_to(profile) for profile in _PROFILES],
        "mainEntity": _to(record.workflow.path),
        "mentions": _to("#run"),
        "hasPart": [_to(file.path) for file in record.files],
    }
    return [metadata, dataset]


def _action(record: Record) -> Entity:
    config = [record.config_file.path, *(_of(key) for key, _ in settings(record.config))]
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": _name(record),
        "description": f"startTime: {_STARTED}; endTime: {_ENDED}. "
        f"To run it again: snakemake --configfile {record.config_file.path}",
        "startTime": record.started,
        "endTime": record.ended,
        "instrument": _to(record.workflow.path),
        "object": [_to(name) for name in config],
        "result": [_to(file.path) for file in record.results],
        "additionalProperty": [_to(f"#{name}") for name, *_ in _facts(record)],
    }


def _workflow(record: Record) -> Entity:
    needs = [*(_program(one)["@id"] for one in record.software), *(env.path for env in record.envs)]
    return {
        **_data(record.workflow),
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "temdenoise",
        "version": temdenoise.__version__,
        "license": _to(_LICENCE),
        "programmingLanguage": _to(_LANGUAGE),
        "softwareRequirements": [_to(name) for name in needs],
    }


def _program(software: Software) -> Entity:
    return {
        "@id": f"#software.{software.name}",
        "@type": "SoftwareApplication",
        "name": software.name,
        "softwareVersion": software.version,
        "description": software.source,
    }


def _data(file: File) -> Entity:
    return {
        "@id": file.path,
        "@type": "File",
        "name": PurePosixPath(file.path).name,
        "encodingFormat": _FORMATS.get(PurePosixPath(file.path).suffix, "text/plain"),
        "contentSize": str(file.size),
        "sha256": file.checksum,
    }


def _property(id_: str, name: str, value: Any, about: str = "") -> Entity:
    described = {"description": about} if about else {}
    return {"@id": id_, "@type": "PropertyValue", "name": name, "value": value, **described}


def _contexts() -> list[Entity]:
    named = {
        **_PROFILES,
        _LICENCE: {"name": "MIT License"},
        _PAPER: {"@type": "ScholarlyArticle", "name": _TITLE},
        _LANGUAGE: {"@type": "ComputerLanguage", "name": "Snakemake"},
    }
    return [{"@id": id_, "@type": "CreativeWork", **entity} for id_, entity in named.items()]


def _facts(record: Record) -> list[tuple[str, Any, str]]:
    """Return (name, value, meaning); an unknown value is None."""
    sha, changed, problem = record.commit
    dirty = None if changed is None else bool(changed)
    differ = ", ".join(changed or ["none"])
    return [
        ("commit", sha, problem or "git commit of the workflow when this was written"),
        ("dirty", dirty, problem or f"files of the workflow that differ from it: {differ}"),
        ("host", record.host, "wrote this; on a cluster, DFT and training ran on other nodes"),
    ]


def _name(record: Record) -> str:
    return f"temdenoise, run {record.config['run']}"


def _of(key: str) -> str:
    return f"#config.{key}"


def _to(id_: str) -> Entity:
    return {"@id": id_}
