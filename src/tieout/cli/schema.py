"""`tieout schema`."""

import json
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel


class SpecKind(StrEnum):
    """Whose spec."""

    RECONCILE = "reconcile"
    MONITOR = "monitor"
    RULES = "rules"
    API = "api"


def schema_command(
    kind: Annotated[
        SpecKind,
        typer.Argument(
            help="Whose spec: of a reconciliation, a monitor, or a file of rules; "
            "or `api`: the OpenAPI document of the server."
        ),
    ] = SpecKind.RECONCILE,
) -> None:
    """Print the JSON Schema of a spec, for editors and checks, or the document of the API."""
    if kind is SpecKind.API:
        schema = _api()
    else:
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **_model(kind).model_json_schema(),
        }
    sys.stdout.write(json.dumps(schema, indent=2) + "\n")
    raise typer.Exit


def _api() -> dict[str, Any]:
    """The document that a server has at /openapi.json: the same in every workspace."""
    from tieout.server.boot import boot

    with tempfile.TemporaryDirectory(prefix="tieout-schema-") as folder:
        boot(Path(folder), migrate=False)

        from tieout.server.api.app import create_api

        return create_api().openapi()


def _model(kind: SpecKind) -> "type[BaseModel]":
    if kind is SpecKind.MONITOR:
        from tieout.monitor.spec import MonitorSpec

        return MonitorSpec
    if kind is SpecKind.RULES:
        from tieout.detect.rules.model import RuleFile

        return RuleFile
    from tieout.reconcile.spec import Spec

    return Spec
