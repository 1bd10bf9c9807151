"""Rendering pages, and forms that come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from examples.portal import words
from examples.portal.sessions import Session

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters.update(words.FILTERS)
TEMPLATES.globals.update(words.NAMES)
MOST_FIELDS = 1000


class WrongForm(Exception):
    """A form that was not made for this session."""


def page(request: Request, name: str, status: int = 200, **more: Any) -> Response:
    """A page; every template knows the session and the path."""
    session: Session | None = request.app.state.sessions.of(request)
    shown = session if session and session.signed_in else None
    text = TEMPLATES.get_template(name).render(session=shown, path=request.url.path, **more)
    return HTMLResponse(text, status)


async def posted(request: Request, session: Session) -> FormData:
    """A form of this session.

    Raises:
        WrongForm: it came from another page, or from another time.
    """
    origin = request.headers.get("origin")
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    if origin not in (None, request.app.state.settings.address) or not session.right_form(
        form.get("csrf")
    ):
        raise WrongForm
    return form


def local_path(text: str | None) -> str:
    """A path of this portal to go on to; the first page for anything else."""
    if text and text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable():
        return text
    return "/"


def sign_in_path(request: Request) -> str:
    """The address that signs in and comes back to the page that was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/sign-in?then={quote(request.url.path + query)}"
