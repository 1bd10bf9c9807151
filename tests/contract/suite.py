"""The connector suite: one line names a connector and gives it every test.

::

    from tests.contract.suite import connector_suite

    suite = connector_suite("it_subsidy")

Every stream is read from the system's mock, or from a real staging system where
`HUB_SUITE_IT_SUBSIDY` holds its connection. `docs/guides/connector-suite.md` says what is tested.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from connectors.declaration import Stream
from connectors.registry import declarations
from mocks.systems import modules
from tests.contract.parts.contract import ContractPart
from tests.contract.parts.faults import FaultsPart
from tests.contract.parts.held import HeldPart
from tests.contract.parts.records import RecordsPart
from tests.contract.parts.silence import SilencePart
from tests.contract.parts.windows import WindowsPart
from tests.contract.situations import (
    OFTEN,
    alike,
    fault_kinds,
)
from tests.contract.staging import PAGES, real_system
from tests.contract.standing import Undisturbed

IN_THE_MIDDLE = 2
"""The page after which every test run kills a sync; `deep` kills it after each."""


class ConnectorSuite(ContractPart, HeldPart, WindowsPart, RecordsPart, FaultsPart, SilencePart):
    """What every connector is put to; `connector_suite` makes one for a system."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test for each stream, each fault, each page, each kind of store."""
        names = metafunc.fixturenames
        if "kind" in names:
            metafunc.parametrize(("stream", "kind"), list(self._faults()))
        elif "stream" in names:
            metafunc.parametrize("stream", list(self._streams(metafunc.function)))
        if "page" in names:
            others = (n for n in range(1, PAGES) if n != IN_THE_MIDDLE)
            deep = (pytest.param(n, marks=pytest.mark.deep) for n in others)
            metafunc.parametrize("page", [IN_THE_MIDDLE, *deep])
        if "database" in names:
            on_postgresql = pytest.param("postgresql", marks=pytest.mark.postgresql)
            metafunc.parametrize("database", ["sqlite", on_postgresql])

    @classmethod
    def _streams(cls, test: Any) -> Iterator[Any]:
        seen: list[Stream] = []
        for stream in declarations()[cls.system].streams.values():
            deep = alike(stream, seen) and not getattr(test, "every", False)
            seen.append(stream)
            marks = [pytest.mark.deep] if deep else []
            reason = next(filter(None, (why(stream) for why in getattr(test, "reasons", ()))), None)
            if reason is not None:
                marks.append(pytest.mark.does_not_apply)
            shown = stream.name if reason is None else f"{stream.name}: {reason}"
            yield pytest.param(stream, id=shown, marks=marks)

    @classmethod
    def _faults(cls) -> Iterator[Any]:
        seen: list[Stream] = []
        known = getattr(modules().get(cls.system), "KINDS", ())
        for stream in declarations()[cls.system].streams.values():
            again = alike(stream, seen)
            seen.append(stream)
            for kind in fault_kinds(stream, known):
                marks = [pytest.mark.deep] if again or kind not in OFTEN else []
                yield pytest.param(stream, kind, id=f"{stream.name}-{kind}", marks=marks)

    @pytest.fixture
    def small_blocks(
        self, stream: Stream, undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file is read in as many blocks as others have pages."""
        whole = sum(map(len, undisturbed.raws(stream.name)))
        monkeypatch.setattr(
            "connectors.transports.csvfiles.BLOCK_BYTES", max(200, whole // (2 * PAGES))
        )


def connector_suite(
    system: str, *, businesses: int = 240, unbounded: Iterable[str] = ()
) -> type[ConnectorSuite]:
    """The suite of one connector, as a class that pytest collects under the name `suite`.

    `businesses` is the size of the world that its mock shows; `unbounded` names the streams that
    their system answers whole whatever window is asked for.
    """
    given = {
        "system": system,
        "businesses": businesses,
        "real": real_system(os.environ, system),
        "unbounded": frozenset(unbounded),
    }
    return type("suite", (ConnectorSuite,), given)
