"""The manifests for Kubernetes: strictly valid by the schemas of Kubernetes and of Dask's operator,
with commands that this project and Dask have.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry, Resource
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
    resource = Resource(contents=shared, specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("/api/_definitions.json", resource)
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


def test_the_parts_of_the_cluster_start(tmp_path: Path) -> None:
    """Dask knows the words of the scheduler and the workers."""
    for program, name, *words in commands(manifests()["DaskCluster fuzz"]):
        known = subprocess.run(
            [str(Path(sys.executable).with_name(program)), name, "--help"],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        ).stdout
        assert all(word in known for word in words if word.startswith("--"))


def test_the_target_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one, and allows what it needs."""
    from contract_tests.target_file import read_target

    text = manifests()["ConfigMap fuzz-target"]["data"]["staging.toml"]
    (tmp_path / "staging.toml").write_text(text)
    monkeypatch.setenv("DOLFIN_API_KEY", "k")
    target = read_target(str(tmp_path / "staging.toml"))
    assert target.fuzz == tomllib.loads(text)["fuzz"]
    assert target.headers == {"x-dolfin-api-key": "k"}
