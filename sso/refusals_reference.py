"""`docs/reference/refusals.md`: every refusal of the token service, rendered from its table.

`python -m sso.refusals_reference` writes it; a test fails when it lags behind.
"""

from __future__ import annotations

from pathlib import Path

from sso.refusals import REFUSALS

PAGE = Path("docs/reference/refusals.md")
_HEAD = """\
# Refusals of the token service

Generated from `sso/refusals.py` by `python -m sso.refusals_reference`; change the table, not this
page. The audit row of a refusal names the rule; the client is told the error and the sentence.

| rule | status | error | sentence |
|---|---|---|---|
"""


def render() -> str:
    """The whole page as Markdown."""
    rows = (
        f"| `{rule}` | {told.status} | `{told.error}` | {told.description} |\n"
        for rule, told in sorted(REFUSALS.items())
    )
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
