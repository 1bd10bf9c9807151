from __future__ import annotations

import json
from pathlib import Path

import pytest

from base import redact
from base.connection import Connection, variable_of
from base.errors import SettingsError
from base.settings import Settings, read_env_file

SECRET = "s3cret-of-the-test"


def load(tmp_path: Path, **variables: str) -> Settings:
    return Settings.load({"HUB_HOME": str(tmp_path), **variables})


def test_defaults_lie_under_home(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/hub.sqlite"
    assert settings.side_database_url == f"sqlite:///{tmp_path}/side.sqlite"
    assert settings.archive == tmp_path / "archive"
    assert settings.log_level == "INFO"
    assert (settings.root / "pyproject.toml").is_file()


def test_home_is_under_root_unless_set(tmp_path: Path) -> None:
    assert Settings.load({"HUB_ROOT": str(tmp_path)}).home == tmp_path / ".hub"


def test_postgresql_goes_through_psycopg_and_stays_out_of_repr(tmp_path: Path) -> None:
    settings = load(tmp_path, HUB_DATABASE_URL=f"postgres://hub:{SECRET}@db/hub")
    assert settings.database_url == f"postgresql+psycopg://hub:{SECRET}@db/hub"
    assert SECRET not in repr(settings)
    assert SECRET not in redact.redact(f"no answer from {SECRET}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_LOG_LEVEL", "LOUD"),
        ("HUB_DATABASE_URL", "mysql://root@db/hub"),
        ("HUB_ARCHIVE", "relative/path"),
    ],
)
def test_a_malformed_setting_is_named_with_its_remedy(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=f"{name}.*Set") as caught:
        load(tmp_path, **{name: value})
    assert value not in str(caught.value)


def write_env(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / "local.env"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_local_env_fills_in_and_the_environment_wins(tmp_path: Path) -> None:
    write_env(
        tmp_path,
        "# secrets of this installation\n\nHUB_LOG_LEVEL='DEBUG'\nexport HUB_ARCHIVE=/from/file\n",
    )
    settings = load(tmp_path, HUB_ARCHIVE="/from/environment")
    assert settings.log_level == "DEBUG"
    assert settings.archive == Path("/from/environment")


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_local_env_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = write_env(tmp_path, "HUB_LOG_LEVEL=DEBUG\n", mode)
    with pytest.raises(SettingsError, match=f"chmod 600 {path}"):
        load(tmp_path)


@pytest.mark.parametrize("line", ["HUB LOG=1", "no equals", "=x"])
def test_a_broken_line_is_named_without_its_text(tmp_path: Path, line: str) -> None:
    path = write_env(tmp_path, f"A=1\n{line}{SECRET}\n")
    with pytest.raises(SettingsError, match="line 2") as caught:
        read_env_file(path)
    assert SECRET not in str(caught.value)


def test_a_connection_from_json(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "address": "http://127.0.0.1:8801/",
            "rate_per_second": 10,
            "client_id": "hub",
            "client_secret": SECRET,
            "token_url": "http://127.0.0.1:8801/oauth/token",
            "timeout": 2.5,
        }
    )
    found = load(tmp_path, HUB_CONNECTION_IT_SUBSIDY=text).connection("it_subsidy")
    assert (found.name, found.address) == ("it_subsidy", "http://127.0.0.1:8801")
    assert (found.rate, found.timeout) == (10, 2.5)
    assert found.option("client_id") == "hub"
    assert found.option("token_url") == "http://127.0.0.1:8801/oauth/token"
    assert found.secret("client_secret") == SECRET
    assert SECRET not in repr(found)


def test_a_connection_from_a_uri(tmp_path: Path) -> None:
    uri = "https://hub:p%40ss%2Fword@example.jp:8443/base?rate_per_second=0&timeout=9"
    found = load(tmp_path, HUB_CONNECTION_SUBSIDY=uri).connection("subsidy")
    assert found.address == "https://example.jp:8443/base"
    assert found.rate is None
    assert found.timeout == 9
    assert found.option("client_id") == "hub"
    assert found.secret("client_secret") == "p@ss/word"


def test_secrets_in_files(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text(f"{SECRET}\n", encoding="utf-8")
    found = Connection.from_mapping(
        "x", {"address": "http://h", "private_key_file": str(key), "client_secret_file": str(key)}
    )
    assert found.secret("private_key") == found.secret("client_secret") == SECRET
    assert SECRET not in redact.redact(f"refused {SECRET}")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "address"),
        ({"address": "host-without-scheme"}, "address"),
        ({"address": "http://h", "rate_per_second": SECRET}, "rate_per_second"),
        ({"address": "http://h", "rate_per_second": -1}, "rate_per_second"),
        ({"address": "http://h", "rate_per_second": "nan"}, "rate_per_second"),
        ({"address": "http://h", "timeout": 0}, "timeout"),
        ({"address": "http://h", "client_secret": [SECRET]}, "client_secret"),
        ({"address": "http://h", "client_secret_file": f"/none/{SECRET}"}, "client_secret_file"),
    ],
)
def test_a_broken_connection_names_the_key_and_no_value(
    given: dict[str, object], named: str
) -> None:
    with pytest.raises(SettingsError, match=named) as caught:
        Connection.from_mapping("it_subsidy", given)
    assert "HUB_CONNECTION_IT_SUBSIDY" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("text", ["{not json", f"//{SECRET}", "http://[::1"])
def test_neither_json_nor_uri(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, HUB_CONNECTION_X=text).connection("x")
    assert SECRET not in str(caught.value)


def test_a_missing_connection_says_exactly_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HUB_CONNECTION_SUPPORT_AGENCY") as caught:
        load(tmp_path).connection("support_agency")
    assert str(tmp_path / "local.env") in str(caught.value)
    assert variable_of("support_agency") == "HUB_CONNECTION_SUPPORT_AGENCY"


def test_another_source_is_asked_after_the_environment(tmp_path: Path) -> None:
    from_airflow = Connection("a", "http://airflow")
    settings = Settings.load(
        {"HUB_HOME": str(tmp_path), "HUB_CONNECTION_B": "http://environment"},
        connection_source={"a": from_airflow, "b": from_airflow}.get,
    )
    assert settings.connection("a") is from_airflow
    assert settings.connection("b").address == "http://environment"
    with pytest.raises(SettingsError, match="HUB_CONNECTION_C"):
        settings.connection("c")


@pytest.mark.parametrize("key", ["api_key", "client_token", "password", "private_key"])
def test_secret_keys_never_become_options(key: str) -> None:
    found = Connection.from_mapping("x", {"address": "http://h", key: SECRET, "token_url": "u"})
    assert found.secret(key) == SECRET
    assert found.options == {"token_url": "u"}
    with pytest.raises(SettingsError, match="client_secret"):
        found.secret("client_secret")
    with pytest.raises(SettingsError, match="scope"):
        found.option("scope")
