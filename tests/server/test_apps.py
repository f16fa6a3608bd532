"""Every app has the same inside, so that who knows one knows all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from databases import outside_variables, sqlite_with_tables
from django.apps import apps
from django.core.management import call_command

SERVER = Path(__file__).parents[2] / "src" / "tieout" / "server"
APPS = sorted(path.parent for path in SERVER.glob("*/apps.py"))
# What other projects call what has a name here already.
# Pages of django-allauth that look as ours do.
OF_LIBRARIES = {"accounts": ("account", "allauth", "mfa", "socialaccount")}
OTHER_NAMES = {
    "managers.py": "queries.py",
    "selectors.py": "queries.py",
    "actions.py": "services.py",
    "tasks.py": "handlers.py",
    "signals.py": "services.py",
    "api.py": "server/api",
    "utils.py": "a name that tells its subject",
    "helpers.py": "a name that tells its subject",
    "common.py": "a name that tells its subject",
    "decorators.py": "permissions.py",
    "tests.py": "tests/server",
}


def names(app: Path) -> set[str]:
    return {path.name for path in app.iterdir()}


def test_there_are_apps() -> None:
    assert {"accounts", "audit", "jobs"} <= {app.name for app in APPS}


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_no_file_has_another_name_for_what_is_named_already(app: Path) -> None:
    assert {name: OTHER_NAMES[name] for name in names(app) & OTHER_NAMES.keys()} == {}


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_an_app_is_installed_under_its_own_name(app: Path) -> None:
    assert apps.get_app_config(app.name).name == f"tieout.server.{app.name}"


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_an_app_with_tables_has_migrations_and_services(app: Path) -> None:
    if apps.get_app_config(app.name).models:
        assert {"models.py", "migrations", "services.py", "queries.py"} <= names(app)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_views_have_addresses(app: Path) -> None:
    if {"views.py", "views"} & names(app):
        assert "urls.py" in names(app)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_templates_lie_in_a_folder_of_the_apps_name(app: Path) -> None:
    folders = {path.name for path in (app / "templates").glob("*")}
    assert folders <= {app.name, *OF_LIBRARIES.get(app.name, ())}


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_database_comes_without_the_engine_and_jobs_bring_it(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sqlite_with_tables(tmp_path_factory, tmp_path)
    script = """
import json, sys
from tieout.server.boot import boot
boot()
heavy = {"duckdb", "ibis", "polars", "scipy", "tieout.pipeline.reconcile"}
early = sorted(heavy & sys.modules.keys())
from tieout.server.jobs.registry import kinds
print(json.dumps([early, list(kinds())]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=outside_variables(),
        capture_output=True,
        check=True,
    )
    early, kinds = json.loads(done.stdout)
    assert early == []
    assert {"analyze", "close.task", "export", "learn", "reconcile", "upload.detect"} <= set(kinds)
