"""How delegations are read: a POST whose JSON body holds the credentials beside the question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from base.records import Page, Window
from connectors.contracts.openapi import OpenApiContract
from connectors.corporate_auth.question import DelegationDesk
from connectors.hooks import ReadContext
from connectors.transports.fetch import Post
from connectors.transports.rest import RestReader


def read_delegations(
    context: ReadContext, window: Window, *, resume: str | None, limit: int | None
) -> Iterator[Page]:
    """Pages of delegations, paged, bounded and resumed as those of a GET are."""
    reader = RestReader(
        stream=context.stream,
        contract=cast(OpenApiContract, context.contract),
        client=DelegationDesk(context.connection, cast(Post, context.client), context.clock),
        address=context.connection.address,
        prepare=context.prepare,
        keys=context.keys,
    )
    yield from reader.read(window, resume=resume, limit=limit)
