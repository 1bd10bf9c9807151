"""`hub connector check`: does a connector's declaration fit its contract?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from base.errors import ContractError, HubError, MappingError
from connectors.contracts.contract import Contract, load_contract
from connectors.contracts.openapi import OpenApiContract
from connectors.declaration import FILE_NAME, Declaration, Stream, load_declaration
from connectors.hooks import load_hook
from connectors.schema import RecordSchema
from connectors.yamlfile import YamlFile, load_yaml


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend: `file:line`, the field there, what is wrong."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.message}"


def check_connector(folder: Path) -> list[Problem]:
    """Everything that is wrong with the connector in `folder`; empty where nothing is."""
    try:
        declaration = load_declaration(folder)
    except MappingError as error:
        return [_declared_wrong(folder, error)]
    file = load_yaml(folder / FILE_NAME)
    return [
        Problem(f"{folder.name}/{FILE_NAME}", file.line(place), ".".join(place), message)
        for stream in declaration.streams.values()
        for place, message in _check_stream(declaration, stream, file)
    ]


def _declared_wrong(folder: Path, error: MappingError) -> Problem:
    name, _, rest = error.what.partition(":")
    line, _, message = rest.partition(": ")
    if not line.isdigit():
        return Problem(f"{folder.name}/{FILE_NAME}", 1, error.field or "", error.what)
    return Problem(name, int(line), error.field or "", message)


def _check_stream(
    declaration: Declaration, stream: Stream, file: YamlFile
) -> Iterator[tuple[tuple[str, ...], str]]:
    here = ("streams", stream.name)
    try:
        contract = load_contract(stream.contract)
    except ContractError as error:
        yield (*here, "contract"), error.what
        return
    asked = stream.operation
    if asked is not None and asked not in contract.operations:
        known = ", ".join(contract.operations) or "none"
        yield (*here, "operation"), f"{contract.name} has no operation {asked!r} (it has: {known})"
        asked = None
    if asked is not None or stream.operation is None:
        try:
            schema = contract.record_schema(
                record=stream.record, operation=asked, records=stream.records
            )
        except ContractError as error:
            yield (*here, "record" if stream.record else "records"), error.what
        else:
            yield from _check_fields(stream, schema, here)
    if asked is not None and "read" not in stream.hooks:
        yield from _check_operation(stream, contract, asked, here)
    for step, name in stream.hooks.items():
        try:
            load_hook(declaration.folder, name)
        except HubError as error:
            yield (*here, "hooks", step), error.what


def _check_operation(
    stream: Stream, contract: Contract, asked: str, here: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is asked of an operation, whatever the contract is written in."""
    at: Callable[[str], object]
    try:
        if isinstance(contract, OpenApiContract):
            operation = contract.operation(asked)
            at = partial(contract.at, operation.response)
            yield from _check_parameters(stream, asked, operation.parameters, here)
        elif stream.protocol == "soap":
            from connectors.contracts.wsdl import WsdlContract
            from connectors.transports.soap import PAGINGS, no_paging

            service = cast(WsdlContract, contract)
            question = service.operation(asked)
            at = partial(service.at, question)
            yield from _check_parameters(stream, asked, question.parameters, here)
            if stream.paging.kind not in PAGINGS:
                yield (*here, "paging"), no_paging(stream.paging.kind)
            if stream.paging.number or stream.paging.total_count:
                yield (*here, "paging"), "number and total_count are looked at with REST alone"
        else:
            return
    except ContractError as error:
        yield (*here, "operation"), error.what
        return
    yield from _check_answer(stream, at, here)


def _check_fields(
    stream: Stream, schema: RecordSchema, here: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    leaves = {leaf.path: leaf for leaf in schema.leaves}
    if stream.key not in leaves:
        yield (*here, "key"), f"the contract's record has no field {stream.key}"
    elif not leaves[stream.key].required:
        yield (*here, "key"), f"the contract does not require {stream.key} of every record"
    if stream.cursor is not None and stream.cursor.field not in {None, *leaves}:
        yield (
            (*here, "cursor", "field"),
            (f"the contract's record has no field {stream.cursor.field}"),
        )
    flag = stream.deleted_when
    if flag is not None and flag.field not in leaves:
        yield (
            (*here, "deleted_when", "field"),
            f"the contract's record has no field {flag.field}",
        )


def _check_parameters(
    stream: Stream, asked: str, parameters: frozenset[str], here: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    cursor, paging = stream.cursor, stream.paging
    if cursor is not None and not (cursor.from_ and cursor.until):
        yield (*here, "cursor"), "the stream names the parameters from and until of its bounds"
    used: list[tuple[tuple[str, ...], Any]] = [
        (("parameters", name), name) for name in stream.parameters
    ]
    if cursor is not None:
        used += [
            (("cursor", "from"), cursor.from_ or None),
            (("cursor", "until"), cursor.until or None),
        ]
    used += [(("paging", "parameter"), paging.parameter), (("paging", "size"), paging.size)]
    for place, name in used:
        if name is not None and name not in parameters:
            known = ", ".join(sorted(parameters)) or "none"
            yield (*here, *place), f"{asked} has no parameter {name} (it has: {known})"


def _check_answer(
    stream: Stream, at: Callable[[str], object], here: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    paging = stream.paging
    answered = {
        "next": paging.next,
        "total_pages": paging.total_pages,
        "number": paging.number,
        "total_count": paging.total_count,
    }
    for name, path in answered.items():
        if path is not None:
            try:
                at(path)
            except ContractError as error:
                yield (*here, "paging", name), error.what
