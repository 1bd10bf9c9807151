"""Every transform keeps its promises: its examples, its inverse, its fast path, its refusals."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import RefusedValue
from mappings.transforms import TRANSFORMS, Example, Transform

CASES = [
    pytest.param(transform, example, id=f"{name}-{number}")
    for name, transform in TRANSFORMS.items()
    for number, example in enumerate(transform.examples)
]
ALL = [pytest.param(transform, id=name) for name, transform in TRANSFORMS.items()]
ODD_TEXTS = st.one_of(
    st.text(max_size=30),
    st.text(
        "0123456789０１２９一二三十百千万億年月日元令和平成昭和RHS./-−－ー〜~円千%△▲,.()（）/分の約名度期末"
        "東京都県市区町村郡丁目番地号大字ァヶｶﾞ株式会社㈱有限(株) T:TZE+eE@<>&;\x00\x08\n\t　 ",
        max_size=25,
    ),
)


def texts_of(example: Example) -> tuple[str | None, ...]:
    return (example.texts,) if isinstance(example.texts, str) else example.texts


@pytest.mark.parametrize(("transform", "example"), CASES)
def test_worked_example(transform: Transform, example: Example) -> None:
    options = transform.complete(example.options)
    if example.refused:
        with pytest.raises(RefusedValue) as refused:
            transform.parse(texts_of(example), options)
        assert refused.value.rule == example.refused
        return
    parsed = transform.parse(texts_of(example), options)
    assert parsed.values == example.values
    if example.note:
        assert parsed.note == example.note
    if example.formatted is not None:
        formatted = transform.format(parsed.values, options)
        expected = (example.formatted,) if isinstance(example.formatted, str) else example.formatted
        assert formatted == expected


@pytest.mark.parametrize("transform", ALL)
def test_has_examples_and_fills_all_outputs(transform: Transform) -> None:
    assert transform.examples
    nothing = tuple(None for _ in transform.inputs or ("",))
    parsed = transform.parse(nothing, transform.complete({}))
    assert parsed.values == (None,) * len(transform.outputs)


def outcome(transform: Transform, texts: tuple[str | None, ...], options: Any) -> Any:
    """The values, or the refusing rule: nothing else may come of a parse."""
    try:
        return transform.parse(texts, options).values
    except RefusedValue as refused:
        return refused.rule


def fast_rows(
    transform: Transform, rows: list[tuple[str | None, ...]], options: Any
) -> list[tuple[bool, tuple[Any, ...]]]:
    width = len(transform.inputs or ("",))
    frame = pl.DataFrame(rows, schema={f"i{n}": pl.String for n in range(width)}, orient="row")
    assert transform.fast is not None
    fast = transform.fast([pl.col(f"i{n}") for n in range(width)], options)
    outputs = [expression.alias(f"o{n}") for n, expression in enumerate(fast.outputs)]
    for stage in fast.shared.stages if fast.shared else ():
        frame = frame.with_columns(stage)
    result = frame.select(fast.settled.fill_null(value=False).alias("settled"), *outputs)
    return [(row[0], row[1:]) for row in result.iter_rows()]


def assert_fast_is_scalar(
    transform: Transform, rows: list[tuple[str | None, ...]], options: Any
) -> None:
    for texts, (settled, values) in zip(rows, fast_rows(transform, rows, options), strict=True):
        if settled and any(texts):
            assert values == outcome(transform, texts, options), texts
            assert transform.parse(texts, options).note is None, texts


WITH_FAST = [pytest.param(t, id=name) for name, t in TRANSFORMS.items() if t.fast is not None]


@pytest.mark.parametrize("transform", WITH_FAST)
def test_fast_path_equals_scalar_on_examples(transform: Transform) -> None:
    rows = [texts_of(example) for example in transform.examples]
    for example in transform.examples:
        assert_fast_is_scalar(transform, rows, transform.complete(example.options))


@pytest.mark.parametrize("transform", WITH_FAST)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_fast_path_equals_scalar_on_odd_texts(transform: Transform, data: st.DataObject) -> None:
    width = len(transform.inputs or ("",))
    rows = data.draw(st.lists(st.tuples(*[ODD_TEXTS] * width), min_size=1, max_size=20))
    assert_fast_is_scalar(transform, rows, transform.complete({}))


@pytest.mark.parametrize("transform", ALL)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_parse_refuses_and_never_fails(transform: Transform, data: st.DataObject) -> None:
    texts = data.draw(st.tuples(*[ODD_TEXTS] * len(transform.inputs or ("",))))
    example = data.draw(st.sampled_from(transform.examples))
    result = outcome(transform, texts, transform.complete(example.options))
    assert isinstance(result, (str, tuple))


@pytest.mark.parametrize(("transform", "example"), CASES)
def test_reads_what_it_writes(transform: Transform, example: Example) -> None:
    """parse(format(v)) keeps v's wording: formatting what was read back changes nothing more."""
    if example.values is None:
        return
    options = transform.complete(example.options)
    written = transform.format(example.values, options)
    read = transform.parse(written, options)
    assert transform.format(read.values, options) == written


@pytest.mark.parametrize("transform", ALL)
@pytest.mark.parametrize("text", ["9" * 5000, "9" * 5000 + "円", f"0.{'9' * 5000}千円"])
def test_a_number_of_thousands_of_digits_never_fails(transform: Transform, text: str) -> None:
    """Python reads no more than 4300 digits as an integer."""
    texts = (text,) * len(transform.inputs or ("",))
    assert isinstance(outcome(transform, texts, transform.complete({})), (str, tuple))
