"""`python -m examples.client ACCOUNT PURPOSE`: a token for the API, for trying it out with curl.

Signs in at the mock of GビズID as a synthetic account (`gbiz-…`, or `gbiz-…#D…` under a delegation)
as a browser would, with the portal's own key, and exchanges the sign-in. It works with mocks alone:
a real identity provider asks for a password and a telephone. Other ports than the usual ones are
named as to `make run`, by HUB_PORT_FRONT; other addresses by PORTAL_ISSUER, PORTAL_API and
PORTAL_ADDRESS.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from examples.client.oauth import Attempt, OAuthError, Token, TokenService

SCOPES = {
    "application_status": "business:read business.details:read applications:read plans:read"
    " directory:read audit:read",
    "prefill": "business:read business.details:read forms:read forms:prefill",
}
MOST_REDIRECTS = 10


async def token(
    service: TokenService, audience: str, account: str, purpose: str, browser: httpx.AsyncClient
) -> Token:
    """Sign in as a synthetic account, and exchange the sign-in.

    Raises:
        OAuthError: the mock does not know the account, or the token service refuses.
    """
    attempt = Attempt.new()
    address = await service.authorization_url(attempt, login_hint=account, again=True)
    for _ in range(MOST_REDIRECTS):
        answer = await browser.get(address)
        if not answer.is_redirect:
            break
        address = urljoin(address, answer.headers["location"])
        if address.startswith(service.redirect_uri):
            given = parse_qs(urlsplit(address).query)
            if given.get("state") != [attempt.state] or "code" not in given:
                raise OAuthError(given.get("error", ["wrong_state"])[0])
            signed_in = await service.redeem(attempt, given["code"][0])
            return await service.exchange(signed_in.token, audience, SCOPES[purpose], purpose)
    raise OAuthError("not_signed_in")


def _address(name: str, place: int) -> str:
    """Where one of the three servers listens that `make run` starts in a row of ports."""
    first = int(os.environ.get("HUB_PORT_FRONT") or 8821)
    return os.environ.get(name) or f"http://127.0.0.1:{first + place}"


async def _main(account: str, purpose: str) -> str:
    get = os.environ.get
    key = json.loads(Path(get("PORTAL_KEY_FILE", ".hub/portal-key.json")).read_text("utf-8"))
    issuer, audience = _address("PORTAL_ISSUER", 0), _address("PORTAL_API", 1)
    redirect_uri = _address("PORTAL_ADDRESS", 2) + "/sign-in/callback"
    async with httpx.AsyncClient(timeout=15, trust_env=False) as http:
        service = TokenService(issuer, "portal", key, redirect_uri, http)
        return (await token(service, audience, account, purpose, http)).value


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in SCOPES:
        sys.exit(f"usage: python -m examples.client ACCOUNT {'|'.join(SCOPES)}")
    try:
        sys.stdout.write(asyncio.run(_main(sys.argv[1], sys.argv[2])) + "\n")
    except (OAuthError, OSError) as error:
        away = str(error) == "unreachable"
        where = f" ({_address('PORTAL_ISSUER', 0)}; is `make run` up there?)" if away else ""
        sys.exit(f"no token: {error}{where}")
