"""Whatever the document of the API allows to be sent, and what it does not, no answer is a 500."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.server.api.conftest import Server

# More of them are a matter of time: CHECKS and SEED make each run the same.
EXAMPLES = 3
CHECKS = "not_a_server_error,content_type_conformance,status_code_conformance"


def test_no_endpoint_answers_with_an_error_of_its_own(
    own_server: Callable[..., Server], tmp_path: Path
) -> None:
    server = own_server("postgresql")
    server.start()
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{server.url}/openapi.json",
        "--header",
        f"Authorization: Bearer {server.tokens['admin']}",
        "--checks",
        f"{CHECKS},response_schema_conformance",
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        str(EXAMPLES),
        "--seed",
        "1",
        "--generation-deterministic",
        "--no-color",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-1000:]
    found = re.search(r"Operations:\s+(\d+) selected / (\d+) total", done.stdout)
    assert found is not None
    assert int(found[1]) == int(found[2]) >= 24
