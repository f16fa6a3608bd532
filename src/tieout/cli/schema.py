"""`tieout schema`."""

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel


class SpecKind(StrEnum):
    """Whose spec."""

    RECONCILE = "reconcile"
    MONITOR = "monitor"
    RULES = "rules"


def schema_command(
    kind: Annotated[
        SpecKind,
        typer.Argument(help="Whose spec: of a reconciliation, a monitor, or a file of rules."),
    ] = SpecKind.RECONCILE,
) -> None:
    """Print the JSON Schema of a spec, for editors and checks."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_model(kind).model_json_schema(),
    }
    sys.stdout.write(json.dumps(schema, indent=2) + "\n")
    raise typer.Exit


def _model(kind: SpecKind) -> "type[BaseModel]":
    if kind is SpecKind.MONITOR:
        from tieout.monitor.spec import MonitorSpec

        return MonitorSpec
    if kind is SpecKind.RULES:
        from tieout.detect.rules.model import RuleFile

        return RuleFile
    from tieout.reconcile.spec import Spec

    return Spec
