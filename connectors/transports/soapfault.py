"""Which error of the hub a SOAP 1.1 fault is.

A fault names itself by a code of the specification (`Client`, `Server`, WS-Security's) and, inside
its detail, by one of the system's own. What the system's codes mean is declared with the stream
(`soap.faults` in connector.yaml). A fault's text may name an applicant or quote the request: it is
never shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from base.errors import (
    AuthenticationError,
    ContractError,
    Forbidden,
    HubError,
    PagingError,
    RateLimited,
    ReadError,
    ServerFault,
)

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
FAULT = f"{{{SOAP}}}Fault"

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_NUMBERS = re.compile(r"(?:\D*\d){7}")
_LONGEST_HOLD = 86_400.0


@dataclass(frozen=True, slots=True)
class FaultWords:
    """How a system's faults are read.

    `code` and `hold` are the names of the elements inside the detail that hold its code, and the
    seconds after which to come again. `meanings` says what a code means, in a word of `MEANINGS`.
    """

    code: str = "code"
    hold: str = "retryAfterSeconds"
    meanings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> FaultWords:
        """What a stream declares under `soap:`."""
        return cls(
            section.get("fault_code", "code"),
            section.get("fault_retry_after", "retryAfterSeconds"),
            section.get("faults", {}),
        )


_REMEDIES = {
    "credentials": "Check username and password of the connection",
    "clock": "Check that this machine's clock is right",
    "forbidden": "Ask the system's owner to allow this user to read it",
    "busy": "Lower rate_per_second of the connection if it recurs",
    "position": "The window is read anew; if it recurs, tell the system's owner",
    "request": "Compare the request with the contract of the system",
    "server": "If it recurs, tell the system's owner the time and the code",
    "contract": "The system may have changed; compare its WSDL with the contract",
}
_KINDS: dict[str, type[HubError]] = {
    "credentials": AuthenticationError,
    "clock": AuthenticationError,
    "forbidden": Forbidden,
    "busy": RateLimited,
    "position": PagingError,
    "request": ReadError,
    "server": ServerFault,
    "contract": ContractError,
}
MEANINGS = tuple(_KINDS)
"""What a fault can mean: the words that `soap.faults` uses."""


def fault_error(fault: etree._Element, place: str, words: FaultWords) -> HubError:
    """The error that a fault is; its text stays out.

    Args:
        place: the request as messages may show it.
    """
    general = _text(fault.find("faultcode")).rpartition(":")[2]
    detail = fault.find("detail")
    code = "" if detail is None else _inside(detail, words.code)
    meaning = words.meanings.get(code) or _usual(general)
    shown = " ".join(part for part in (general, code) if _shows(part)) or "without a code"
    hold = None if detail is None else _seconds(_inside(detail, words.hold))
    kind = _KINDS[meaning]
    return kind(
        f"{place} answered the SOAP fault {shown}",
        remedy=_REMEDIES[meaning],
        retry_after=hold if kind is RateLimited else None,
    )


def _usual(code: str) -> str:
    """What a code of SOAP 1.1 §4.4.1 or of WS-Security 1.1 §12 means."""
    if code == "MessageExpired":
        return "clock"
    if code in {"FailedAuthentication", "FailedCheck", "SecurityTokenUnavailable"} or (
        code.startswith(("InvalidSecurity", "Unsupported"))
    ):
        return "credentials"
    if code in {"VersionMismatch", "MustUnderstand"}:
        return "contract"
    return "request" if code.partition(".")[0] == "Client" else "server"


def _inside(detail: etree._Element, name: str) -> str:
    return next((_text(one) for one in detail.iter(f"{{*}}{name}")), "")


def _text(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _shows(code: str) -> bool:
    """Whether a code names nothing but the fault: no number long enough to be a person's."""
    return bool(_CODE.fullmatch(code)) and not _NUMBERS.match(code)


def _seconds(text: str) -> float | None:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text, re.ASCII):
        return None
    return min(float(text), _LONGEST_HOLD)
