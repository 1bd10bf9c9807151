"""A server that is killed has told nobody anything of which no row stands."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from tests.api.running import running
from tests.api.world import OWNER

pytestmark = pytest.mark.network


@pytest.mark.parametrize(("point", "rows"), [("audit.written", 0), ("audit.committed", 1)])
def test_killed_around_the_commit_nothing_was_told(tmp_path: Path, point: str, rows: int) -> None:
    with running(tmp_path, failpoint=point) as one:
        token = one.token()
        with pytest.raises(requests.ConnectionError):
            one.get(f"/v1/businesses/{OWNER}", token)
        assert len([row for row in one.audited() if row.party_id == int(OWNER)]) == rows


def test_a_locked_audit_gives_503_and_then_answers_again(tmp_path: Path) -> None:
    with running(tmp_path) as one:
        token, path = one.token(), f"/v1/businesses/{OWNER}"
        assert one.get(path, token).status_code == 200
        with one.side.write():
            answers = [one.get(path, token), one.get("/v1/me", token)]
        for answer in answers:
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) >= 1
        assert one.get(path, token).status_code == 200
        rows = [row for row in one.audited() if row.party_id == int(OWNER)]
        assert len(rows) >= 2
