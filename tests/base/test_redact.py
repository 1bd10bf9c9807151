from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import redact
from base.redact import install_logging, mask, redact_url

PERSONAL_NUMBER = "621498320257"


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("山田 太郎", "漢漢 漢漢"),
        ("やまだ　タロウ", "あああ　アアア"),
        ("ﾔﾏﾀﾞ", "ｱｱｱｱ"),
        ("平成32年3月31日", "漢漢99漢9漢99漢"),
        ("１２－３", "９９－９"),
        ("Taro.Y@example.jp", "Xxxx.X@xxxxxxx.xx"),
        ("\x00\n", ".."),
        ("Łódź", "xxxx"),
        ("", ""),
        ("𠮷野々", "漢漢漢"),
        ("五〇", "漢漢"),
    ],
)
def test_masks_keep_the_shape(value: str, shape: str) -> None:
    assert mask(value) == shape


def test_a_long_value_is_counted() -> None:
    assert mask("1" * 100) == "9" * 80 + "… (+20)"


@given(st.text(st.characters(categories=["L", "N", "M"]), max_size=60))
def test_no_letter_or_digit_survives_but_as_the_shape(value: str) -> None:
    assert set(mask(value)) <= set("9９xXあアｱ漢")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Bearer abc.DEF-123", "abc.DEF-123"),
        ("headers {'Authorization': 'Basic aHViOnNlY3JldA=='}", "aHViOnNlY3JldA"),
        ("authorization=Bearer tok12345", "tok12345"),
        ("POST client_id=hub&client_secret=abc123&scope=x", "abc123"),
        ('{"access_token": "ab,c", "expires_in": 3}', "ab,c"),
        ("refresh_token: xyz99", "xyz99"),
        ("?password=hunter2&x=1", "hunter2"),
        ("X-hojinInfo-api-token: 0a9b8c", "0a9b8c"),
        ("client_assertion=eyJhbGciOi.eyJzdWIi.c2ln", "eyJ"),
        ("token eyJhbGciOi.eyJzdWIi.c2ln rest", "eyJ"),
        ("postgresql://hub:pa55word@db/hub", "pa55word"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE"),
        ("-----BEGIN EC PRIVATE KEY-----\nMIIE cut off", "MIIE"),
        ("連絡先 taro.yamada+x@mail.example.co.jp まで", "taro"),
        ("電話 03-1234-5678 です", "1234"),
        ("携帯 09012345678", "09012345678"),
        ("(03)5253-5111", "5253"),
        ("０３－１２３４－５６７８", "１２３４"),
        ("+81 90-1234-5678", "1234"),
        (f"個人番号 {PERSONAL_NUMBER}", PERSONAL_NUMBER),
    ],
)
def test_what_must_not_be_seen(text: str, hidden: str) -> None:
    assert hidden not in redact.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "subsidy.programs record a0WJ200000CDR9HMAX: 7000012050002 is not in the register",
        "read 200000 records at 2026-11-27T14:59:00.000000Z, page 0000000012 of 20",
        "run 20261102T000000.012345Z-9f1c02ab took 0.1234567890123 s",
        "http://127.0.0.1:8801/v1/public/subsidies: token expired",
        "sha256:012345678901 3 files",
        "Keep 0.05 of 20, 資本金 100,000,000 円",
    ],
)
def test_what_must_stay(text: str) -> None:
    assert redact.redact(text) == text


def test_a_registered_secret_is_hidden_as_written_and_as_in_a_url() -> None:
    redact.register_secret("p@ss/word")
    redact.register_secret("short")
    redact.register_secret(None)
    assert redact.redact("x p@ss/word y p%40ss%2Fword short") == "x *** y *** short"


def test_an_address_for_messages_has_no_values() -> None:
    url = "https://hub:pw@example.jp/v1/x?id=K123456789012&keyword=山田"
    assert redact_url(url) == "https://example.jp/v1/x?id=…&keyword=…"
    assert redact_url("http://[broken") == "***"


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    filters = {handler: list(handler.filters) for handler in handlers}
    yield root
    root.setLevel(level)
    root.handlers = handlers
    for handler in handlers:
        handler.filters = filters[handler]


@pytest.fixture
def log(root: logging.Logger) -> io.StringIO:
    """What the hub's handler writes, after a second installation in one process."""
    stream = io.StringIO()
    install_logging("DEBUG", stream=stream)
    install_logging("INFO", stream=stream, secrets=["registered-one"])
    return stream


def test_log_lines_arguments_and_tracebacks_are_redacted(log: io.StringIO) -> None:
    logger = logging.getLogger("hub.sync")
    logger.info("token %s for %s", "registered-one", {"mail": "taro@example.jp"})
    try:
        raise ValueError("client_secret=abc12345")  # noqa: TRY301
    except ValueError:
        logger.exception("failed")
    text = log.getvalue()
    assert text.count("token *** for") == 1
    assert "ValueError" in text
    for hidden in ("registered-one", "taro@", "abc12345"):
        assert hidden not in text


def test_arguments_that_do_not_fit_do_not_lose_the_line(log: io.StringIO) -> None:
    logging.getLogger("hub").warning("%d records", "many")
    assert "%d records (its arguments do not fit)" in log.getvalue()


def test_texts_beside_the_message_are_redacted(root: logging.Logger) -> None:
    handler = install_logging("INFO", stream=(stream := io.StringIO()))
    root.handlers = [handler]
    handler.setFormatter(logging.Formatter("%(url)s"))
    logging.getLogger("hub").error("x", extra={"url": "http://u:pw@h/?password=abcdef"})
    assert stream.getvalue() == "http://***@h/?password=***\n"


def test_handlers_of_others_are_filtered_too(root: logging.Logger) -> None:
    root.addHandler(logging.StreamHandler(stream := io.StringIO()))
    install_logging("INFO", stream=io.StringIO())
    logging.getLogger("any").warning("password=abcdef")
    assert stream.getvalue() == "password=***\n"
