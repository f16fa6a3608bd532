"""Files through the door: judged at once or by a job, refused with row and column, taken once."""

import gzip
import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.api.conftest import Server, make_server
from workspaces import run_tieout

PATH = "/api/upload_csv/"


def send(server: Server, text: str | bytes, name: str = "may.csv", **form: Any) -> httpx.Response:
    headers = form.pop("headers", {})
    content = text.encode() if isinstance(text, str) else text
    return server.client().post(
        PATH, files={"file": (name, content, "text/csv")}, data=form, headers=headers
    )


def payments(server: Server, rows: int = 300) -> str:
    lines = (server.workspace / "data" / "transactions.csv").read_text().splitlines()
    return "\n".join([lines[0], *lines[-rows:]]) + "\n"


def test_a_small_file_is_judged_at_once(server: Server) -> None:
    answer = send(server, payments(server))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["status"] == "done"
    assert (found["name"], found["rows"], found["rejected"]) == ("may.csv", 300, 0)
    assert found["flagged"]["total"] == len(found["anomalies"]) > 0
    scores = [each["score"] for each in found["anomalies"]]
    assert scores == sorted(scores, reverse=True)
    first = found["anomalies"][0]
    assert first["is_flag"] is True
    assert first["transaction_id"].startswith("T")
    assert first["reasons_top3"]
    run = server.client().get(found["links"]["run"]).json()
    assert run["run_id"] == found["run_id"]
    assert run["conserved"] is True
    rows = server.client().get(found["links"]["anomalies"]).json()
    assert rows["total"] == found["flagged"]["total"]
    cases = server.client().get("/api/v1/cases", params={"limit": 1000}).json()["items"]
    assert "may.csv" in {each["source"] for each in cases}
    report = server.client().get(found["links"]["report"])
    assert report.text.startswith("<!doctype html>")


def test_the_run_is_judged_by_what_the_workspace_has_learnt(server: Server) -> None:
    found = send(server, payments(server, rows=40)).json()
    manifest = server.client().get(f"/api/v1/runs/{found['run_id']}/files/run.json").json()
    assert manifest["run_id"] == found["run_id"]
    assert manifest["inputs"][0]["side"] == "current"
    assert manifest["spec"]["profile"] == "payments"


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("id,when,amount\n1,2026-01-01,5\n2,2026-01-02,abc\n3,2026-01-03,7\n", 2, "amount"),
        ("id,date,amount\n1,2026-01-01,5\n2,2026-01-02,6\n3,2026-13-45,7\n", 3, "date"),
        ("id,amount,note\n1,5,a\n2,6\n3,7,c,d,e\n4,8,d\n", 2, "note"),
    ],
)
def test_a_broken_file_is_refused_with_row_and_column(
    server: Server, text: str, row: int, column: str
) -> None:
    answer = send(server, text, name="broken.csv")
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["errors"][0]["row"] == row
    assert problem["errors"][0]["column"] == column
    assert "broken.csv" in problem["detail"]
    assert f"row {row}" in problem["detail"]
    assert str(server.workspace) not in answer.text


def test_rows_that_cannot_be_read_may_be_left_out(server: Server) -> None:
    rows = [f"{n},2026-01-{n % 28 + 1:02},{n}.50" for n in range(1, 301)]
    rows[9] = "10,2026-01-11,ten"
    text = "\n".join(["id,date,amount", *rows])
    assert send(server, text).status_code == 422
    answer = send(server, text, keep_rejects="true")
    assert answer.status_code == 200, answer.text
    assert answer.json()["rejected"] == 1
    (reject,) = answer.json()["rejects"]
    assert (reject["row"], reject["column"], reject["value"]) == (10, "amount", "ten")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "may.csv"),
        ("id,amount\n", "may.csv"),
        (b"\x00\x01\x02\xff" * 50, "may.csv"),
        (b"PK\x03\x04broken", "may.csv"),
    ],
)
def test_what_is_no_table_is_refused_by_its_name(
    server: Server, text: str | bytes, said: str
) -> None:
    answer = send(server, text)
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["detail"]
    assert str(server.workspace) not in answer.text


def test_a_name_never_becomes_a_path(server: Server) -> None:
    found = send(server, payments(server, 50), name="../../../../etc/cron.d/evil.csv").json()
    assert found["name"] == "evil.csv"
    stored = {path.name for path in (server.workspace / ".tieout" / "uploads").iterdir()}
    assert all(len(name) == len("0" * 64 + ".csv") for name in stored)


def test_a_form_without_a_file_says_what_is_expected(server: Server) -> None:
    answer = server.client().post(PATH, files={"other": ("a.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 422
    assert "a part called file" in answer.json()["detail"]
    assert server.client().post(PATH, json={}).status_code == 415
    headers = {"content-type": "multipart/form-data; boundary=x"}
    broken = server.client().post(PATH, content=b"--x\r\nnonsense", headers=headers)
    assert broken.status_code == 400
    assert send(server, "a,b\n1,2\n", profile="nonsense").status_code == 422


def test_the_same_key_is_judged_once(server: Server) -> None:
    text, key = payments(server, 60), {"Idempotency-Key": f"key-{time.time_ns()}"}
    first, second = send(server, text, headers=key), send(server, text, headers=key)
    assert first.json()["run_id"] == second.json()["run_id"]
    other = send(server, payments(server, 61), headers=key)
    assert other.status_code == 409


def test_a_large_file_is_judged_by_a_job(own_server: Callable[..., Server]) -> None:
    server = own_server()
    server.start("--worker")
    rows = payments(server, 2_000).splitlines()
    text = "\n".join([rows[0], *rows[1:] * 20])
    assert len(text) > 4 * 2**20 * 0.9
    text += "\n" + "\n".join(rows[1:] * 3)
    answer = send(server, text)
    assert answer.status_code == 202, answer.text
    job_path = answer.headers["location"]
    job = follow(server, job_path)
    assert job["state"] == "done", job
    run = server.client().get(f"/api/v1/runs/{job['result']['run_id']}").json()
    assert run["counts"]["rows"] == 2_000 * 23


def follow(server: Server, path: str) -> dict[str, Any]:
    """A job when it has ended."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        job: dict[str, Any] = server.client().get(path).json()
        if job["state"] not in {"queued", "running"}:
            return job
        time.sleep(0.2)
    raise AssertionError(f"{path} has not ended")


def test_a_file_past_the_limit_is_refused_while_it_comes(
    own_server: Callable[..., Server],
) -> None:
    server = own_server()
    server.start(TIEOUT_UPLOAD_MEBIBYTES="1", TIEOUT_BODY_MEBIBYTES="1")
    answer = send(server, "a,b\n" + "1,2\n" * 600_000)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    body = server.client().post("/batch_anomaly/", json=[{"a": "x" * 1_000}] * 2_000)
    assert body.status_code == 413
    assert list((server.workspace / ".tieout").glob("uploads/*")) == []


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def killed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, payments_for_api: Path
) -> Iterator[Server]:
    """A server that was killed amid an upload, right after five answers, and is back."""
    workspace = tmp_path_factory.mktemp("killed") / "served"
    server = make_server(request.param, workspace, payments_for_api, request)
    try:
        server.start()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            f"{server.tokens['preparer']}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            'Content-Length: 1000000\r\n\r\n--x\r\nContent-Disposition: form-data; name="file"; '
            'filename="may.csv"\r\n\r\n'
        )
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head.encode() + b"id,amount\n" + b"1,2\n" * 10_000)
            time.sleep(0.5)
            client, usual = server.client(), {"customer_id": "C0000001", "currency": "EUR"}
            usual |= {"timestamp": "2026-01-03T14:00:00"}
            rows = [{**usual, "amount": 9e6 + number} for number in range(5)]
            answers = [client.post("/realtime_anomaly/", json=row) for row in rows]
            server.stop(signal.SIGKILL)
        assert all(answer.json()["is_flag"] for answer in answers)
        server.start()
        yield server
    finally:
        server.stop(signal.SIGKILL)


def test_an_upload_that_is_killed_in_the_middle_leaves_nothing(killed: Server) -> None:
    uploads = killed.workspace / ".tieout" / "uploads"
    assert [path.name for path in uploads.iterdir() if not path.name.startswith(".")] == []
    assert killed.client().get("/api/v1/jobs").json()["total"] == 0
    answer = send(killed, payments(killed, 50))
    assert answer.status_code == 200
    assert len(list((killed.workspace / "runs").iterdir())) == 1


def test_what_was_answered_is_kept_when_the_server_is_killed_right_after(killed: Server) -> None:
    for _ in range(100):
        found = killed.client().get("/api/v1/findings").json()["items"]
        if len(found) >= 5:
            break
        time.sleep(0.1)
    assert sorted(each["record"]["amount"] for each in found) == [9e6 + n for n in range(5)]
    entries = killed.client("auditor").get("/api/v1/audit?limit=1000").json()["items"]
    assert [each["action"] for each in entries].count("transactions.scored") == 5


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_upload_whose_server_dies_while_judging_is_judged_once_by_a_worker(
    own_server: Callable[..., Server], kind: str
) -> None:
    server = own_server(kind)
    server.start()
    key = {"Idempotency-Key": "once"}
    text = payments(server, 1_500)
    with ThreadPoolExecutor(1) as sender:
        sent = sender.submit(send, server, text, headers=key)
        job = _first_running(server)
        assert server.process is not None
        server.process.kill()
        with pytest.raises(httpx.TransportError):
            sent.result(timeout=30)
    server.stop()
    server.ask_database(
        "from tieout.server.jobs.models import Job\n"
        "from django.utils import timezone\n"
        "Job.objects.update(run_after=timezone.now(), lease_until=timezone.now())\n"
        "print('null')"
    )
    server.start("--worker")
    assert follow(server, f"/api/v1/jobs/{job}")["state"] == "done"
    again = send(server, text, headers=key).json()
    assert again["job_id"] == job
    assert len(list((server.workspace / "runs").iterdir())) == 1
    entries = server.client("auditor").get("/api/v1/audit?limit=1000").json()["items"]
    actions = [each["action"] for each in entries]
    assert actions.count("upload.received") == 1
    # Jobs that a finished run asks for are done as well.
    done = [each for each in entries if each["action"] == "job.done"]
    assert [each["target_id"] for each in done].count(str(job)) == 1
    verified = run_tieout(server.workspace, "verify", server.blocker, address=server.address)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _first_running(server: Server) -> int:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        jobs = server.client().get("/api/v1/jobs").json()["items"]
        if jobs and jobs[0]["state"] == "running":
            return int(jobs[0]["id"])
        time.sleep(0.02)
    raise AssertionError("no job ran")


def test_a_compressed_table_is_read_too(server: Server) -> None:
    answer = send(server, gzip.compress(payments(server, 50).encode()), name="may.csv.gz")
    assert answer.status_code in {200, 422}
    assert json.loads(answer.text)
