"""The pages behind Airflow's door: its users, its permissions, its DAGs.

The only module of the hub that knows Airflow; it is imported at the first request for a page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from airflow.configuration import conf
from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from fastapi import HTTPException
from sqlalchemy import select
from starlette.requests import Request
from starlette.types import ASGIApp

from base.settings import Settings
from hub.pages.airflow_calls import AirflowCalls
from hub.pages.app import build
from hub.pages.guard import NotSignedIn, Viewer


def pages_behind_airflow() -> ASGIApp:
    """The pages for this API server, on the hub of its environment."""
    return build(AirflowGuard(), Settings.load())


@dataclass
class AirflowGuard:
    """Who asks and what they may do is what Airflow's auth manager says."""

    @cached_property
    def secret(self) -> bytes:
        """Of Airflow's own secret, which all API servers share."""
        return str(conf.get_mandatory_value("api_auth", "jwt_secret")).encode()

    async def viewer(self, request: Request) -> Viewer:
        """See `Guard`."""
        bearer = await bearer_scheme(request)
        try:
            user = await get_user(request, None, bearer)
        except HTTPException:
            raise NotSignedIn from None
        token = bearer.credentials if bearer else request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")
        return Viewer(user.get_name(), token, user)

    def readable(self, viewer: Viewer, dag_ids: Collection[str]) -> set[str]:
        """See `Guard`."""
        return {one for one in dag_ids if self._may(viewer, "GET", one, None)}

    def may_trigger(self, viewer: Viewer, dag_id: str) -> bool:
        """See `Guard`."""
        return self._may(viewer, "POST", dag_id, DagAccessEntity.RUN)

    def _may(
        self, viewer: Viewer, method: Any, dag_id: str, entity: DagAccessEntity | None
    ) -> bool:
        user: Any = viewer.identity
        details = DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))
        return bool(
            get_auth_manager().is_authorized_dag(
                method=method, access_entity=entity, details=details, user=user
            )
        )

    def paused(self, dag_ids: Collection[str]) -> Mapping[str, bool]:
        """See `Guard`."""
        query = select(DagModel.dag_id, DagModel.is_paused).where(
            DagModel.dag_id.in_(dag_ids), DagModel.is_stale.is_(False)
        )
        with create_session() as session:
            return {str(row.dag_id): bool(row.is_paused) for row in session.execute(query)}

    def trigger(self, viewer: Viewer, dag_id: str, conf: Mapping[str, object], note: str) -> str:
        """See `Guard`."""
        return self._calls(viewer).trigger(dag_id, conf, note)

    def pause(self, viewer: Viewer, dag_id: str, *, paused: bool) -> None:
        """See `Guard`."""
        self._calls(viewer).pause(dag_id, paused=paused)

    def _calls(self, viewer: Viewer) -> AirflowCalls:
        return AirflowCalls(_address(), viewer.token)


def _address() -> str:
    """Where this API server answers: as it is told, or where it listens."""
    listens = f"http://{conf.get('api', 'host')}:{conf.getint('api', 'port')}"
    return conf.get("api", "base_url", fallback=None) or listens
