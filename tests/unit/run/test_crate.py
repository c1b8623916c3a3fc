import dataclasses
import hashlib
import json

import pytest

from temdenoise.run import crate
from temdenoise.run.provenance import Commit, File, Record, Software


def file(path):
    return File(path, len(path), hashlib.sha256(path.encode()).hexdigest())


RECORD = Record(
    config={"run": "a", "seed": 3, "models": {"G": {"noise": "G"}, "SP": None}, "kgrid": [1, 2]},
    commit=Commit("0" * 40, []),
    software=[Software("gpaw", "26.7.0", "by the DFT jobs"), Software("numpy", "2", "here")],
    host="Linux",
    started="2026-11-22T23:07:27+00:00",
    ended="2026-11-22T23:08:32+00:00",
    workflow=file("Snakefile"),
    envs=[file("envs/gpaw.yaml"), file("envs/images.yaml")],
    config_file=file("results/a/config.json"),
    results=[file("results/a/models/G/model.keras"), file("results/a/tables/scores.csv")],
)


def entities(record=RECORD):
    graph = crate.crate(record)["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph)
    return found


def references(value):
    if isinstance(value, dict):
        yield from [value["@id"]] if set(value) == {"@id"} else references(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_all_that_is_referred_to_is_there_and_all_that_is_there_is_referred_to():
    found = entities()
    specification = {"https://w3id.org/ro/crate/1.1"}
    referred = set(references(list(found.values())))
    assert referred - specification == set(found) - {"ro-crate-metadata.json"}


def test_the_root_has_what_a_workflow_run_crate_must_have():
    found = entities()
    root = found[found["ro-crate-metadata.json"]["about"]["@id"]]
    assert {"name", "description", "datePublished", "license"} <= set(root)
    profiles = [found[profile]["name"] for profile in references(root["conformsTo"])]
    assert profiles == ["Process Run Crate", "Workflow Run Crate", "Workflow RO-Crate"]
    workflow = found[root["mainEntity"]["@id"]]
    assert workflow["@type"] == ["File", "SoftwareSourceCode", "ComputationalWorkflow"]
    assert found[workflow["programmingLanguage"]["@id"]]["@type"] == "ComputerLanguage"


def test_the_run_made_the_results_by_the_workflow_with_the_config():
    found = entities()
    run = found[found["./"]["mentions"]["@id"]]
    assert run["@type"] == "CreateAction"
    assert run["instrument"] == found["./"]["mainEntity"]
    assert list(references(run["result"])) == [file.path for file in RECORD.results]
    config, *settings = references(run["object"])
    assert config == "results/a/config.json"
    assert {found[name]["name"]: found[name]["value"] for name in settings} == {
        **{"run": "a", "seed": 3, "models.G.noise": "G", "models.SP": "null", "kgrid": "[1, 2]"}
    }
    assert (run["startTime"], run["endTime"]) == (RECORD.started, RECORD.ended)


def test_every_file_is_a_part_with_its_checksum():
    found = entities()
    assert list(references(found["./"]["hasPart"])) == [file.path for file in RECORD.files]
    for path, size, checksum in RECORD.files:
        assert (found[path]["contentSize"], found[path]["sha256"]) == (str(size), checksum)


@pytest.mark.parametrize(
    ("commit", "sha", "dirty", "said"),
    [
        (Commit("1" * 40, []), "1" * 40, False, "none"),
        (Commit("1" * 40, ["Snakefile"]), "1" * 40, True, "Snakefile"),
        (Commit(None, None, "not a git clone"), None, None, "not a git clone"),
    ],
)
def test_the_commit_is_said_or_why_there_is_none(commit, sha, dirty, said):
    record = dataclasses.replace(RECORD, commit=commit)
    found = entities(record)
    assert (found["#commit"]["value"], found["#dirty"]["value"]) == (sha, dirty)
    assert said in found["#dirty"]["description"]
    page = crate.page(record)
    assert f"<td>{sha or 'unknown'}</td>" in page
    assert f"<td>{'unknown' if dirty is None else dirty}</td>" in page


def test_it_is_json_without_nan():
    text = json.dumps(crate.crate(RECORD), allow_nan=False)
    assert json.loads(text) == crate.crate(RECORD)


def test_the_page_has_all_that_the_crate_has():
    page = crate.page(RECORD)
    shown = [RECORD.started, RECORD.ended, "0" * 40, "Linux", "gpaw", "26.7.0", "models.G.noise"]
    assert all(f"<td>{text}</td>" in page for text in shown)
    assert all(f"<td>{file.checksum}</td>" in page for file in RECORD.files)
