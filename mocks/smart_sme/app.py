"""The register's download over HTTP: two files, GET and HEAD, conditional on ETag or date."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.smart_sme.lists import Lists, Version
from mocks.world import World

CHARSETS = {"vendors.csv": "utf-8", "tools.csv": "Shift_JIS"}


class Register:
    """Holds the world's view and answers requests."""

    def __init__(self, world: World) -> None:
        self.lists = Lists(world)

    async def download(self, request: Request) -> Response:
        """`GET /download/{name}`."""
        name = request.path_params["name"]
        version = self.lists.files.get(name)
        if version is None:
            return Response(status_code=404)
        headers = {
            "ETag": version.etag,
            "Last-Modified": version.last_modified,
            "Cache-Control": "no-cache",
        }
        if _is_known(request, version):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        kind = f"text/csv; charset={CHARSETS[name]}; header=present"
        return Response(version.body, headers=headers, media_type=kind)


def _is_known(request: Request, version: Version) -> bool:
    """Whether the client has this version (RFC 9110 §13.2.2: the ETag counts before the date)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool({"*", version.etag} & known)
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (TypeError, ValueError):
        return False
    return version.written <= since


def smart_sme_app(world: World) -> Starlette:
    """The application; `app.state.smart_sme` gives the lists."""
    register = Register(world)
    app = Starlette(routes=[Route("/download/{name}", register.download, methods=["GET", "HEAD"])])
    app.state.smart_sme = register
    return app
