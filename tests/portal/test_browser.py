"""The portal in a real browser: keyboard, screen sizes, dark mode, and axe-core on every page.

`PORTAL_SCREENSHOTS=1` stores the screenshots under docs/images/.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.portal.conftest import Served

pytestmark = pytest.mark.network

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
PAGES = {
    "represent": "/represent", "business": "/business", "applications": "/applications",
    "search": "/search?q=設備", "agencies": "/search?kind=agencies", "forms": "/forms",
    "form": "/forms/monozukuri", "looks": "/looks", "missing": "/nowhere",
    "too-long": f"/search?q={'あ' * 101}",
}  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOWN = {"portal-represent": "/represent", "portal-applications": "/applications",
         "portal-form": "/forms/monozukuri", "portal-looks": "/looks"}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    if CHROMIUM is None:
        pytest.skip("Chromium is missing: make system-deps")
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that containers lack; the pages are ours.
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def context(browser: Browser, scheme: Literal["light", "dark"], width: int) -> BrowserContext:
    """A window."""
    size: Any = {"width": width, "height": 900}
    return browser.new_context(locale="ja-JP", color_scheme=scheme, viewport=size)


def signed_in(window: BrowserContext, served: Served) -> Page:
    """A page that is signed in; a message on the console (as of a broken policy) is a failure."""
    page = window.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(served.address)
    page.get_by_role("link", name="GビズIDでサインイン").click()
    page.wait_for_url("**/represent")
    return page


def violations(page: Page) -> list[str]:
    """What axe-core complains of, and where."""
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 320])
def test_every_page_is_accessible(
    browser: Browser, served: Served, scheme: Literal["light", "dark"], width: int
) -> None:
    with context(browser, scheme, width) as window:
        page = window.new_page()
        page.goto(served.address)
        found = violations(page)
        page.close()
        page = signed_in(window, served)
        for name, path in PAGES.items():
            page.goto(served.address + path)
            for summary in page.locator("summary").all():
                summary.click()
            found += [f"{name}: {one}" for one in violations(page)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide in a window of {width}"
        page.goto(f"{served.address}/forms/monozukuri")
        page.get_by_role("button", name="送信前に確認する").click()
        found += [f"preview: {one}" for one in violations(page)]
        page.get_by_role("button", name="サインアウト").click()
        found += [f"signed out: {one}" for one in violations(page)]
        assert found == []


def test_a_form_is_filled_in_by_keyboard_alone(browser: Browser, served: Served) -> None:
    with context(browser, "light", 1100) as window:
        page = signed_in(window, served)
        page.goto(f"{served.address}/forms/monozukuri")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "本文へ移動"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.value") == "法人番号"
        page.keyboard.press("Space")
        assert not page.get_by_label("法人番号").is_checked()
        for _ in range(4):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/preview")
        assert served.hub.previewed[-1] == ["事業者名", "代表者氏名"]
        assert "8990001190056" not in page.inner_text("main")


def test_targets_are_large_enough(browser: Browser, served: Served) -> None:
    with context(browser, "light", 320) as window:
        page = signed_in(window, served)
        for path in ("/forms/monozukuri", "/search"):
            page.goto(served.address + path)
            for one in page.locator("button, nav a, input:visible, select, summary").all():
                box = one.bounding_box()
                assert box
                assert min(box["width"], box["height"]) >= 24, one.inner_html()


def test_no_token_reaches_the_browser(browser: Browser, served: Served) -> None:
    with context(browser, "light", 1100) as window:
        page = signed_in(window, served)
        page.goto(f"{served.address}/applications")
        kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
        assert kept == '[{},{},""]'


def test_screenshots(browser: Browser, served: Served, tmp_path: Path) -> None:
    folder = IMAGES if os.environ.get("PORTAL_SCREENSHOTS") else tmp_path
    with context(browser, "light", 1000) as window:
        page = signed_in(window, served)
        for name, path in SHOWN.items():
            page.goto(served.address + path)
            page.screenshot(path=folder / f"{name}.png", full_page=True)
            assert (folder / f"{name}.png").stat().st_size > 10_000
    with context(browser, "dark", 360) as window:
        page = signed_in(window, served)
        page.goto(f"{served.address}/forms/monozukuri")
        page.screenshot(path=folder / "portal-form-dark.png", full_page=True)
