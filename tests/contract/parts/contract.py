"""Declaration, mapping and mock against the one contract."""

from __future__ import annotations

from collections.abc import Iterator

from base.records import VALUE
from connectors.checks import check_connector
from connectors.declaration import Stream
from connectors.registry import ROOT
from connectors.schema import Leaf, ListNode, ObjectNode
from hub.sync import mapping_file
from mappings.check import check_mapping
from tests.contract.part import Part, every_stream
from tests.contract.staging import Hub, Staging
from tests.contract.standing import Undisturbed, occurring


class ContractPart(Part):
    """Connector and mock keep to the same contract, and the mapping covers it."""

    def test_declaration_and_mappings_fit_the_contract(self) -> None:
        assert check_connector(ROOT / self.system) == []

    @every_stream
    def test_the_mapping_covers_the_contract(self, staged: Staging, stream: Stream) -> None:
        from connectors.connector import Connector

        decoder = Connector(staged.declaration, lambda _name: None).decoder(stream.name)  # type: ignore[arg-type,return-value]
        report = check_mapping(
            mapping_file(self.system), stream.name, decoder.fields, stream.purpose
        )
        assert report.problems == []
        assert report.mapped + report.ignored == report.fields

    @every_stream
    def test_every_record_fits_the_contract(
        self, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        """None differs from it but those whose flaws say so."""
        decoder = hub.job(stream.name).connector.decoder(stream.name)
        raws = undisturbed.raws(stream.name)
        assert raws, "the mock's world is too small for this stream"
        decoded = decoder.decode(raws)
        assert decoded.drift == []

    @every_stream
    def test_every_field_of_the_contract_occurs(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        assert staged.mock
        decoder = hub.job(stream.name).connector.decoder(stream.name)
        wanted = set(decoder.fields) - set(sparse_paths(decoder.schema.root))
        missing = wanted - occurring(decoder, undisturbed.raws(stream.name))
        assert not missing, f"in no record of the mock: {sorted(missing)}"


def sparse_paths(node: ObjectNode | ListNode | Leaf, sparse: bool = False) -> Iterator[str]:
    """The contract's fields that may be in no record: their own mark, or what they stand in."""
    sparse = sparse or node.sparse
    if isinstance(node, ObjectNode):
        for inner in node.fields.values():
            yield from sparse_paths(inner, sparse)
    elif isinstance(node, ListNode):
        element = node.element
        inside = [VALUE] if isinstance(element, Leaf) else sparse_paths(element, sparse)
        for path in inside:
            yield f"{node.path}[]" if path == VALUE else f"{node.path}[].{path}"
    elif sparse:
        yield node.path
