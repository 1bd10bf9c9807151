"""Keeps secrets and personal values out of logs, errors and quarantine.

Three tools: `mask` for one value that a person must be able to talk about without seeing it,
`redact` for a text that was not meant to hold anything secret, and `install_logging`, which sends
every log line through `redact`.
"""

from __future__ import annotations

import logging
import re
import sys
import unicodedata
from collections.abc import Iterable
from typing import TextIO
from urllib.parse import quote, unquote, urlsplit

from base.personal_number import mask_personal_numbers

HIDDEN = "***"
MASK_LENGTH = 80
"""Characters of a value that a mask shows; more are counted only."""

_SHORTEST_SECRET = 6
_secrets: set[str] = set()
_KEYS = (
    r"authorization|proxy-authorization|cookie|set-cookie|x-hojininfo-api-token"
    r"|[\w-]*(?:secret|passw(?:or)?d|passphrase|token|api[_-]?key|private[_-]?key)"
    r"|client[_-]?key|client_assertion"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL),
        HIDDEN,
    ),
    (re.compile(r"(?i)\b(bearer|basic|dpop|negotiate)\s+[\w.~+/=-]{4,}"), rf"\1 {HIDDEN}"),
    (
        re.compile(
            rf"(?i)(?<![\w-])((?:{_KEYS})[\"']?\s*[=:]\s*)"
            r"(?!(?:bearer|basic|dpop|negotiate) \*)"
            r"(\"[^\"]*\"?|'[^']*'?|[^\s&,;\"'}]+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]*(?=@)"), HIDDEN),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), HIDDEN),
    (re.compile(r"[\w.+-]+[@＠][\w-]+(?:\.[\w-]+)+"), "<email>"),
    (
        re.compile(
            r"(?<![\w.-])(?:\+81[ -]?|0|０)(?:[1-9１-９][0-9０-９]{8,9}"
            r"|[0-9０-９]{1,4}[-－‐−ー][0-9０-９]{1,4}[-－‐−ー][0-9０-９]{3,4})(?![\w-])"
        ),
        "<phone>",
    ),
    (re.compile(r"[(（]0\d{1,4}[)）] ?\d{1,4}[-－]\d{3,4}(?!\d)"), "<phone>"),
)


def mask(value: str) -> str:
    """The shape of a value: what kind of character stood where, and nothing of which.

    Digits become 9 (full width ９), Latin letters x or X, hiragana あ, katakana ア, ideographs 漢,
    any other letter or mark x; spaces and punctuation stay, since they tell a person what is wrong
    with a date or a number. Length is kept up to 80 characters; the rest is counted. No character
    of a name, number or address can be recovered.

    >>> mask("山田 太郎 090-1234-5678")
    '漢漢 漢漢 999-9999-9999'
    """
    shown = "".join(map(_shape, value[:MASK_LENGTH]))
    return shown if len(value) <= MASK_LENGTH else f"{shown}… (+{len(value) - MASK_LENGTH})"


def _shape(char: str) -> str:
    if char.isascii():
        if char.isdigit():
            return "9"
        if char.isalpha():
            return "X" if char.isupper() else "x"
        return char if char.isprintable() else "."
    kind = unicodedata.category(char)
    if kind[0] == "N" and char != "〇":
        return "９"
    if kind[0] in "PZS":
        return char
    return _script(char)


def _script(char: str) -> str:
    for first, last, shape in (
        ("\u3041", "\u309f", "あ"),
        ("\u30a0", "\u30ff", "ア"),
        ("\uff66", "\uff9f", "ｱ"),
        ("\u2e80", "\u2fdf", "漢"),
        ("\u3005", "\u3007", "漢"),
        ("\u3400", "\u9fff", "漢"),
        ("\uf900", "\ufaff", "漢"),
        ("\U00020000", "\U0003ffff", "漢"),
    ):
        if first <= char <= last:
            return shape
    return "x"


def register_secret(value: str | None) -> None:
    """Hide this very text wherever it appears from now on, as it is and as a URL writes it.

    Texts under six characters are not taken: hiding them would hide half the log.
    """
    if value and len(value) >= _SHORTEST_SECRET:
        _secrets.update({value, quote(value, safe="")})


def url_password(url: str) -> str | None:
    """The password of a database address, if it has one."""
    try:
        password = urlsplit(url).password
    except ValueError:
        return None
    return unquote(password) if password else None


def redact(text: str) -> str:
    """The text without credentials, tokens, e-mail addresses, telephone and personal numbers.

    法人番号 (13 digits) are public and stay. Names look like other words: do not log them.
    """
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return mask_personal_numbers(text)


def redact_url(url: str) -> str:
    """An address for messages: scheme, host and path; the query's values are left out."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return HIDDEN
    names = [pair.partition("=")[0] for pair in parts.query.split("&") if pair]
    query = "?" + "&".join(f"{name}=…" for name in names) if names else ""
    return redact(f"{parts.scheme}://{host}{parts.path}") + query


class RedactingFilter(logging.Filter):
    """Passes every record on with its message, traceback and extra texts redacted."""

    _formatter = logging.Formatter()
    _own = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record in place; always True."""
        try:
            record.msg = redact(record.getMessage())
        except (TypeError, ValueError):
            record.msg = redact(f"{record.msg} (its arguments do not fit)")
        record.args = None
        if record.exc_info and record.exc_info[0] and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        for name, value in record.__dict__.items():
            if name not in self._own and isinstance(value, str):
                record.__dict__[name] = redact(value)
        return True


CHATTY = ("urllib3", "alembic", "sqlalchemy")
"""Loggers that stay at WARNING: below it they say more than anyone wants, sqlalchemy even rows."""


def install_logging(
    level: str = "INFO", *, stream: TextIO | None = None, secrets: Iterable[str] = ()
) -> logging.Handler:
    """Send the root logger to one redacting handler on `stream` (standard error by default).

    Handlers that others installed keep working and get the same filter. Calling it again replaces
    the handler of the last call.
    """
    for secret in secrets:
        register_secret(secret)
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if getattr(handler, "of_the_hub", False)]:
        root.removeHandler(old)
    protect_handlers()
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.of_the_hub = True  # type: ignore[attr-defined]
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RedactingFilter())
    root.addHandler(handler)
    root.setLevel(level)
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return handler


def protect_handlers() -> None:
    """Let every handler of the root logger redact: for processes whose logging is another's."""
    for handler in logging.getLogger().handlers:
        if not any(isinstance(each, RedactingFilter) for each in handler.filters):
            handler.addFilter(RedactingFilter())
