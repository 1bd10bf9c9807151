"""`hub api`: serve the read API, and write its OpenAPI document."""

from __future__ import annotations

import json

import click

from api.settings import DEFAULT_PORT

LOOPBACK = "127.0.0.1"


@click.group()
def api() -> None:
    """The read API for front ends."""


@api.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the API until interrupted; TLS is the reverse proxy's in front of it."""
    from api.service import prepare
    from api.serving import serve as start
    from api.settings import ApiSettings
    from base.settings import Settings

    prepare(ApiSettings.of(Settings.load()))
    start(host, port, workers)


@api.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from api.app import build, document

    click.echo(json.dumps(document(build(None)), ensure_ascii=False, indent=2))
