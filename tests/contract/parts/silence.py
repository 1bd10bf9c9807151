"""What is told and what is not; the same records without a socket."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Iterator

import pytest

from base.errors import HubError
from base.records import Window
from base.redact import CHATTY
from connectors.declaration import Stream
from tests.contract.part import Part, only_for
from tests.contract.situations import (
    needs_http,
)
from tests.contract.staging import Hub, Staging
from tests.contract.standing import Undisturbed, personal_texts


class SilencePart(Part):
    """No personal value and no secret is told."""

    def test_nothing_personal_and_no_secret_is_told(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed, log: io.StringIO
    ) -> None:
        told: list[str] = []
        fault = staged.fault(
            stream, "table_gone" if stream.protocol == "sql" else "reset", count=None
        )
        for disturbed in (True, False):
            try:
                if disturbed:
                    with fault:
                        hub.sync(stream.name)
                else:
                    staged.advance(3600)
                    told.append(json.dumps(hub.sync(stream.name).as_json(), ensure_ascii=False))
            except HubError as error:
                told += [repr(error), str(vars(error)), *traceback.format_exception(error)]
        assert len(told) > 1, "the fault was not noticed"
        store = hub.store
        asked = [*store.runs(limit=100), *store.status(), *store.findings(),
                 *store.quarantine(status=None, limit=100_000)]  # fmt: skip
        text = "\n".join([*told, *map(repr, asked), log.getvalue()])
        decoder = hub.job(stream.name).connector.decoder(stream.name)
        personal = personal_texts(decoder, undisturbed.raws(stream.name))
        leaked = {one for one in personal if one in text}
        assert not leaked, f"{len(leaked)} personal values are told"
        secrets = staged.world_servers.systems.secrets()
        assert not any(one in text for one in secrets if one), "a secret is told"

    @only_for(needs_http)
    def test_the_same_records_come_without_a_socket(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        """The corpus behind `responses`, for unit tests."""
        import responses

        from mocks.corpus import register

        servers = staged.world_servers
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            register(mock, servers[self.system].address, servers.systems.apps[self.system])
            pages = staged.pages(hub, stream.name, Window(None, hub.clock.now()))
        found = sorted(raw for page in pages for raw in page.raws)
        assert found == sorted(undisturbed.raws(stream.name))

    @pytest.fixture
    def log(self) -> Iterator[io.StringIO]:
        """All that is logged where the hub's log level is DEBUG, not redacted."""
        text = io.StringIO()
        handler = logging.StreamHandler(text)
        handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
        levels = {"": logging.DEBUG, **dict.fromkeys(CHATTY, logging.WARNING)}
        before = {name: logging.getLogger(name).level for name in levels}
        logging.getLogger().addHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        try:
            yield text
        finally:
            logging.getLogger().removeHandler(handler)
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)
