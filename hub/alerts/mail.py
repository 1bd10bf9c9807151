"""Alerts by e-mail: one message each, Japanese and English, over a protected connection."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime

from base.alert_settings import MailSettings
from base.clock import JST
from base.errors import AuthenticationError, ConnectError, HubError
from canonical.store.alerts import Notice
from connectors.declaration import Declaration
from hub.alerts.words import body, subject

TIMEOUT = 15.0
"""Seconds for each step of the conversation."""

NAME = "mail"


class MailChannel:
    """Sends by SMTP (RFC 5321), with STARTTLS (RFC 3207) unless the setting says otherwise."""

    name = NAME

    def __init__(
        self, settings: MailSettings, declared: Mapping[str, Declaration], pages: str
    ) -> None:
        self._settings = settings
        self._declared = declared
        self._pages = pages

    def send(self, notice: Notice) -> None:
        """Send one message; the same notice always has the same Message-ID.

        Raises:
            AuthenticationError: the server does not take our user.
            ConnectError: it is away, offers no TLS, or refuses the message.
        """
        message = self._message(notice)
        try:
            server = self._connected()
            try:
                refused = server.send_message(message)
            finally:
                # Once the message is taken, a farewell that fails must not send it again.
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except smtplib.SMTPAuthenticationError:
            raise AuthenticationError(
                "the mail server refuses the user or its password",
                remedy="Look at HUB_ALERT_MAIL_SERVER and HUB_ALERT_MAIL_PASSWORD",
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            raise _away(error) from None
        if refused:
            raise ConnectError(
                f"the mail server took it for some receivers only, not for {len(refused)}",
                remedy="Look at HUB_ALERT_MAIL_TO",
            )

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = f"[SME hub] {subject(notice, self._declared, 'ja')}"
        message["From"] = self._settings.sender
        message["To"] = ", ".join(self._settings.receivers)
        message["Date"] = format_datetime(notice.at.astimezone(JST))
        message["Message-ID"] = f"<{notice.notice_id}@{self._settings.sender.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer is wanted
        message.set_content(body(notice, self._declared, self._pages))
        return message

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        tls = ssl.create_default_context()
        place = (settings.host, settings.port)
        if settings.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=tls)
        else:
            server = smtplib.SMTP(*place, timeout=TIMEOUT)
        try:
            if settings.tls == "starttls":
                server.starttls(context=tls)
            if settings.user and settings.password:
                server.login(settings.user, settings.password)
        except BaseException:
            server.close()
            raise
        return server


def _away(error: Exception) -> HubError:
    """What a mail server's own words would say may hold an address; its code says enough."""
    code = getattr(error, "smtp_code", None)
    told = f"{type(error).__name__}{f' {code}' if code else ''}"
    return ConnectError(
        f"the mail server does not take the alert ({told})",
        remedy="Look at HUB_ALERT_MAIL_SERVER; `hub alerts test-channel mail` tries it",
    )
