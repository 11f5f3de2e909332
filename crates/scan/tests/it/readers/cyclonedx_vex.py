"""Checks a document with the schema of CycloneDX 1.6 that cyclonedx-python-lib has."""

import importlib.resources
import json
import pathlib
import sys

import cyclonedx.schema._res
from jsonschema.validators import validator_for
from referencing import Registry, Resource


def resource(name):
    return json.loads(importlib.resources.files(cyclonedx.schema._res).joinpath(name).read_bytes())


def main(document, verdict):
    registry = Registry()
    for name in ("spdx", "jsf-0.82", "cryptography-defs"):
        try:
            schema = resource(f"{name}.SNAPSHOT.schema.json")
        except FileNotFoundError:
            continue
        registry = registry.with_resource(schema["$id"], Resource.from_contents(schema))
    schema = resource("bom-1.6.SNAPSHOT.schema.json")
    validator = validator_for(schema)(schema, registry=registry)
    bom = json.loads(pathlib.Path(document).read_bytes())
    faults = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(bom)]
    assert bool(faults) == (verdict == "invalid"), (verdict, faults[:20])


main(*sys.argv[1:])
