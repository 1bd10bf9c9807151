"""The two keys of a connection over SSH: the user's own, and the server's that is pinned."""

from __future__ import annotations

import base64
import io
from contextlib import suppress

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)
from paramiko.ssh_exception import SSHException

from base.connection import Connection
from base.errors import SettingsError

RSA = "ssh-rsa"
RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")
"""How an RSA key signs (RFC 8332); the older way rests on SHA-1."""


def private_key(connection: Connection) -> paramiko.PKey:
    """The user's key out of the connection's secret `private_key` (PEM or OpenSSH).

    Raises:
        SettingsError: it is missing, or no key that can be read.
    """
    text = connection.secret("private_key").encode()
    load = load_ssh_private_key if b"OPENSSH" in text[:40] else load_pem_private_key
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        plain = load(text, None).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        for kind in (paramiko.Ed25519Key, paramiko.RSAKey, paramiko.ECDSAKey):
            with suppress(SSHException, ValueError):
                return kind.from_private_key(io.StringIO(plain.decode()))
    raise SettingsError(
        "its private_key is no SSH key that can be read",
        system=connection.name,
        remedy="Name a file with private_key_file: PEM or OpenSSH, without a passphrase",
    )


def host_key(connection: Connection) -> paramiko.PKey:
    """The server's key out of the connection's option `host_key`, as in `known_hosts`.

    Raises:
        SettingsError: it is missing, or no public key.
    """
    try:
        kind, packed, *_comment = connection.option("host_key").split()
        return paramiko.PKey.from_type_string(kind, base64.b64decode(packed, validate=True))
    except (SSHException, ValueError, paramiko.pkey.UnknownKeyType):
        raise SettingsError(
            "its host_key is no public key as in known_hosts",
            system=connection.name,
            remedy="Write what the owner gives you: ssh-ed25519 AAAA… or ssh-rsa AAAA…",
        ) from None


def signatures(key: paramiko.PKey) -> tuple[str, ...]:
    """The ways in which a server can show that it has a key.

    A server has keys of several kinds: unless the kind is asked for, it may show another one than
    the one that is pinned.
    """
    kind = key.get_name()
    return RSA_SIGNATURES if kind == RSA else (kind,)
