"""`tieout schema`."""

import json
import sys

import typer


def schema_command() -> None:
    """Print the JSON Schema of a reconciliation's spec, for editors and checks."""
    from tieout.reconcile.spec import Spec

    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Spec.model_json_schema()}
    sys.stdout.write(json.dumps(schema, indent=2) + "\n")
    raise typer.Exit
