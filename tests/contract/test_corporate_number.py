"""The register of corporate numbers, put to the connector suite."""

from tests.contract.suite import connector_suite

suite = connector_suite("corporate_number")
