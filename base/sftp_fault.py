"""One of the hub's errors for what paramiko or a socket raised, without its text."""

from __future__ import annotations

from paramiko.ssh_exception import AuthenticationException, IncompatiblePeer

from base.errors import (
    AuthenticationError,
    ConnectError,
    Forbidden,
    HubError,
    NotFound,
    ServerFault,
)
from base.sftp_watch import TooSlow


def entering_error(address: str, user: str, error: Exception) -> HubError:
    """What went wrong before the connection stood."""
    if isinstance(error, IncompatiblePeer):
        return AuthenticationError(
            f"{address} has no key of the pinned kind, or no cipher that is safe today",
            remedy="Ask the system's owner for the server's host key, and which kinds it has",
        )
    if isinstance(error, AuthenticationException):
        return AuthenticationError(
            f"{address} refused the key of {user}",
            remedy="Check username and private_key of the connection; ask the owner whether "
            "the key is still registered",
        )
    if isinstance(error, TimeoutError | TooSlow):
        return ConnectError(f"{address}: no connection: it does not answer")
    return ConnectError(f"{address}: no connection ({type(error).__name__})")


def request_error(place: str, error: Exception, patience: float) -> HubError:
    """What became of a request; `place` names the server and what was asked of it."""
    if isinstance(error, FileNotFoundError):
        return NotFound(f"{place}: there is no such file")
    if isinstance(error, PermissionError):
        return Forbidden(
            f"{place}: permission denied", remedy="Ask the owner for the right to read it"
        )
    if isinstance(error, TooSlow):
        return ServerFault(f"{place}: not done within {error.seconds:.0f} s")
    if isinstance(error, TimeoutError):
        return ConnectError(f"{place}: no answer within {patience:.0f} s")
    return ServerFault(f"{place}: the connection broke ({type(error).__name__})")
