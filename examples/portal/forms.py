"""Forms: filled in from what is held, chosen field by field, looked at, then sent.

A value that is not ticked is asked of the hub no second time and leaves this portal no way.
"""

from __future__ import annotations

import json
import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from examples.client.api import Filled
from examples.portal.view import page, posted
from examples.portal.visit import FILL, Visit, visit

_FORM = re.compile(r"[a-z0-9_.-]{1,100}")


async def listed(request: Request) -> Response:
    """`GET /forms`: the forms that can be filled in."""
    here = await visit(request, FILL)
    return page(request, "forms.html", forms=await here.api.forms())


async def filled(request: Request) -> Response:
    """`GET /forms/{form}`: every value with its source and its day, and a tick."""
    here = await visit(request, FILL)
    return await _choose(request, here)


async def preview(request: Request) -> Response:
    """`POST /forms/{form}/preview`: exactly what would be sent."""
    here = await visit(request, FILL)
    form = await posted(request, here.session)
    ticked = [text for text in form.getlist("field") if isinstance(text, str)]
    if not ticked:
        return await _choose(request, here, error="送信する項目を一つ以上選んでください。")
    found = await here.api.preview(_form(request), ticked)
    return page(request, "preview.html", filled=found, title=await _title(request, here),
                ticked=ticked)  # fmt: skip


async def send(request: Request) -> Response:
    """`POST /forms/{form}/send`: the ticked values, as a file for the system that receives them."""
    here = await visit(request, FILL)
    form = await posted(request, here.session)
    ticked = [text for text in form.getlist("field") if isinstance(text, str)]
    found = await here.api.release(_form(request), ticked)
    name = f"{found['form']}.json"
    return Response(
        json.dumps(_answers(found), ensure_ascii=False, indent=2) + "\n",
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _answers(found: Filled) -> dict[str, object]:
    texts = {path: text for one in found["fields"] for path, text in one["texts"].items()}
    return {"form": found["form"], "version": found["version"], "answers": texts}


async def _choose(request: Request, here: Visit, error: str = "") -> Response:
    found = await here.api.prefill(_form(request))
    return page(request, "form.html", 422 if error else 200, filled=found, error=error,
                title=await _title(request, here))  # fmt: skip


async def _title(request: Request, here: Visit) -> str:
    asked = _form(request)
    return next((one["ja"] for one in await here.api.forms() if one["id"] == asked), asked)


def _form(request: Request) -> str:
    found = str(request.path_params["form"])
    if not _FORM.fullmatch(found):
        raise HTTPException(404)
    return found
