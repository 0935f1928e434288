"""The manifests for Kubernetes: strictly valid by the schemas of Kubernetes and of Dask's operator,
with commands that this project and Dask have.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tallystick.cli import cli
from tests.contract_tests.commands import ROOT

FOLDER = ROOT / "examples" / "kubernetes"
OPERATOR = "dask-kubernetes==2026.3.0"
KUBERNETES = "kubernetes-validate==1.37.0"
_SCHEMAS = "kubernetes_validate/kubernetes-json-schema/v1.37.0-local-strict"
_CRD = "dask_kubernetes/operator/deployment/helm/dask-kubernetes-operator/crds/daskcluster.yaml"


def manifests() -> dict[str, Any]:
    """The manifests, by kind and name."""
    read = [each for path in FOLDER.glob("*.yaml") for each in yaml.safe_load_all(path.read_text())]
    return {f"{each['kind']} {each['metadata']['name']}": each for each in read}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, zipfile.ZipFile]:
    """The packages that hold the schemas, as they were published, not installed."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
    run = subprocess.run([*command, OPERATOR, KUBERNETES], capture_output=True, text=True)
    if run.returncode:
        pytest.skip(f"the schemas cannot be had: {run.stderr[-300:]}")
    (operator,) = folder.glob("dask_kubernetes*.whl")
    (kubernetes,) = folder.glob("kubernetes_validate*.whl")
    return {"operator": zipfile.ZipFile(operator), "kubernetes": zipfile.ZipFile(kubernetes)}


def strict(schema: Any) -> Any:
    """A schema of a custom resource, which takes no property that it does not know: a server would
    leave it out in silence.
    """
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: strict(value) for name, value in schema.items()}
    is_object = isinstance(found.get("properties"), dict) and found.get("type") == "object"
    if is_object and not found.get("x-kubernetes-preserve-unknown-fields"):
        found.setdefault("additionalProperties", False)
    return found


def validate(manifest: Any, wheels: dict[str, zipfile.ZipFile]) -> None:
    """Hold a manifest to its published schema. Raises ValidationError."""
    shared = json.loads(wheels["kubernetes"].read(f"{_SCHEMAS}/_definitions.json"))
    registry = Registry[Any]().with_resource(
        "/api/_definitions.json", DRAFT202012.create_resource(shared)
    )
    Draft202012Validator(schema_of(manifest, wheels), registry=registry).validate(manifest)


def schema_of(manifest: Any, wheels: dict[str, zipfile.ZipFile]) -> Any:
    """The published schema of a manifest."""
    if manifest["kind"] == "DaskCluster":
        resource = yaml.safe_load(wheels["operator"].read(_CRD))
        (version,) = resource["spec"]["versions"]
        assert f"{resource['spec']['group']}/{version['name']}" == manifest["apiVersion"]
        spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
        return {"properties": {"spec": strict(spec)}, "required": ["spec"]}
    group, _, version_name = manifest["apiVersion"].rpartition("/")
    prefix = f"{group.partition('.')[0]}-" if group else ""
    name = f"{manifest['kind']}-{prefix}{version_name}.json".lower()
    return json.loads(wheels["kubernetes"].read(f"{_SCHEMAS}/{name}"))


@pytest.mark.parametrize("name", manifests())
def test_a_manifest_is_valid(name: str, wheels: dict[str, zipfile.ZipFile]) -> None:
    """By the schema that is published for its kind."""
    validate(manifests()[name], wheels)


def test_a_property_that_nobody_knows_is_not_valid(wheels: dict[str, zipfile.ZipFile]) -> None:
    """Wherever it is in the cluster's pods."""
    manifest = manifests()["DaskCluster fuzz"]
    manifest["spec"]["worker"]["spec"]["containers"][0]["imagePolicy"] = "Always"
    with pytest.raises(ValidationError, match="imagePolicy"):
        validate(manifest, wheels)


def commands(manifest: Any) -> Iterator[list[str]]:
    """The commands of all containers of a manifest."""
    if isinstance(manifest, dict):
        if "image" in manifest:
            yield manifest["args"]
        for value in manifest.values():
            yield from commands(value)
    if isinstance(manifest, list):
        for value in manifest:
            yield from commands(value)


def test_the_command_is_one_of_this_project() -> None:
    """Each of its words is known; the scheduler is the cluster's, by the operator's name for it."""
    ((program, name, *words),) = commands(manifests()["Job fuzz"])
    command = cli.commands[name]
    context = command.make_context(name, list(words), resilient_parsing=False)
    assert (program, isinstance(context, click.Context)) == ("tallystick", True)
    cluster = manifests()["DaskCluster fuzz"]["metadata"]["name"]
    assert context.params["scheduler"] == f"tcp://{cluster}-scheduler:8786"
    assert manifests()["Job fuzz"]["spec"]["template"]["metadata"]["labels"] == {
        "app": "tallystick-fuzz"
    }


def unknown_options(program: str, name: str, words: Sequence[str]) -> list[str]:
    """The options that a command of Dask does not have."""
    script = str(Path(sys.executable).with_name(program))
    known = subprocess.run([script, name, "--help"], capture_output=True, text=True, check=True)
    return [word for word in words if word.startswith("--") and word not in known.stdout]


def test_the_parts_of_the_cluster_start() -> None:
    """Dask knows the words of the scheduler and the workers."""
    found = list(commands(manifests()["DaskCluster fuzz"]))
    assert [command[:2] for command in found] == [["dask", "scheduler"], ["dask", "worker"]]
    for program, name, *words in found:
        assert unknown_options(program, name, words) == []


def test_the_commands_of_the_page() -> None:
    """Each command of docs/scale.md has the options that it shows."""
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    found = [shlex.split(line, comments=True) for line in lines]
    dask = [words for words in found if words[0] == "dask"]
    assert len(dask) == 4
    for program, name, *words in dask:
        assert unknown_options(program, name, words) == []
    fuzzes = [words[2:] for words in found if words[:2] == ["tallystick", "fuzz"]]
    for words in fuzzes:
        assert cli.commands["fuzz"].make_context("fuzz", words).params["scheduler"]
    assert len(fuzzes) == 2
    assert all("--host" in words for words in dask)  # else it listens to the whole network
    applied = [words[3] for words in found if words[:2] == ["kubectl", "apply"]]
    assert all((ROOT / path).exists() for path in applied)


def test_the_target_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one, and allows what it needs."""
    from contract_tests.target.file import read_target

    text = manifests()["ConfigMap fuzz-target"]["data"]["staging.toml"]
    (tmp_path / "staging.toml").write_text(text)
    monkeypatch.setenv("DOLFIN_API_KEY", "k")
    target = read_target(str(tmp_path / "staging.toml"))
    assert target.fuzz == tomllib.loads(text)["fuzz"]
    assert target.headers == {"x-dolfin-api-key": "k"}
