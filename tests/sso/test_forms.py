"""A form is read as the standard library reads it, but strictly."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sso.forms import MOST_FIELDS, parsed
from sso.refusals import Refused


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["C"]), min_size=1),
        st.text("a+é &=%;"),
        max_size=8,
    )
)
def test_what_was_written_is_read(values: dict[str, str]) -> None:
    assert parsed(urlencode(values).encode()) == {name: v for name, v in values.items() if v}


@given(st.text("ab=&+%4126CE93é;", max_size=40))
def test_a_form_is_read_as_the_standard_library_reads_it(text: str) -> None:
    try:
        encoded = text.encode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        with pytest.raises(Refused):
            parsed(text.encode())
        return
    controlled = any(not one.isprintable() for pair in pairs for one in pair)
    if len(dict(pairs)) == len(pairs) and not controlled:
        assert parsed(encoded) == {name: value for name, value in pairs if value}


def test_too_many_fields_are_refused() -> None:
    assert (
        len(parsed(urlencode({f"f{n}": "1" for n in range(MOST_FIELDS)}).encode())) == MOST_FIELDS
    )
    with pytest.raises(Refused):
        parsed(urlencode({f"f{n}": "1" for n in range(MOST_FIELDS + 1)}).encode())
