"""The settings of the channels are checked when they are read."""

from __future__ import annotations

import pytest

from base.alert_settings import AlertSettings
from base.errors import SettingsError

MAIL = {
    "HUB_ALERT_MAIL_SERVER": "smtp://hub%40office.example@mail.example",
    "HUB_ALERT_MAIL_PASSWORD": "not-a-real-password",
    "HUB_ALERT_MAIL_FROM": "hub@office.example",
    "HUB_ALERT_MAIL_TO": "a@office.example, b@office.example",
}
HOOK = {
    "HUB_ALERT_WEBHOOK": "https://chat.example/hooks/1",
    "HUB_ALERT_WEBHOOK_SECRET": "whsec_" + "QUFB" * 8,
}


def test_what_is_set_is_read_and_shows_no_secret() -> None:
    found = AlertSettings.of({**MAIL, **HOOK, "HUB_ALERT_PAGES": "https://airflow.example/"})
    assert found.mail and found.webhook  # noqa: PT018 - for the type checker
    assert (found.mail.port, found.mail.tls, found.mail.user) == (
        587,
        "starttls",
        "hub@office.example",
    )
    assert found.mail.receivers == ("a@office.example", "b@office.example")
    assert found.webhook.secret == b"A" * 24
    assert found.pages == "https://airflow.example"
    for secret in ("not-a-real-password", "hooks/1", "AAAA"):
        assert secret not in repr(found)
    assert AlertSettings.of({}) == AlertSettings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HUB_ALERT_MAIL_SERVER", "mail.example"),
        ("HUB_ALERT_MAIL_SERVER", "smtp://mail.example:port"),
        ("HUB_ALERT_MAIL_SERVER", "smtp://hub:not-a-real-password@mail.example"),
        ("HUB_ALERT_MAIL_SERVER", "smtp://mail.example"),
        ("HUB_ALERT_MAIL_SERVER", "smtp+plain://hub@mail.example"),
        ("HUB_ALERT_MAIL_PASSWORD", ""),
        ("HUB_ALERT_MAIL_FROM", "office.example"),
        ("HUB_ALERT_MAIL_FROM", "a@office.example, b@office.example"),
        ("HUB_ALERT_MAIL_TO", ""),
        ("HUB_ALERT_MAIL_TO", "a@office.example\r\nBcc: c@office.example"),
        ("HUB_ALERT_WEBHOOK", "http://chat.example/hooks/1"),
        ("HUB_ALERT_WEBHOOK_SECRET", "whsec_QUFB"),
        ("HUB_ALERT_WEBHOOK_SECRET", ""),
        ("HUB_ALERT_PAGES", "airflow"),
    ],
)
def test_what_cannot_be_used_is_named_without_its_value(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        AlertSettings.of({**MAIL, **HOOK, variable: value})
    said = str(refused.value)
    assert "HUB_ALERT_MAIL" in said or variable in said or "mail server" in said
    assert refused.value.remedy
    assert "not-a-real-password" not in said
