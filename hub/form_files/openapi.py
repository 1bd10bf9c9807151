"""The fields of the answers that an OpenAPI's operation takes, or of its richest schema."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from base.errors import ContractError
from connectors.schema import Resolver
from mappings.forms.suggesting import AskedField
from mappings.forms.suggesting.asked import safe_samples

_DEPTH = 6
_JAPANESE = re.compile("[぀-ヿ一-鿿]")
_CLAUSE = re.compile(r"[。\n:：;]")
_FORMATS = {"date": "date", "date-time": "date", "email": "email", "uri": "url", "binary": "file"}
_WHOLE = re.compile(r"一覧|名簿|明細|役員|株主|officers|shareholders|directors", re.IGNORECASE)


def read_openapi(body: bytes, name: str) -> tuple[str, list[AskedField]]:
    """Title and fields. Nested objects become sections, `allOf` and `$ref` are followed.

    Raises:
        ContractError: the file is no OpenAPI, or a reference leads nowhere or in a circle.
    """
    try:
        document = yaml.safe_load(body)
    except yaml.YAMLError:
        raise ContractError(f"{name} is no YAML and no JSON") from None
    if not isinstance(document, dict):
        raise ContractError(f"{name} is no OpenAPI document")
    resolver = Resolver(document, name)
    try:
        schemas = [*_bodies(document, resolver), *_components(document)]
        read = [list(_fields(resolver, schema, "")) for schema in schemas]
    except (RecursionError, AttributeError, TypeError, ValueError):
        raise ContractError(f"{name} refers to itself, or is no OpenAPI document") from None
    bodies = len(_bodies(document, resolver))
    fields = max(read[:bodies] or read, key=len, default=[])
    title = (document.get("info") or {}).get("title", "")
    return str(title), fields


def _bodies(document: dict[str, Any], resolver: Resolver) -> list[dict[str, Any]]:
    found = []
    for item in (document.get("paths") or {}).values():
        for method in ("post", "put", "patch"):
            operation = item.get(method) or {}
            body = resolver.resolve(operation.get("requestBody") or {})
            media = (body.get("content") or {}).values()
            found += [each["schema"] for each in media if "schema" in each]
    return found


def _components(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "properties" in document:
        return [document]
    schemas = (document.get("components") or {}).get("schemas") or document.get("definitions") or {}
    return [schema for schema in schemas.values() if isinstance(schema, dict)]


def _fields(resolver: Resolver, schema: dict[str, Any], section: str) -> Iterator[AskedField]:
    whole = resolver.merged(schema)
    if "items" in whole and not section:
        whole = resolver.merged(whole["items"])
    required = set(whole.get("required") or ())
    for variant in (whole, *map(resolver.merged, whole.get("oneOf") or whole.get("anyOf") or ())):
        for name, given in (variant.get("properties") or {}).items():
            yield from _property(resolver, str(name), given, section, name in required)


def _property(
    resolver: Resolver, name: str, given: dict[str, Any], section: str, required: bool
) -> Iterator[AskedField]:
    told = resolver.merged(given)
    label = _label(name, told)
    inner = resolver.merged(told["items"]) if isinstance(told.get("items"), dict) else told
    nested = "properties" in inner or "oneOf" in inner
    if nested and not ("items" in told and _WHOLE.search(f"{label} {name}")):
        if section.count(" / ") >= _DEPTH:
            raise ValueError(section)
        yield from _fields(resolver, inner, f"{section} / {label}" if section else label)
        return
    if told.get("readOnly"):
        return
    examples = told.get("examples") if isinstance(told.get("examples"), list) else []
    description = str(told.get("description") or "")
    length = told.get("maxLength")
    yield AskedField(
        label,
        section,
        name,
        "" if description == label else description,
        _type(told),
        told.get("x-unit") or told.get("unit"),
        length if isinstance(length, int) and length > 0 else None,
        told.get("pattern"),
        tuple(str(value) for value in told.get("enum") or () if value not in {None, ""}),
        required,
        safe_samples([told.get("example"), *(examples or ())]),
    )


def _label(name: str, told: dict[str, Any]) -> str:
    """The title, or a name in Japanese, or what the description begins with, or the name."""
    title = str(told.get("title") or "").strip()
    if title and (_JAPANESE.search(title) or not _JAPANESE.search(str(told.get("description")))):
        return title
    if _JAPANESE.search(name):
        return name
    clause = _CLAUSE.split(str(told.get("description") or ""), maxsplit=1)[0].strip()
    return clause if clause and len(clause) <= 40 and _JAPANESE.search(clause) else title or name


def _type(told: dict[str, Any]) -> str | None:
    kinds = told.get("type")
    kind = next((one for one in kinds if one != "null"), None) if isinstance(kinds, list) else kinds
    if kind == "boolean":
        return "checkbox"
    if kind in {"integer", "number"}:
        return "number"
    if kind == "array":
        return "list"
    found = _FORMATS.get(str(told.get("format") or ""))
    if found or told.get("enum"):
        return found or "choice"
    return "text" if kind == "string" else None
