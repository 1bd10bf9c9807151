"""The admin API of the mocks: events, days, faults, truth. On loopback only."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mocks.faults import Fault, FaultBox, FaultError
from mocks.world import World
from mocks.world.reactions import EventError


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    found = await request.json() if raw else {}
    if not isinstance(found, dict):
        msg = "the body must be a JSON object"
        raise TypeError(msg)
    return found


def refused(error: Exception) -> JSONResponse:
    """400 with what to do about it."""
    return JSONResponse({"error": str(error)}, 400)


def admin_app(world: World, box: FaultBox) -> Starlette:
    """`POST /admin/world/events`, `/admin/advance`, `/admin/faults`; `GET /admin/truth`, …"""

    async def events(request: Request) -> Response:
        """One event, or `{"events": [...]}`; answers them completed."""
        try:
            wanted = await _body(request)
            several = wanted.get("events", [wanted])
            return JSONResponse({"events": [world.apply(event) for event in several]})
        except (EventError, TypeError, ValueError) as error:
            return refused(error)

    async def advance(request: Request) -> Response:
        """`{"days": n}`, default 1."""
        try:
            changes = world.advance(int((await _body(request)).get("days", 1)))
        except (TypeError, ValueError) as error:
            return refused(error)
        return JSONResponse(
            {
                "today": world.today.isoformat(),
                "applications": len(changes.applications),
                "programs": len(changes.programs),
            }
        )

    async def faults(request: Request) -> Response:
        """POST adds one, GET lists those that wait, DELETE clears."""
        if request.method == "DELETE":
            box.clear()
        if request.method == "POST":
            try:
                box.add(Fault.parse(await _body(request)))
            except (FaultError, TypeError, ValueError) as error:
                return refused(error)
        return JSONResponse({"faults": [fault.shown() for fault in box.waiting()]})

    async def truth(request: Request) -> Response:
        del request
        with world.lock:
            return JSONResponse(world.truth.summary())

    async def state(request: Request) -> Response:
        """What the world is: seed, days, sizes."""
        del request
        return JSONResponse(
            {
                "seed": world.seed,
                "start": world.start.isoformat(),
                "today": world.today.isoformat(),
                "businesses": len(world.businesses),
                "programs": len(world.visible_programs()),
                "applications": len(world.visible_applications()),
            }
        )

    return Starlette(
        routes=[
            Route("/admin/world", state),
            Route("/admin/world/events", events, methods=["POST"]),
            Route("/admin/advance", advance, methods=["POST"]),
            Route("/admin/faults", faults, methods=["GET", "POST", "DELETE"]),
            Route("/admin/truth", truth),
        ]
    )
