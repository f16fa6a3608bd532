"""`tieout serve` with a certificate: TLS is spoken, cookies are for HTTPS only."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from databases import outside_variables, sqlite_with_tables


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return paths


@pytest.fixture
def tls_client(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server with a certificate, which trusts that certificate and no other."""
    certificate, key = write_certificate(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = str(found.getsockname()[1])
    sqlite_with_tables(tmp_path_factory, tmp_path)
    words = ["serve", "--port", port, "--tls-cert", str(certificate), "--tls-key", str(key)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tieout", *words],
        env=outside_variables(),
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    trusted = ssl.create_default_context(cafile=str(certificate))
    try:
        with httpx.Client(
            base_url=f"https://127.0.0.1:{port}", verify=trusted, timeout=60
        ) as client:
            wait_for(client, process)
            yield client
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            client.get("/login/")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")


def test_cookies_are_for_https_only_and_browsers_are_told_to_stay(tls_client: httpx.Client) -> None:
    tls_client.cookies.clear()
    answer = tls_client.get("/login/")
    assert answer.status_code == 200
    assert "; Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert tls_client.get("/health").headers["strict-transport-security"] == "max-age=31536000"
