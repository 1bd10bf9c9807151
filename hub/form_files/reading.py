"""One way in for the three kinds of file, told apart by name and beginning."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from base.errors import ContractError
from base.personal_number import names_personal_number
from hub.form_files.openapi import read_openapi
from hub.form_files.page import read_page
from hub.form_files.tables import read_table
from mappings.forms.suggesting import AskedField

LARGEST = 16 << 20
"""Bytes. No form is larger; what is, is no form."""

_PAGES = {".html", ".htm", ".xhtml"}
_INTERFACES = {".yaml", ".yml", ".json"}


@dataclass(frozen=True, slots=True)
class FormFile:
    """A form's fields in its order, and its title where the file has one."""

    title: str
    fields: tuple[AskedField, ...]


def read_form_file(path: Path) -> FormFile:
    """The fields that the file asks for.

    Raises:
        ContractError: it cannot be read, is too large, or has no field.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ContractError(
                f"{path.name} is larger than any form", remedy="Name the form alone"
            )
        body = path.read_bytes()
    except OSError as error:
        raise ContractError(f"{path.name} cannot be read: {error.strerror}") from None
    title, fields = _read(path, body)
    if not fields:
        raise ContractError(
            f"{path.name} has no field",
            remedy="Give a table with a row for each field, an HTML page with its form, or an"
            " OpenAPI whose operation takes the form's answers",
        )
    return FormFile(title or path.stem, tuple(map(_guarded, fields)))


def _read(path: Path, body: bytes) -> tuple[str, list[AskedField]]:
    suffix = path.suffix.lower()
    if suffix in _PAGES or re.match(rb"\s*<(?:!doctype html|html|form|\?xml)", body[:200], re.I):
        return read_page(body)
    if suffix in _INTERFACES:
        return read_openapi(body, path.name)
    return "", read_table(body, path.name)


def _guarded(asked: AskedField) -> AskedField:
    """Without samples where the field asks for a 個人番号."""
    named = names_personal_number(asked.label) or names_personal_number(asked.name)
    return replace(asked, samples=()) if named else asked
