"""Where a Spark is and how it is asked for, and what this machine needs to ask it."""

import os
import re
import shutil
import socket
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl

from tieout.model.errors import InputError

_LOCAL = re.compile(r"local(\[(\*|[1-9]\d*)\])?")
_HOST = re.compile(r"(?P<host>[^:/\s]+):(?P<port>\d{1,5})")
_ANSWER_SECONDS = 5
_LOOPBACK = ("127.", "localhost", "[::1]")


@dataclass(frozen=True)
class SparkAddress:
    """text: as it was given. master: as Spark calls it. host, port: none for this machine's own.
    settings: of Spark, by their full names."""

    text: str
    master: str
    host: str = ""
    port: int = 0
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def is_loopback(self) -> bool:
        """Whether all of it runs on this machine."""
        return not self.host or self.host.startswith(_LOOPBACK)


def parse_address(text: str) -> SparkAddress:
    """What an address stands for.

    >>> parse_address("spark://local[2]").master
    'local[2]'
    >>> parse_address("spark://10.0.0.7:7077?executor.memory=4g").settings
    {'spark.executor.memory': '4g'}

    Raises InputError for what is no such address.
    """
    where, mark, given = text.removeprefix("spark://").partition("?")
    pairs = parse_qsl(given, keep_blank_values=True)
    if mark and (not pairs or not all(name and value for name, value in pairs)):
        raise InputError(f"--engine {text}: expected settings such as ?executor.memory=4g")
    settings = {f"spark.{name.removeprefix('spark.')}": value for name, value in pairs}
    if _LOCAL.fullmatch(where):
        return SparkAddress(text, where if "[" in where else "local[*]", settings=settings)
    found = _HOST.fullmatch(where)
    if found is None or not 0 < int(found["port"]) < 1 << 16:
        raise InputError(f"--engine {text}: expected spark://HOST:PORT or spark://local[2]")
    return SparkAddress(text, f"spark://{where}", found["host"], int(found["port"]), settings)


def missing_for_spark() -> str:
    """What has to be installed before Spark can be asked, in words; "" where nothing is."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed: pip install 'tieout[spark]'"
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        return "there is no Java: install version 17 or 21 (Debian: default-jre-headless)"
    return ""


def refuse_unanswered(address: SparkAddress) -> None:
    """Raises InputError where Spark cannot be asked from here, or nobody answers there.

    Spark itself would try for minutes.
    """
    missing = missing_for_spark()
    if missing:
        raise InputError(f"--engine {address.text}: {missing}, or use --engine duckdb")
    if not address.host:
        return
    try:
        socket.create_connection((address.host, address.port), _ANSWER_SECONDS).close()
    except OSError as error:
        raise InputError(
            f"--engine {address.text}: nothing answers there ({error.strerror or error}); "
            "start its master, or use --engine duckdb"
        ) from error
