"""The secrets of a local run."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from base.errors import SettingsError
from base.settings import Settings
from hub.local import secrets


def test_secrets_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    made = secrets.ensure(tmp_path / ".hub")
    path = tmp_path / ".hub" / "local.env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert set(made) == set(secrets.GENERATORS)
    # Airflow refuses shorter ones: 64 bytes for the signature, 32 for Fernet.
    assert len(made[secrets.JWT_SECRET]) >= 64
    assert len(base64.urlsafe_b64decode(made[secrets.FERNET_KEY])) == 32


def test_two_machines_share_no_secret(tmp_path: Path) -> None:
    one, other = secrets.ensure(tmp_path / "1"), secrets.ensure(tmp_path / "2")
    assert not set(one.values()) & set(other.values())


def test_a_second_set_up_changes_nothing(tmp_path: Path) -> None:
    first = secrets.ensure(tmp_path, {"HUB_CONNECTION_X": "{}"})
    before = (tmp_path / "local.env").stat()
    assert secrets.ensure(tmp_path, {"HUB_CONNECTION_X": "{}"}) == first
    assert (tmp_path / "local.env").stat() == before


def test_what_the_user_wrote_is_kept_and_what_lacks_is_added(tmp_path: Path) -> None:
    path = tmp_path / "local.env"
    secrets.write_private(path, f"HUB_LOG_LEVEL=DEBUG\n{secrets.ADMIN_PASSWORD}=chosen\n")
    made = secrets.ensure(tmp_path)
    assert (made["HUB_LOG_LEVEL"], made[secrets.ADMIN_PASSWORD]) == ("DEBUG", "chosen")
    assert made[secrets.JWT_SECRET]


def test_the_hubs_settings_read_the_same_file(tmp_path: Path) -> None:
    connection = '{"address": "http://127.0.0.1:8801", "client_id": "hub", "client_secret": "x=1"}'
    secrets.ensure(tmp_path, {"HUB_CONNECTION_SUBSIDY": connection})
    settings = Settings.load({"HUB_HOME": str(tmp_path)})
    assert settings.connection("subsidy").secret("client_secret") == "x=1"


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secrets.ensure(tmp_path)
    (tmp_path / "local.env").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        secrets.ensure(tmp_path)


def test_a_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    secrets.write_private(path, "old")

    def fail(_descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("hub.local.secrets.os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        secrets.write_private(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
