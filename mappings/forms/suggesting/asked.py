"""A field of a form that nobody has mapped yet, as far as the form's own file tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from base.personal_number import is_personal_number


@dataclass(frozen=True, slots=True)
class AskedField:
    """One field as an applicant sees it.

    Args:
        label: what stands beside it.
        section: headings above it, the outermost first, parted by ` / `.
        name: its name in the file (`rep_kana`), if it has one beside the label.
        description: what the form says about it.
        type: `text`, `number`, `date`, `email`, `tel`, `url`, `checkbox`, `choice`, `list` or
            `file`; None where nothing is said.
        unit: unit of its answer, as the form spells it.
        max_length: longest answer, in characters.
        pattern: regular expression of its answer.
        choices: all answers that it takes.
        required: whether it must be filled in; None where nothing is said.
        samples: example values. They are looked at and never shown, hence not in `repr`.
    """

    label: str
    section: str = ""
    name: str = ""
    description: str = ""
    type: str | None = None
    unit: str | None = None
    max_length: int | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    required: bool | None = None
    samples: tuple[str, ...] = field(default=(), repr=False)

    @property
    def shown(self) -> str:
        """The label, or the name in the file where there is no label."""
        return self.label or self.name


def safe_samples(values: list[Any]) -> tuple[str, ...]:
    """The values as texts, at most fifty, without any that may be a 個人番号."""
    texts = (str(value).strip() for value in values if isinstance(value, str | int | float))
    kept = (text for text in texts if text and not _personal(text))
    return tuple(dict.fromkeys(kept))[:50]


def _personal(text: str) -> bool:
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    return len(digits) == 12 and is_personal_number(digits)
