"""Tables and numbers for people at a terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

WIDTH_WITHOUT_TERMINAL = 200
_NUMBERS = (1 << 40) - 1


def console() -> Console:
    """Standard output; as wide as the terminal, or wide enough for a pipe or a log."""
    out = Console()
    return out if out.is_terminal else Console(width=WIDTH_WITHOUT_TERMINAL)


def table(*columns: str, title: str | None = None) -> Table:
    """A table without a frame, so that it can be cut and searched."""
    return Table(*columns, title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)


def counted(number: int, thing: str) -> str:
    """`1 item`, `2 items`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def item_name(item_id: int) -> str:
    """A quarantine item's number for people: the stream's number and its own, `2-17`."""
    return f"{item_id >> 40}-{item_id & _NUMBERS}"


def item_number(name: str) -> int:
    """The number of `item_name`.

    Raises:
        ValueError: `name` is not of that form.
    """
    stream, dash, number = name.partition("-")
    if not (dash and stream.isdecimal() and number.isdecimal()):
        raise ValueError(name)
    return (int(stream) << 40) | int(number)
