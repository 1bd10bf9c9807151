"""Starts the token service: one process for each worker, each with everything of its own."""

from __future__ import annotations

from starlette.applications import Starlette

from base.redact import install_logging
from base.settings import Settings
from sso.broker import broker
from sso.settings import ServiceSettings


def application() -> Starlette:
    """The application of one worker, by the environment."""
    settings = Settings.load()
    install_logging(settings.log_level)
    return broker(settings)


def serve(host: str, port: int, workers: int, factory: str = "sso.serving:application") -> None:
    """Serve until the process is told to end.

    Args:
        factory: makes each worker's application, as `module:function`.
    """
    import uvicorn

    proxies = ServiceSettings.of(Settings.load()).proxies
    uvicorn.run(
        factory,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_graceful_shutdown=10,
    )
