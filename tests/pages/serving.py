"""The pages without Airflow: a guard that knows two users, served from memory or on loopback."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from hub.pages.guard import NotSignedIn, Viewer


@dataclass
class FakeGuard:
    """Lets in whom the cookie `user` names; `admin` may act. Remembers what was triggered."""

    triggered: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    secret: bytes = b"of the test" * 6
    hidden: frozenset[str] = frozenset()

    async def viewer(self, request: Request) -> Viewer:
        """Whoever the cookie names."""
        name = request.cookies.get("user")
        if not name:
            raise NotSignedIn
        return Viewer(name, "token")

    def readable(self, _viewer: Viewer, dag_ids: Collection[str]) -> set[str]:
        """All but the hidden ones."""
        return set(dag_ids) - self.hidden

    def may_trigger(self, viewer: Viewer, _dag_id: str) -> bool:
        """The admin alone."""
        return viewer.name == "admin"

    def paused(self, dag_ids: Collection[str]) -> Mapping[str, bool]:
        """None is."""
        return dict.fromkeys(dag_ids, False)

    def trigger(self, viewer: Viewer, dag_id: str, conf: Mapping[str, object], _note: str) -> str:
        """Remember it."""
        self.triggered.append((viewer.name, dag_id, dict(conf)))
        return "manual__1"

    def pause(self, viewer: Viewer, dag_id: str, *, paused: bool) -> None:
        """Remember it."""
        self.triggered.append((viewer.name, dag_id, {"paused": paused}))
