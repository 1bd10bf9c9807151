"""Alerts by webhook: a CloudEvent (1.0.2, structured JSON) signed after Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from base.alert_settings import WebhookSettings
from base.clock import Clock
from base.errors import ConnectError, HubError, ReadError, ServerFault
from canonical.store.alerts import Notice
from connectors.declaration import Declaration
from hub.alerts.words import LANGUAGES, link, told

NAME = "webhook"
TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and for the next bytes of the answer."""

TRIES = 3
SOURCE = "urn:sme-hub"
TYPE = "jp.sme-hub.alert."


class WebhookChannel:
    """Posts each notice to one address."""

    name = NAME

    def __init__(
        self,
        settings: WebhookSettings,
        declared: Mapping[str, Declaration],
        pages: str,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._declared = declared
        self._pages = pages
        self._clock = clock

    def send(self, notice: Notice) -> None:
        """Post it, with retries where they may help; its id is the same each time.

        Raises:
            ConnectError: the receiver is away, or answers with 5xx or 429.
            ReadError: it refuses the message.
        """
        content = json.dumps(self._event(notice), ensure_ascii=False).encode()
        retrying = Retrying(
            stop=stop_after_attempt(TRIES),
            wait=wait_exponential(multiplier=1, max=5),
            retry=retry_if_exception_type((ConnectError, ServerFault)),
            sleep=self._clock.sleep,
            reraise=True,
        )
        retrying(self._post, notice.notice_id, content)

    def _post(self, notice_id: str, content: bytes) -> None:
        at = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": notice_id,
            "webhook-timestamp": at,
            "webhook-signature": signature(self._settings.secret, notice_id, at, content),
        }
        try:
            with requests.post(
                self._settings.address,
                data=content,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,  # what it answers beyond the status is not read
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:
            raise ConnectError(
                f"the webhook's receiver is away ({type(error).__name__})",
                remedy="Look at HUB_ALERT_WEBHOOK; `hub alerts test-channel webhook` tries it",
            ) from None
        if not 200 <= status < 300:
            raise _refused(status)

    def _event(self, notice: Notice) -> dict[str, Any]:
        alert, condition = notice.alert, notice.alert.condition
        said = {one: told(condition, self._declared, one) for one in LANGUAGES}
        return {
            "specversion": "1.0",
            "id": notice.notice_id,
            "source": SOURCE,
            "type": TYPE + notice.event,
            "time": notice.at.isoformat(),
            "subject": "/".join(filter(None, (condition.system, condition.stream))),
            "datacontenttype": "application/json",
            "data": {
                "alert": alert.alert_id,
                "kind": str(condition.kind),
                "system": condition.system,
                "stream": condition.stream or None,
                "since": condition.since.isoformat(),
                "opened_at": alert.opened_at.isoformat(),
                "cleared_at": alert.cleared_at.isoformat() if alert.cleared_at else None,
                "facts": dict(condition.facts),
                "title": {language: one.title for language, one in said.items()},
                "what": {language: one.what for language, one in said.items()},
                "remedy": {language: one.remedy for language, one in said.items()},
                "page": link(condition, self._pages),
            },
        }


def signature(secret: bytes, notice_id: str, at: str, content: bytes) -> str:
    """`v1,BASE64` of HMAC-SHA256 over `id.timestamp.content` (Standard Webhooks, "Signature")."""
    signed = b".".join((notice_id.encode(), at.encode(), content))
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def _refused(status: int) -> HubError:
    passes = status >= 500 or status in {408, 425, 429}
    kind = ServerFault if passes else ReadError
    return kind(
        f"the webhook's receiver answered {status}",
        remedy="Ask whoever runs it; it must answer 2xx once it has the alert",
    )
