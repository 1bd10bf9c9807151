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


class Admin:
    """Answers the admin API for one world and its faults."""

    def __init__(self, world: World, box: FaultBox) -> None:
        self.world = world
        self.box = box

    async def events(self, request: Request) -> Response:
        """One event, or `{"events": [...]}`; answers them completed."""
        try:
            wanted = await _body(request)
            several = wanted.get("events", [wanted])
            return JSONResponse({"events": [self.world.apply(event) for event in several]})
        except (EventError, TypeError, ValueError) as error:
            return refused(error)

    async def advance(self, request: Request) -> Response:
        """`{"days": n}`, default 1."""
        try:
            changes = self.world.advance(int((await _body(request)).get("days", 1)))
        except (TypeError, ValueError) as error:
            return refused(error)
        return JSONResponse(
            {
                "today": self.world.today.isoformat(),
                "applications": len(changes.applications),
                "programs": len(changes.programs),
            }
        )

    async def faults(self, request: Request) -> Response:
        """POST adds one, GET lists those that wait, DELETE clears."""
        if request.method == "DELETE":
            self.box.clear()
        if request.method == "POST":
            try:
                self.box.add(Fault.parse(await _body(request)))
            except (FaultError, TypeError, ValueError) as error:
                return refused(error)
        return JSONResponse({"faults": [fault.shown() for fault in self.box.waiting()]})

    async def truth(self, request: Request) -> Response:
        """Counts, flawed records, relations and events."""
        del request
        with self.world.lock:
            return JSONResponse(self.world.truth.summary())

    async def state(self, request: Request) -> Response:
        """What the world is: seed, days, sizes."""
        del request
        world = self.world
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


def admin_app(world: World, box: FaultBox) -> Starlette:
    """`POST /admin/world/events`, `/admin/advance`, `/admin/faults`; `GET /admin/truth`, …"""
    admin = Admin(world, box)
    return Starlette(
        routes=[
            Route("/admin/world", admin.state),
            Route("/admin/world/events", admin.events, methods=["POST"]),
            Route("/admin/advance", admin.advance, methods=["POST"]),
            Route("/admin/faults", admin.faults, methods=["GET", "POST", "DELETE"]),
            Route("/admin/truth", admin.truth),
        ]
    )
