"""Starts the API: one process for each worker, each with everything of its own."""

from __future__ import annotations

import os

from fastapi import FastAPI

from api.app import build
from api.service import Service
from api.settings import ApiSettings
from base.redact import install_logging
from base.settings import Settings


def application() -> FastAPI:
    """The application of one worker, by the environment."""
    settings = Settings.load()
    install_logging(settings.log_level)
    return build(Service(ApiSettings.of(settings)))


def serve(host: str, port: int, workers: int, factory: str = "api.serving:application") -> None:
    """Serve until the process is told to end.

    Args:
        factory: makes each worker's application, as `module:function`.
    """
    import uvicorn

    os.environ["HUB_API_WORKERS"] = str(workers)
    settings = ApiSettings.of(Settings.load())
    proxies = settings.service.proxies
    uvicorn.run(
        factory,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_graceful_shutdown=10,
    )
