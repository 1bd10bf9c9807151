"""What a transform is: one reading of source text, with its inverse, its loss and its examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import polars as pl

Options = Mapping[str, Any]
"""Options of one rule, complete: every option the transform knows, with its default filled in."""

Texts = tuple[str | None, ...]
"""The source texts of one record, one for each input; None where nothing was stated."""

Values = tuple[Any, ...]
"""The canonical values of one record, one for each output; None where nothing is stated."""


class Parsed(NamedTuple):
    """What a parse gives: one value for each output, and a remark if the text was out of the way.

    `note` is the short name of the remark, such as `era_out_of_range`; the value is accepted.
    """

    values: Values
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """An option that a rule may give: its default, and what it may be.

    `choices` are the allowed values; empty where any value of `kind` will do.
    """

    default: Any = None
    kind: type | tuple[type, ...] = str
    choices: tuple[Any, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example that runs as a test.

    Exactly one of `values` and `refused` (the rule's name) is given. `formatted` is what the
    backward direction makes of `values`; None where the example does not show it.
    """

    texts: str | Texts
    values: Values | None = None
    refused: str | None = None
    note: str | None = None
    formatted: str | Texts | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


class Shared:
    """Columns that several expressions of one fast path stand on, computed once.

    A kept column of stage 0 stands on the source alone, one of stage n on stages below n.
    """

    _names = count()

    def __init__(self) -> None:
        self.stages: list[list[pl.Expr]] = []

    def keep(self, expression: pl.Expr, stage: int = 0) -> pl.Expr:
        """The column that `expression` will be computed into."""
        import polars as pl

        while len(self.stages) <= stage:
            self.stages.append([])
        name = f"~{next(self._names)}"
        self.stages[stage].append(expression.alias(name))
        return pl.col(name)


class Fast(NamedTuple):
    """The column path of a transform: which rows it settles, and their values.

    `settled` is true where `outputs` are right; every other row with a text goes to the scalar
    parse, once for each distinct text. `shared` are the columns that both stand on.
    """

    settled: pl.Expr
    outputs: tuple[pl.Expr, ...]
    shared: Shared | None = None


@dataclass(frozen=True)
class Transform:
    """A named reading of source text.

    Args:
        name: the word a mapping uses after `as:`.
        version: raised whenever the same text may give another value; part of a plan's version.
        outputs: suffixes of the columns it fills, by the target's name; `""` is the target itself,
            a suffix that starts with `=` is a whole column name.
        parse: texts → values; raises RefusedValue and nothing else.
        format: values → texts, one for each input; the inverse of `parse` up to `loss`.
        loss: what a round trip may lose, in words; empty when nothing.
        fast: the same as `parse` as column expressions, for clean common texts; None: all scalar.
        inputs: the parts a group of source fields may name; empty for a single field.
        options: the options a rule may give.
        examples: worked examples.
    """

    name: str
    version: int
    outputs: tuple[str, ...]
    parse: Callable[[Texts, Options], Parsed]
    format: Callable[[Values, Options], Texts]
    loss: str = ""
    fast: Callable[[Sequence[pl.Expr], Options], Fast] | None = None
    inputs: tuple[str, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The options of one rule, with the defaults filled in."""
        return {name: given.get(name, option.default) for name, option in self.options.items()}

    def columns(self, target: str) -> tuple[str, ...]:
        """The names of the canonical columns it fills for this target."""
        return tuple(s[1:] if s.startswith("=") else target + s for s in self.outputs)


def single(
    parse: Callable[[str, Options], Any],
) -> Callable[[Texts, Options], Parsed]:
    """Make a parse of one text into one value (or a Parsed) a transform's parse.

    A text that is missing or only spaces states nothing.
    """

    def parse_one(texts: Texts, options: Options) -> Parsed:
        text = texts[0]
        if text is None or not text.strip():
            return Parsed((None,))
        result = parse(text, options)
        return result if isinstance(result, Parsed) else Parsed((result,))

    return parse_one


def single_format(
    format_one: Callable[[Any, Options], str],
) -> Callable[[Values, Options], Texts]:
    """Make a format of one value a transform's format; nothing stated stays nothing."""

    def format_values(values: Values, options: Options) -> Texts:
        return (None,) if values[0] is None else (format_one(values[0], options),)

    return format_values


def as_text(value: Any, _options: Options) -> str:
    """The plainest format: the value's own text."""
    return str(value)
