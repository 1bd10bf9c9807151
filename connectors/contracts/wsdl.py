"""A WSDL 1.1 file as a contract: document/literal over SOAP 1.1.

zeep reads the service and writes its messages; xmlschema reads the types. Both see this one file:
nothing that it refers to elsewhere is fetched. `hub:assumed="true"` on its root says that the
interface is ours, for want of a published one (namespace `connectors.transports.xmlrecords.HUB`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from xmlschema import XMLSchema10, XMLSchemaException
from xmlschema.validators import XsdElement

from base.errors import ContractError
from connectors.schema import RecordSchema, Resolver
from connectors.slicing import steps
from connectors.transports.xmlfields import HUB
from connectors.transports.xmlrecords import XmlRecords

WSDL = "http://schemas.xmlsoap.org/wsdl/"
XSD = "http://www.w3.org/2001/XMLSchema"


@dataclass(frozen=True, slots=True)
class SoapOperation:
    """One operation: where it is asked, what it takes, what it answers.

    `path` is that of the contract's `soap:address`, so that a connection's address is that of the
    host alone. `question` and `answer` are the declarations of the elements in the message's and in
    the answer's body.
    """

    id: str
    path: str
    action: str
    parameters: frozenset[str]
    question: XsdElement
    answer: XsdElement


class _Offline:
    """zeep's transport, which it is never given a reason to use."""

    def load(self, url: str) -> bytes:
        raise ContractError(f"the contract refers to {url}: it must be one file")


class WsdlContract:
    """A WSDL 1.1 document.

    Args:
        path: its file; with `data`, the name under which messages speak of it.
        data: its bytes, where they did not come from that file (the live system's `?wsdl`).

    Raises:
        ContractError: it cannot be read, is no WSDL, or its types refer to another file.
    """

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        self.path = path
        self.name = f"{path.parent.name}/{path.name}"
        self._data = self._read() if data is None else data
        self._root = self._parsed()
        self._schema = self._types()
        self._client = self._service()

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise ContractError(f"{self.name} cannot be read: {error.strerror}") from None

    def _parsed(self) -> etree._Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
        try:
            root = etree.fromstring(self._data, parser)
        except etree.XMLSyntaxError as error:
            raise ContractError(f"{self.name} is no XML (line {error.lineno})") from None
        if root.getroottree().docinfo.doctype or root.tag != f"{{{WSDL}}}definitions":
            raise ContractError(f"{self.name} is no WSDL 1.1 document")
        return root

    def _types(self) -> XMLSchema10:
        found = self._root.findall(f"{{{WSDL}}}types/{{{XSD}}}schema")
        if not found:
            raise ContractError(f"{self.name} has no schema among its types")
        for schema in found:
            for tag in ("import", "include"):
                for other in schema.findall(f"{{{XSD}}}{tag}"):
                    if other.get("schemaLocation"):
                        raise ContractError(
                            f"{self.name} refers to the schema {other.get('schemaLocation')}",
                            remedy="Put that schema into the WSDL's types; nothing else is read",
                        )
        try:
            main, *others = (etree.tostring(one, encoding="unicode") for one in found)
            whole = XMLSchema10(main, build=False, allow="none")
            for text in others:
                whole.add_schema(text, build=False)
            whole.build()
        except (XMLSchemaException, etree.XMLSyntaxError) as error:
            what = str(error).strip().partition("\n")[0]
            raise ContractError(f"the types of {self.name} are no XML Schema: {what}") from None
        return whole

    def _service(self) -> Any:
        """zeep's client of the contract's service; it is never let onto the network."""
        zeep: Any = import_module("zeep")
        settings = zeep.Settings(forbid_external=True, forbid_dtd=True, forbid_entities=True)
        try:
            client = zeep.Client(BytesIO(self._data), transport=_Offline(), settings=settings)
            client.service  # noqa: B018 - zeep finds the service when it is first asked for
        except (
            zeep.exceptions.Error, etree.LxmlError, ValueError, LookupError, NotImplementedError,
        ) as error:  # fmt: skip
            raise ContractError(
                f"{self.name} has no service over SOAP 1.1: {type(error).__name__}"
            ) from None
        return client

    @property
    def assumed(self) -> bool:
        """Whether the interface is ours, for want of a published one."""
        return bool(self._root.get(f"{{{HUB}}}assumed") == "true")

    @cached_property
    def _operations(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._client.service._binding._operations
        return found

    @property
    def operations(self) -> list[str]:
        """Names of what can be asked for, sorted."""
        return sorted(self._operations)

    def operation(self, name: str) -> SoapOperation:
        """The operation of that name.

        Raises:
            ContractError: there is none, or it is not document/literal.
        """
        found = self._operations.get(name)
        if found is None:
            raise ContractError(
                f"{self.name} has no operation {name!r}",
                remedy=f"Operations there: {', '.join(self.operations) or 'none'}",
            )
        answer = found.output and found.output.body
        if found.style != "document" or answer is None:
            raise ContractError(f"{self.name}: operation {name} is not document/literal")
        address = self._client.service._binding_options["address"]
        return SoapOperation(
            id=name,
            path=urlsplit(address).path,
            action=found.soapaction,
            parameters=frozenset(part for part, _ in found.input.body.type.elements),
            question=self._schema.maps.elements[found.input.body.qname.text],
            answer=self._schema.maps.elements[answer.qname.text],
        )

    def message(self, name: str, parameters: Mapping[str, str]) -> etree._Element:
        """The envelope that asks for an operation, without any security header.

        Raises:
            ContractError: the contract knows no such parameter, or demands another one.
        """
        zeep: Any = import_module("zeep.exceptions")
        try:
            envelope: etree._Element = self._client.create_message(
                self._client.service, name, **parameters
            )
        except (zeep.Error, TypeError, ValueError) as error:
            raise ContractError(
                f"{self.name}: {name} cannot be asked with these parameters "
                f"({type(error).__name__})",
                remedy="Compare connector.yaml with the contract: hub connector check",
            ) from None
        return envelope

    def at(self, operation: SoapOperation, path: str) -> list[XsdElement]:
        """The declarations from the answer down to `$.a.b`, the answer's own left out.

        Raises:
            ContractError: the contract names no such element.
        """
        found: list[XsdElement] = []
        here = operation.answer
        for name in steps(path):
            kind: Any = here.type
            content = kind.content if kind.has_complex_content() else None
            children = content.iter_elements() if content is not None else ()
            child = next((one for one in children if one.local_name == name), None)
            if not isinstance(child, XsdElement):
                raise ContractError(f"{self.name}: the answer has no element {path}")
            found.append(child)
            here = child
        return found

    def records(self, operation: str, records: str) -> XmlRecords:
        """What turns the elements that an operation lists at a path into JSON texts.

        Raises:
            ContractError: there is no such list.
        """
        path = self.at(self.operation(operation), records)
        if not path or path[-1].max_occurs == 1:
            raise ContractError(f"{self.name}: {records} of {operation} is not a list")
        return XmlRecords(self._schema, path[-1])

    def record_schema(
        self, *, record: str | None = None, operation: str | None = None, records: str | None = None
    ) -> RecordSchema:
        """The schema of one record: a global element, or what an operation lists at a path.

        Raises:
            ContractError: it is not there, or is not a list of objects.
        """
        if record is not None:
            found = XmlRecords(self._schema, record)
        elif operation is None or records is None:
            raise ContractError(f"{self.name}: neither a record nor an operation is named")
        else:
            found = self.records(operation, records)
        return Resolver({}, self.name).record(found.json_schema())
