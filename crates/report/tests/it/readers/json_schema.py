"""Checks documents against a JSON Schema: those behind `valid` must conform, those behind `invalid` must not."""

import json
import pathlib
import sys

from jsonschema import FormatChecker
from jsonschema.validators import validator_for


def read(path):
    return json.loads(pathlib.Path(path).read_bytes())


def main(schema, verdict, *documents):
    schema = read(schema)
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema, format_checker=FormatChecker())
    for document in documents:
        faults = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(read(document))]
        assert bool(faults) == (verdict == "invalid"), (document, verdict, faults[:20])


main(*sys.argv[1:])
