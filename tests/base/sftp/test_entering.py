"""Who is let in, and to whom: host keys, keys, and settings to correct."""

from __future__ import annotations

from pathlib import Path

import asyncssh
import pytest

from base.clock import ManualClock
from base.connection import Connection
from base.errors import (
    Action,
    AuthenticationError,
    ConnectError,
    SettingsError,
)
from base.sftp import SftpClient
from mocks.credentials import ClientCredentials, new_key
from mocks.faults import Fault, FaultBox
from mocks.yorozu.server import SftpFolder, public_host_key
from tests.base.sftp.conftest import Make

pytestmark = pytest.mark.network


OTHERS = ClientCredentials("someone-else", "", new_key(), new_key())


def test_another_host_key_is_never_accepted(make: Make, box: FaultBox) -> None:
    box.add(Fault("host_key_changed", "files"))
    with pytest.raises(AuthenticationError) as caught:
        make().list()
    assert caught.value.action is Action.STOP
    assert "another host key" in str(caught.value)
    assert "by another way" in str(caught.value)
    assert not box.waiting()
    assert make().list()


def test_a_key_of_another_kind_than_the_pinned_one_is_not_asked_for(make: Make) -> None:
    pinned = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    with pytest.raises(AuthenticationError, match="no key of the pinned kind"):
        make(host_key=pinned).list()


def test_a_server_with_keys_of_several_kinds_shows_the_pinned_one(
    folder: Path, credentials: ClientCredentials, make: Make
) -> None:
    server = SftpFolder(folder, credentials, FaultBox(), "files")
    server.more_host_keys = [asyncssh.generate_private_key("ssh-ed25519")]
    port = server.start(0)
    try:
        assert make(at=port).list()
    finally:
        server.stop()


@pytest.mark.parametrize(
    "wrong", [{"key": OTHERS.private_key}, {"username": "nobody"}], ids=["key", "user"]
)
def test_who_is_not_known_stops_and_says_what_to_check(make: Make, wrong: dict[str, str]) -> None:
    with pytest.raises(AuthenticationError, match="Check username and private_key") as caught:
        make(**wrong).list()
    assert "PRIVATE KEY" not in f"{caught.value!r}"


def test_a_key_may_be_written_in_openssh_too(
    make: Make, folder: Path, box: FaultBox, port: int
) -> None:
    for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256"):
        key = asyncssh.generate_private_key(kind)
        with pytest.raises(AuthenticationError, match="refused the key"):
            make(key=key.export_private_key("openssh").decode()).list()


def test_a_connection_closed_before_a_word_is_no_wrong_key(make: Make, box: FaultBox) -> None:
    box.add(Fault("refused", "files", count=2))
    assert make().list()
    box.add(Fault("refused", "files", count=None))
    with pytest.raises(ConnectError, match="no connection"):
        make().list()


def test_a_connection_closed_while_the_key_is_looked_at_is_no_wrong_key(
    make: Make, box: FaultBox
) -> None:
    box.add(Fault("closed_at_the_door", "files"))
    assert make().list()
    assert not box.waiting()


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/", "sftp://", "127.0.0.1:22", "sftp://user:open-sesame@127.0.0.1"],
)
def test_an_address_that_cannot_be_used_is_a_setting_to_correct(
    address: str, credentials: ClientCredentials
) -> None:
    options = {"username": "hub", "host_key": public_host_key(credentials)}
    secrets = {"private_key": credentials.private_key}
    with pytest.raises(SettingsError) as caught:
        SftpClient(Connection("files", address, None, options, secrets), ManualClock())
    assert "open-sesame" not in str(caught.value)


@pytest.mark.parametrize("lacking", ["username", "host_key", "private_key"])
@pytest.mark.parametrize("wrong", [None, "no key at all"])
def test_a_key_that_is_missing_or_broken_is_a_setting_to_correct(
    credentials: ClientCredentials, lacking: str, wrong: str | None
) -> None:
    given = {
        "username": "hub", "host_key": public_host_key(credentials),
        "private_key": credentials.private_key,
    }  # fmt: skip
    if wrong is None:
        del given[lacking]
    else:
        given[lacking] = wrong
    secrets = {k: v for k, v in given.items() if k == "private_key"}
    options = {k: v for k, v in given.items() if k != "private_key"}
    connection = Connection("files", "sftp://127.0.0.1", None, options, secrets)
    if lacking == "username" and wrong:
        SftpClient(connection, ManualClock())
        return
    with pytest.raises(SettingsError) as caught:
        SftpClient(connection, ManualClock())
    assert credentials.private_key[60:100] not in str(caught.value)


def test_a_key_under_a_passphrase_is_told(credentials: ClientCredentials) -> None:
    locked = asyncssh.import_private_key(credentials.private_key).export_private_key(
        "pkcs8-pem", passphrase="open-sesame"
    )
    options = {"username": "hub", "host_key": public_host_key(credentials)}
    connection = Connection(
        "files", "sftp://127.0.0.1", None, options, {"private_key": locked.decode()}
    )
    with pytest.raises(SettingsError, match="without a passphrase"):
        SftpClient(connection, ManualClock())
