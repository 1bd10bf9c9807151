"""The files of a new connector as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml

from hub.scaffold.draft import Draft, StreamDraft
from mappings.suggest import WORTH_TELLING, Suggestion, suggest

PURPOSES = "[matching, prefill]"


def declaration_text(draft: Draft, role: str) -> str:
    """`connector.yaml`."""
    lines = [
        "# yaml-language-server: $schema=../connector.schema.json",
        f"title: {{ja: {_flow(draft.title)}, en: {_flow(draft.name)}}}",
        f"role: {role}",
    ]
    if draft.protocol != "rest":
        lines.append(f"protocol: {draft.protocol}")
    lines.append(f"contract: {draft.contract}")
    lines.append(f"auth: {{method: {draft.auth}}}")
    lines.append("streams:")
    for stream in draft.streams:
        lines += list(_stream_lines(stream))
    return "\n".join(lines) + "\n"


def _stream_lines(stream: StreamDraft) -> Iterator[str]:
    yield f"  {stream.name}:"
    yield f"    title: {{ja: {_flow(stream.title)}, en: {_flow(stream.name)}}}"
    for name, value in stream.declared.items():
        yield f"    {name}: {_flow(value)}"
    yield "    deletes: none                            # TODO: none, flag or absence?"
    yield f"    purpose: {PURPOSES}             # TODO: what the owner agreed to"


def mapping_text(draft: Draft) -> tuple[str, dict[str, list[Suggestion]]]:
    """`mappings/NAME.yaml`, and the proposals that it was written from, by stream."""
    lines = ["# yaml-language-server: $schema=mapping.schema.json"]
    found: dict[str, list[Suggestion]] = {}
    for stream in draft.streams:
        known = {stream.key, stream.cursor}
        plain = [
            one for one in stream.fields if one.path not in known - {None} and "[]" not in one.path
        ]
        own = [one for one in stream.fields if one.path == stream.key]
        proposals = suggest(plain + [one for one in own if _tells_business(stream)])
        found[stream.name] = proposals
        lines += ["", f"{stream.name}:", "  # as_of: TODO: the day on which it was stated"]
        lines += list(_rules(stream, proposals))
    return "\n".join(lines) + "\n", found


def _tells_business(stream: StreamDraft) -> bool:
    """Whether the key may be the business's own number, which is mapped like any field."""
    words = (word for one in stream.fields if one.path == stream.key for word in one.words)
    return any("法人番号" in word or "orporate" in word for word in words)


def _rules(stream: StreamDraft, proposals: list[Suggestion]) -> Iterator[str]:
    sure = [one for one in proposals if one.sure]
    unsure = {one.sources[0]: one for one in proposals if not one.sure}
    yield "  roles: {party: applicant}                  # TODO: who the records speak of"
    if sure:
        yield "  fields:"
    else:
        yield "  fields: {}"
    for one in sure:
        source = _flow(list(one.sources)) if len(one.sources) > 1 else _flow(one.sources[0])
        yield f"    {source}: {_flow({'to': one.to, **one.options})}  # {one.score:.2f}, {one.why}"
    mapped = {path for one in sure for path in one.sources}
    rest = [one for one in stream.fields if one.path not in mapped]
    if rest:
        yield "  ignore:"
    for field in rest:
        yield f"    {_flow(field.path)}: {_flow(_reason(stream, field.path, unsure))}"


def _reason(stream: StreamDraft, path: str, unsure: dict[str, Suggestion]) -> str:
    if path == stream.key:
        return "the record's key"
    if path == stream.cursor:
        return "when the row was touched; the cursor"
    if path in unsure and unsure[path].score >= WORTH_TELLING:
        one = unsure[path]
        return f"TODO, perhaps {one.to} ({one.score:.2f}, {one.why})"
    return "TODO"


def mock_text(draft: Draft, port: int | None) -> str:
    """`mocks/NAME/system.py`."""
    sql = draft.protocol == "sql"
    names = "TABLE_FAULTS, sampled_system" if sql else "sampled_system"
    kinds = "KINDS = TABLE_FAULTS\n" if sql else ""
    return f'''"""{draft.name} as one of the mocks: sample records made from its contract."""

from __future__ import annotations

from mocks.sampled import {names}

PORT: int | None = {port}
{kinds}
build, connections = sampled_system("{draft.name}")
'''


def suite_text(draft: Draft) -> str:
    """`tests/contract/test_NAME.py`."""
    return f'''"""The connector suite for `{draft.name}`."""

from tests.contract.suite import connector_suite

suite = connector_suite("{draft.name}")
'''


def _flow(value: Any) -> str:
    """A value as YAML in one line; lists and objects in brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    plain = yaml.safe_dump([value], allow_unicode=True, default_flow_style=True, width=10_000)
    return plain.strip()[1:-1]
