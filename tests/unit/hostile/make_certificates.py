"""Makes the throw-away certificates of the hostile server: ``python tests/unit/hostile/make_certificates.py FOLDER``.

Wants ``cryptography`` (it comes with trustme). The keys of both authorities are dropped; those of the certificates are
stored beside them, because a server needs them and nobody else trusts them.
"""

from __future__ import annotations

import ipaddress
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = [
    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    x509.IPAddress(ipaddress.ip_address("::1")),
    x509.DNSName("localhost"),
]
ELSEWHERE = [x509.DNSName("elsewhere.invalid")]
VALID, PAST, FUTURE = (2020, 2120), (2001, 2002), (2098, 2120)


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"szxc hostile server: {name}")])


def certificate(name, key, issuer, issuer_key, years, names, *, authority=False):
    begin, end = (datetime(year, 1, 1, tzinfo=UTC) for year in years)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def make(folder):
    """Write all files."""
    authority, stranger, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    made = {
        "good": (own, "authority", authority, VALID, HERE),
        "expired": (own, "authority", authority, PAST, HERE),
        "not-yet-valid": (own, "authority", authority, FUTURE, HERE),
        "host-name": (own, "authority", authority, VALID, ELSEWHERE),
        "unknown-issuer": (own, "stranger", stranger, VALID, HERE),
        "self-signed": (own, "self-signed", own, VALID, HERE),
    }
    secret = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "authority.pem").write_bytes(
        certificate("authority", authority, "authority", authority, VALID, [], authority=True)
    )
    for name, (key, issuer, issuer_key, years, names) in made.items():
        (folder / f"{name}.pem").write_bytes(secret + certificate(name, key, issuer, issuer_key, years, names))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
