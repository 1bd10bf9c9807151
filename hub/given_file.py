"""A file that somebody hands to a sync in the system's place: is it the stream's at all?"""

from __future__ import annotations

from collections.abc import Iterator

from base.errors import ReadError
from base.records import Page
from hub.deletes import UNKNOWN


def recognised(pages: Iterator[Page], name: str) -> Iterator[Page]:
    """The pages of a local file, if its first one holds anything like a record of the stream.

    What has no key can be quarantined, but no later version would ever close the item.

    Raises:
        ReadError: the first page holds nothing but what has no key.
    """
    for number, page in enumerate(pages):
        if number == 0 and page.refused and not _has_key(page):
            raise ReadError(
                f"{name} holds no record of this stream: {page.refused[0].message}",
                remedy="Nothing of it was taken. Name a file that the system gave out for it",
            )
        yield page


def _has_key(page: Page) -> bool:
    named = (one for one in page.refused if not one.key.startswith(UNKNOWN))
    return bool(page.keys or page.deleted or page.unchanged or next(named, None))
