"""A CSV file of sample records, as the declaration says that it is written."""

from __future__ import annotations

import csv
import hashlib
import io
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from mocks.sampled.records import Samples
from mocks.world import World

HEADERS = {"X-Synthetic-Data": "true"}


class CsvFile:
    """One file, with its marks."""

    def __init__(self, samples: Samples, world: World) -> None:
        section = samples.stream.section
        text = io.StringIO()
        writer = csv.writer(text, delimiter=section.get("delimiter", ","))
        text.write("# synthetic\r\n" * section.get("skip_lines", 0))
        if section.get("header", True):
            writer.writerow(samples.root.fields)
        for one in samples.records:
            writer.writerow([_cell(value) for value in one.fields.values()])
        encoding = section.get("encoding", "auto")
        codec = "utf-8" if encoding == "auto" else encoding
        self.body = text.getvalue().encode(codec, "replace")
        self.marks = {
            "ETag": f'"{hashlib.sha256(self.body).hexdigest()[:32]}"',
            "Last-Modified": format_datetime(world.now.replace(microsecond=0), usegmt=True),
        }

    async def answer(self, request: Request) -> Response:
        """The file, or that it has not changed (RFC 9110 §13.1)."""
        marks = {**HEADERS, **self.marks}
        if request.headers.get("if-none-match") == self.marks["ETag"]:
            return Response(status_code=304, headers=marks)
        return Response(self.body, headers=marks, media_type="text/csv")


def _cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
