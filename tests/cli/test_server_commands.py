"""`tieout users`, `tokens`, `verify` and `worker`, each as a process of its own."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with ann (preparer, reviewer) and bob, an auditor who was disabled."""
    folder = tmp_path_factory.mktemp("workspace")
    said = tieout(folder, "users add ann --role preparer --role reviewer --email ann@example.org")
    assert said.returncode == 0
    assert tieout(folder, "users add bob --role auditor").returncode == 0
    assert tieout(folder, "users disable bob").returncode == 0
    return folder


def tieout(folder: Path, words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a workspace."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")}
    kept.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "tieout", *words.split()],
        cwd=folder,
        env=kept,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_people_are_listed_with_roles(workspace: Path) -> None:
    lines = tieout(workspace, "users list").stdout.splitlines()
    assert lines == ["ann  preparer, reviewer", "bob  auditor  (disabled)"]
    said = json.loads(tieout(workspace, "users list --json").stdout)
    assert said["users"][0] == {
        "username": "ann",
        "email": "ann@example.org",
        "roles": ["preparer", "reviewer"],
        "active": True,
        "last_login": None,
    }


def test_a_password_is_made_up_and_shown_once_or_read(workspace: Path) -> None:
    said = tieout(workspace, "users add cid")
    assert said.stdout.startswith("cid added; password, shown once: ")
    read = tieout(workspace, "users password cid --password-stdin", "a-phrase-of-my-own\n")
    assert read.stdout == "cid: password set\n"
    empty = tieout(workspace, "users password cid --password-stdin")
    assert (empty.returncode, empty.stderr) == (
        2, "tieout: --password-stdin: expected a password in the first line of input\n",
    )  # fmt: skip
    assert tieout(workspace, "users role cid --role admin").stdout == "cid: admin\n"
    assert tieout(workspace, "users enable cid").stdout == "cid: enabled\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("users disable zoe", "zoe: no such user; see `tieout users list`"),
        ("users add dan --role boss", "role boss: expected preparer, reviewer, approver, "),
        ("tokens create zoe", "zoe: no such user"),
        ("tokens create ann --scope all", "scope all: expected read, score, write, admin"),
        ("tokens revoke 00000000", "00000000: no such token; see `tieout tokens list`"),
        ("verify --against missing.json", "--against missing.json: can't be read"),
        ("verify --workspace missing", "missing: is no folder; make it or choose another"),
    ],
)
def test_bad_usage_ends_with_one_line(workspace: Path, words: str, message: str) -> None:
    said = tieout(workspace, words)
    assert said.returncode == 2
    assert message in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_a_token_is_shown_once_listed_by_its_prefix_and_revoked(workspace: Path) -> None:
    text = tieout(workspace, "tokens create ann --name feed --scope score --days 5").stdout.strip()
    prefix = text.split("_")[1]
    listed = tieout(workspace, "tokens list --json").stdout
    (row,) = [row for row in json.loads(listed)["tokens"] if row["prefix"] == prefix]
    assert (row["user"], row["name"], row["scopes"]) == ("ann", "feed", ["score"])
    assert text not in listed
    assert tieout(workspace, f"tokens revoke {prefix}").stdout == f"{prefix} revoked\n"
    assert "revoked 20" in tieout(workspace, "tokens list").stdout


def test_the_log_is_whole_and_its_head_can_be_noted(workspace: Path) -> None:
    said = json.loads(tieout(workspace, "verify --anchor head.json --json").stdout)
    assert (said["whole"], said["broken"]) == (True, None)
    assert json.loads((workspace / "head.json").read_text()) == said["head"]
    assert tieout(workspace, "verify --against head.json").stdout.startswith("whole: ")


def test_a_changed_log_names_the_row_and_ends_with_3(tmp_path: Path) -> None:
    tieout(tmp_path, "users add ann")
    tieout(tmp_path, "users role ann --role preparer")
    with sqlite3.connect(tmp_path / "tieout.db") as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit_auditentry SET action = 'user.enabled' WHERE sequence = 2")
    database.close()
    said = tieout(tmp_path, "verify --anchor head.json")
    assert said.returncode == 3
    assert said.stdout == (
        "BROKEN at entry 2: its content is not what its hash says (1 entries before it are whole)\n"
    )
    assert not (tmp_path / "head.json").exists()
    assert json.loads(tieout(tmp_path, "verify --json").stdout)["broken"] == 2


def test_a_file_that_is_no_head_is_refused(workspace: Path) -> None:
    (workspace / "other.json").write_text("[]")
    said = tieout(workspace, "verify --against other.json")
    assert said.returncode == 2
    assert "expected the file that --anchor writes" in said.stderr


def test_the_worker_leaves_when_nothing_is_due(workspace: Path) -> None:
    assert tieout(workspace, "worker --once").returncode == 0


def test_the_key_of_a_workspace_is_for_its_owner_only(workspace: Path) -> None:
    assert (workspace / ".tieout-secret").stat().st_mode & 0o777 == 0o600
