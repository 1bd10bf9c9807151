"""SOAP 1.1 messages as a mock answers them."""

from __future__ import annotations

from starlette.responses import Response

from mocks.soap.security import WSSE

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def answer(body: bytes, status: int = 200) -> Response:
    """An envelope around a body."""
    whole = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<soap:Envelope xmlns:soap="%s" xmlns:xsi="%s"><soap:Body>%s</soap:Body></soap:Envelope>'
        % (SOAP.encode(), XSI.encode(), body)
    )
    return Response(whole, status, media_type="text/xml; charset=utf-8")


def fault(namespace: str, general: str, code: str, hold: int | None = None) -> Response:
    """A fault with its detail in a service's namespace; the text is what such systems write.

    `general` is SOAP's or WS-Security's code with its prefix, `code` the service's own; `hold` the
    seconds after which to come again.
    """
    retry = "" if hold is None else f"<retryAfterSeconds>{hold}</retryAfterSeconds>"
    body = (
        f'<soap:Fault xmlns:wsse="{WSSE}"><faultcode>{general}</faultcode>'
        f"<faultstring>処理できませんでした。</faultstring>"
        f'<detail><serviceFault xmlns="{namespace}"><code>{code}</code>{retry}</serviceFault>'
        f"</detail></soap:Fault>"
    )
    return answer(body.encode(), 500)
