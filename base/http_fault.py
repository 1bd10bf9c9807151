"""Which error of the hub a failed exchange is.

requests and urllib3 wrap one another's errors and put the whole address, query and all, into their
texts: the texts are not used.
"""

from __future__ import annotations

import socket
from http.client import IncompleteRead

from requests.exceptions import ConnectTimeout, InvalidURL, MissingSchema, SSLError
from urllib3.exceptions import DecodeError, NameResolutionError, ReadTimeoutError

from base.errors import ConnectError, HubError, ServerFault, SettingsError

CONNECT_TIMEOUT = 10.0
"""Seconds to make a connection."""


def transport_error(error: BaseException, place: str, timeout: float, reading: bool) -> HubError:
    """The error to raise for one of requests, urllib3 or the socket.

    Args:
        place: the request as messages may show it.
        timeout: seconds the client waited for the next bytes.
        reading: whether the head of the answer had come.
    """
    causes = tuple(_causes(error))
    return (
        _never_good(causes, place)
        or _too_slow(causes, place, timeout)
        or _broken(causes, place)
        or _no_connection(causes, place, reading)
    )


def _causes(error: BaseException | None) -> list[BaseException]:
    """An error and everything inside it."""
    found: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        each = pending.pop()
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            pending += [*each.args, getattr(each, "reason", None), each.__context__]
    return found


def _any_is(causes: tuple[BaseException, ...], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _never_good(causes: tuple[BaseException, ...], place: str) -> HubError | None:
    if _any_is(causes, MissingSchema, InvalidURL):
        return SettingsError(f"{place} is no address", remedy="Correct the connection's address")
    if _any_is(causes, SSLError):
        return SettingsError(
            f"{place}: the host's TLS certificate is not trusted",
            remedy="Install the certificate of its authority (REQUESTS_CA_BUNDLE), or correct the "
            "address",
        )
    return None


def _too_slow(causes: tuple[BaseException, ...], place: str, timeout: float) -> HubError | None:
    if _any_is(causes, ConnectTimeout):
        return ConnectError(f"{place}: no connection within {CONNECT_TIMEOUT:.0f} s")
    if _any_is(causes, ReadTimeoutError, TimeoutError):
        return ConnectError(
            f"{place}: nothing came for {timeout:g} s",
            remedy="If the system is known to be slow, raise timeout in the connection",
        )
    return None


def _broken(causes: tuple[BaseException, ...], place: str) -> HubError | None:
    if _any_is(causes, IncompleteRead):
        return ServerFault(f"{place}: the answer broke off before its announced length")
    if _any_is(causes, DecodeError):
        return ServerFault(f"{place}: the answer's compression is broken")
    return None


def _no_connection(causes: tuple[BaseException, ...], place: str, reading: bool) -> HubError:
    if _any_is(causes, NameResolutionError, socket.gaierror):
        return ConnectError(
            f"{place}: the host's name is not known", remedy="Check the connection's address"
        )
    if _any_is(causes, ConnectionRefusedError):
        return ConnectError(
            f"{place}: the connection was refused",
            remedy="Check that the system runs, and the address and port of the connection",
        )
    if reading:
        return ServerFault(f"{place}: the connection was reset while the answer came in")
    return ConnectError(f"{place}: the connection was reset before an answer came")
