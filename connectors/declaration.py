"""What a connector declares: `connector.yaml` as typed, frozen values.

Reading a declaration imports neither a data library nor an HTTP client, so that a DAG file may
call it while it is parsed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from connectors.yamlfile import YamlFile, load_yaml

FILE_NAME = "connector.yaml"
SCHEMA_FILE = Path(__file__).with_name("connector.schema.json")

AuthMethod = Literal[
    "none",
    "client_secret_basic",
    "private_key_jwt",
    "token_header",
    "wsse_username_token",
    "client_key",
    "application_id",
    "ssh_key",
    "database",
]
IN_THE_MESSAGE: frozenset[AuthMethod] = frozenset(
    {"wsse_username_token", "client_key", "application_id"}
)
"""Ways of entering whose credentials stand in each message, where its reader puts them."""

Protocol = Literal["rest", "soap", "xml", "csv", "sql"]
Mode = Literal["incremental", "snapshot"]
Deletes = Literal["none", "flag", "absence"]
PagingKind = Literal["none", "cursor", "page", "offset", "link", "next_url"]


@dataclass(frozen=True, slots=True)
class Title:
    """What users read."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Auth:
    """How a system is entered; `connection` names the setting that holds address and secrets."""

    method: AuthMethod
    connection: str
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The field by whose value an incremental stream is read, and the parameters that bound it.

    `field` is None where a source bounds its answers by a time that its records do not tell.
    `lookback` is subtracted from a window's lower bound, for records that became visible late.
    """

    field: str | None = None
    from_: str = ""
    until: str = ""
    lookback: timedelta = timedelta(0)
    format: Literal["instant", "date", "compact_date"] = "instant"


@dataclass(frozen=True, slots=True)
class Paging:
    """How an answer leads to the next one; see `connectors.transports.paging`."""

    kind: PagingKind = "none"
    parameter: str | None = None
    next: str | None = None
    size: str | None = None
    first: int = 1
    total_pages: str | None = None
    number: str | None = None
    total_count: str | None = None
    max_pages: int = 100_000


@dataclass(frozen=True, slots=True)
class DeletedWhen:
    """The field whose value, one of `values` as text, says that the source deleted the record."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class FailureBudget:
    """A run stops when more than `share` of its records, and at least `at_least`, are refused."""

    share: float = 0.05
    at_least: int = 20


@dataclass(frozen=True, slots=True)
class Stream:
    """One record type a system offers.

    `schedule` is a cron expression in Japan's time; `deadline` the longest a run may take;
    `promise` how old the data may be on an office day, where the hub promises it. `section` holds
    what the stream says under its protocol's name (`csv:`, `soap:` …), which its transport reads.
    `confidential`: that a business has a record here is itself a secret.
    """

    name: str
    title: Title
    contract: Path
    auth: Auth
    key: str
    mode: Mode
    purpose: tuple[str, ...]
    protocol: Protocol = "rest"
    section: dict[str, Any] = field(default_factory=dict)
    deleted_when: DeletedWhen | None = None
    operation: str | None = None
    record: str | None = None
    records: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    cursor: Cursor | None = None
    paging: Paging = Paging()
    page_size: int = 100
    deletes: Deletes = "none"
    hooks: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    confidential: bool = False
    failure_budget: FailureBudget = FailureBudget()
    schedule: str | None = "*/30 8-20 * * *"
    deadline: timedelta = timedelta(hours=2)
    promise: timedelta | None = None

    @property
    def connection(self) -> str:
        """Name of the connection whose settings say where the system is."""
        return self.auth.connection


@dataclass(frozen=True, slots=True)
class Declaration:
    """One connector: its folder's name is the system's name."""

    name: str
    folder: Path
    title: Title
    role: str
    streams: dict[str, Stream]
    closed_days: tuple[str, ...] = ()


def load_declaration(folder: Path) -> Declaration:
    """Read `folder/connector.yaml`.

    Raises:
        MappingError: the file is missing or not what `connector.schema.json` asks for; names
            file, line and field.
    """
    try:
        found = (folder / FILE_NAME).stat()
    except OSError:
        return _read(folder, None)
    declaration = _read(folder, (found.st_mtime_ns, found.st_size))
    return replace(declaration, streams=dict(declaration.streams))


@lru_cache(maxsize=64)
def _read(folder: Path, _stamp: tuple[int, int] | None) -> Declaration:
    file = load_yaml(folder / FILE_NAME)
    _validate(file)
    data = file.data
    return Declaration(
        name=folder.name,
        folder=folder,
        title=Title(**data["title"]),
        role=data["role"],
        streams={
            name: _stream(file, folder, name, stream) for name, stream in data["streams"].items()
        },
        closed_days=tuple(data.get("closed_days", ())),
    )


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def _validate(file: YamlFile) -> None:
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(file.data))
    if error is not None:
        raise file.error(
            list(error.absolute_path),
            error.message,
            f"See {SCHEMA_FILE.name} for what may stand here",
        )


def _stream(file: YamlFile, folder: Path, name: str, data: dict[str, Any]) -> Stream:
    contract = data.get("contract") or file.data.get("contract")
    if contract is None:
        raise file.error(
            ["streams", name],
            "no contract, neither here nor for the whole connector",
            "Name the contract's file in the connector's folder: contract: openapi.yaml",
        )
    given: dict[str, Any] = {
        key: data[key]
        for key in (
            "operation",
            "record",
            "records",
            "page_size",
            "deletes",
            "hooks",
            "options",
            "confidential",
        )
        if key in data
    }
    for key, attribute in (("deadline", "deadline"), ("fresh_within", "promise")):
        if key in data:
            given[attribute] = parse_duration(data[key])
    protocol = data.get("protocol") or file.data.get("protocol", "rest")
    if "deleted_when" in data:
        flag = data["deleted_when"]
        values = flag["values"] if "values" in flag else [flag["value"]]
        given["deleted_when"] = DeletedWhen(flag["field"], frozenset(map(_text, values)))
    if "schedule" in data:
        given["schedule"] = data["schedule"]
    return Stream(
        name=name,
        title=Title(**data["title"]),
        contract=folder / contract,
        auth=_auth(folder.name, {**file.data.get("auth", {}), **data.get("auth", {})}),
        key=data["key"],
        mode=data["mode"],
        purpose=tuple(data["purpose"]),
        protocol=protocol,
        section=data.get(protocol, {}),
        parameters={key: _text(value) for key, value in data.get("parameters", {}).items()},
        cursor=_cursor(data.get("cursor")),
        paging=Paging(**data.get("paging", {})),
        failure_budget=FailureBudget(**data.get("failure_budget", {})),
        **given,
    )


def _auth(system: str, data: dict[str, Any]) -> Auth:
    return Auth(
        method=data.get("method", "none"),
        connection=data.get("connection", system),
        scope=data.get("scope"),
    )


def _cursor(data: dict[str, Any] | None) -> Cursor | None:
    if data is None:
        return None
    return Cursor(
        field=data.get("field"),
        from_=data.get("from", ""),
        until=data.get("until", ""),
        lookback=parse_duration(data.get("lookback", "PT0S")),
        format=data.get("format", "instant"),
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def parse_duration(text: str) -> timedelta:
    """ISO 8601 duration of days, hours, minutes and seconds (`P1DT2H`)."""
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration such as PT10M or P7D")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
