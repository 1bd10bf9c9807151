"""Who looks at the pages, what they may do, and by what token they do it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import Request


class NotSignedIn(Exception):
    """Nobody is signed in to Airflow, or their token is no longer valid."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in to Airflow.

    Attributes:
        name: as Airflow names them; stands in audit rows and decisions.
        token: their own token of Airflow's API, by which runs are triggered in their name.
        identity: what the guard knows them by.
    """

    name: str
    token: str = field(repr=False)
    identity: object = field(default=None, repr=False)


class Guard(Protocol):
    """What the pages ask of whoever they stand behind."""

    @property
    def secret(self) -> bytes:
        """Signs the pages' own tokens against forged requests; the same in all processes."""

    async def viewer(self, request: Request) -> Viewer:
        """Who asks; raises NotSignedIn."""

    def readable(self, viewer: Viewer, dag_ids: Collection[str]) -> set[str]:
        """Those of the DAGs that the viewer may see."""

    def may_trigger(self, viewer: Viewer, dag_id: str) -> bool:
        """Whether the viewer may start runs of the DAG."""

    def paused(self, dag_ids: Collection[str]) -> Mapping[str, bool]:
        """Which DAGs Airflow knows, and whether they are paused."""

    def trigger(self, viewer: Viewer, dag_id: str, conf: Mapping[str, object], note: str) -> str:
        """Start a run in the viewer's name; its run id. Raises HubError."""

    def pause(self, viewer: Viewer, dag_id: str, *, paused: bool) -> None:
        """Pause or resume the DAG in the viewer's name. Raises HubError."""
