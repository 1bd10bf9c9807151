"""Registers the hub's pages in Airflow's UI; the pages themselves are `hub.pages`.

Every process that loads plugins runs this file, task processes too: it imports nothing of the
hub until somebody asks for a page.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/hub"


class PagesWhenAsked:
    """An ASGI application that imports the pages at the first request."""

    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if (app := self._app) is None:
            app = await asyncio.to_thread(self._build)
        await app(scope, receive, send)

    def _build(self) -> ASGIApp:
        from hub.pages.behind_airflow import pages_behind_airflow

        with self._lock:
            if (app := self._app) is None:
                app = self._app = pages_behind_airflow()
            return app


class HubPages(AirflowPlugin):
    """The entry in the navigation, and a view on each DAG's page."""

    name = "sme_hub"
    fastapi_apps: list[Any] = [  # noqa: RUF012 - Airflow reads it from the class
        {"app": PagesWhenAsked(), "url_prefix": PREFIX, "name": "sme_hub"}
    ]
    external_views: list[Any] = [  # noqa: RUF012
        {
            "name": "連携ハブ",
            "href": f"{PREFIX}/",
            "destination": "nav",
            "url_route": "hub",
            "nav_top_level": True,
        },
        {
            "name": "連携ハブ",
            "href": f"{PREFIX}/dag/{{DAG_ID}}",
            "destination": "dag",
            "url_route": "hub-system",
        },
    ]
