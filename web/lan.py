"""What `imaging-hub demo --lan` needs: this machine's address and a certificate for it.

Browsers give the camera only to https or localhost, so a phone needs the certificate.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_VALID_DAYS = 90


def lan_address() -> str:
    """Return the address this machine is reached by; no packet is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def self_signed(data: Path, host: str) -> tuple[Path, Path]:
    """Make a certificate for `host` in the data folder; return (certificate, key)."""
    folder = data / "tls"
    folder.mkdir(mode=0o700, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Encounter imaging hub demo")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS))
        .add_extension(_names(host), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(folder / "hub.key", key_pem)
    _write(folder / "hub.crt", certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "hub.crt", folder / "hub.key"


def _names(host: str) -> x509.SubjectAlternativeName:
    address = x509.IPAddress(ipaddress.ip_address(host))
    return x509.SubjectAlternativeName([address, x509.DNSName("localhost")])


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as stream:
        stream.write(content)
