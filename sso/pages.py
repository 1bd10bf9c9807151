"""The few pages that the sign-in shows itself. No script, no style, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

_PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head><body><main>
<h1>{title}</h1>
{body}
</main></body></html>
"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}


def page(title: str, body: str, status: int = 200) -> HTMLResponse:
    """A whole page; `body` is HTML already."""
    text = _PAGE.format(title=escape(title), body=body)
    return HTMLResponse(text, status, dict(_HEADERS))


def error(what: str, status: int = 400) -> HTMLResponse:
    """What went wrong where nothing may be redirected."""
    advice = "元の画面に戻り、もう一度ログインしてください。"
    return page("ログインできません", f"<p>{escape(what)}</p><p>{advice}</p>", status)


def choice(path: str, query: Iterable[tuple[str, str]], titles: dict[str, str]) -> HTMLResponse:
    """Which identity provider to sign in at."""
    pairs = list(query)
    links = "\n".join(
        f'<li><a href="{escape(path)}?{escape(urlencode([*pairs, ("provider", name)]))}">'
        f"{escape(title)}でログイン</a></li>"
        for name, title in titles.items()
    )
    return page("ログイン方法の選択", f"<ul>{links}</ul>")


def confirm_logout() -> HTMLResponse:
    """A button; only a press on it ends the session."""
    form = '<form method="post"><button name="confirmed" value="yes">ログアウトする</button></form>'
    return page("ログアウト", f"<p>すべてのサービスからログアウトしますか。</p>{form}")


def logged_out() -> HTMLResponse:
    """The session has ended."""
    return page("ログアウトしました", "<p>この画面を閉じてください。</p>")
