"""Systems that fail, and runs that are killed: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from base.clock import ManualClock
from base.errors import HubError
from connectors.declaration import Stream
from mocks.faults import ANSWERS, ON_THE_WIRE
from tests.contract.pages import cut_to_size, page_size
from tests.contract.part import (
    FULL,
    UNKNOWN_FIELD,
    DoesNotApply,
    Part,
    only_for,
)
from tests.contract.situations import (
    FAR,
    WHOLE_RUN,
    Fields,
    needs_http,
    needs_token,
)
from tests.contract.staging import PAGES, Hub, Staging
from tests.contract.standing import Standing, Undisturbed


class Killed(BaseException):
    """Ends a run from outside, between two pages."""


class FaultsPart(Part):
    """Each fault is told; afterwards all is as if it had not been."""

    @only_for(needs_token)
    def test_an_expired_token_is_renewed(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        size = page_size(len(undisturbed.raws(stream.name)))
        skip = 0 if stream.paging.kind == "none" else 1
        with staged.fault(stream, "expired_token", skip=skip) as fault:
            hub.sync(stream.name, page_size=size)
        assert fault.count == 0, "no request was refused"
        assert Standing.of(hub, stream.name) == undisturbed.standing(stream.name)

    @only_for(needs_http)
    def test_a_rate_limit_is_waited_for(
        self, staged: Staging, hub: Hub, stream: Stream, undisturbed: Undisturbed
    ) -> None:
        with staged.fault(stream, "rate_limited", retry_after="7") as fault:
            clock = hub.clock
            assert isinstance(clock, ManualClock)
            before = len(clock.slept)
            hub.sync(stream.name)
        assert fault.count == 0, "no request was refused"
        assert any(seconds >= 7 for seconds in clock.slept[before:])
        assert Standing.of(hub, stream.name) == undisturbed.standing(stream.name)

    def test_a_fault_is_told_and_nothing_is_lost(
        self, staged: Staging, hub: Hub, stream: Stream, kind: str, undisturbed: Undisturbed
    ) -> None:
        """A clear error, or quarantine; then a run without the fault ends as one without any."""
        fields = Fields.of(hub.job(stream.name).connector, stream)
        options: dict[str, Any] = {"count": None} if kind in WHOLE_RUN else {}
        if kind in {"future_record", "field_changed"}:
            future = kind == "future_record"
            options["field"] = fields.cursor or fields.text if future else fields.text
            options["value"] = FAR["instant"] if future else "changed"
        elif kind.startswith("field_") or kind in {
            "nul",
            "lone_surrogate",
            "number_text",
            "key_changed",
            "duplicate_key_in_page",
        }:
            options["field"] = UNKNOWN_FIELD if kind == "field_gained" else fields.text
        if stream.protocol == "xml":
            options.pop("value", None)
        told: HubError | None = None
        with staged.fault(stream, kind, **options):
            try:
                hub.sync(stream.name)
            except HubError as error:
                told = error
        if told is not None:
            assert (told.system, told.stream) == (self.system, stream.name)
            assert told.what.strip()
        staged.advance(3600)
        hub.sync(stream.name, FULL if told is None else None)
        whole, found = undisturbed.standing(stream.name), Standing.of(hub, stream.name)
        assert found.of_keys(whole.keys) == whole
        if kind in ANSWERS or kind in ON_THE_WIRE:
            assert found == whole

    @pytest.mark.usefixtures("small_blocks")
    def test_a_run_killed_at_any_page_leaves_no_trace(
        self, staged: Staging, hub: Hub, stream: Stream, page: int, undisturbed: Undisturbed
    ) -> None:
        job = hub.job(stream.name, page_size(len(undisturbed.raws(stream.name))))
        read, seen = job.connector.read, 0

        def killed(*args: Any, **given: Any) -> Iterator[Any]:
            nonlocal seen
            for one in read(*args, **given):
                seen += 1
                if seen > page:
                    raise Killed
                yield one

        from hub.transfer import run_sync

        job.connector.read = killed  # type: ignore[method-assign]
        try:
            run_sync(job)
        except Killed:
            pass
        else:
            records = len(undisturbed.raws(stream.name))
            assert page > 1 or not cut_to_size(stream) or records < PAGES, "nothing was killed"
            raise DoesNotApply(f"{stream.name} has no more than {page} pages here")
        hub.sync(stream.name, page_size=page_size(len(undisturbed.raws(stream.name))))
        assert Standing.of(hub, stream.name) == undisturbed.standing(stream.name)
