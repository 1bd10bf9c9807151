"""The pages in a real browser: within Airflow's own UI, by keyboard, on small screens, in the dark.

`PAGES_SCREENSHOTS=1` stores the screenshots under docs/images/.
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

from tests.pages.airflow_server import PASSWORDS, AirflowServer

pytestmark = [pytest.mark.airflow, pytest.mark.network]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOWN = {
    "overview": "/hub/",
    "system": "/hub/systems/subsidy",
    "mapping": "/hub/systems/subsidy/programs/mapping",
    "quarantine": "/hub/quarantine",
    "review": "/hub/review",
    "missing": "/hub/systems/nothing",
}


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


def window(
    browser: Browser, server: AirflowServer, user: str, scheme: Literal["light", "dark"], width: int
) -> BrowserContext:
    """A window in which a user is signed in to Airflow."""
    size: Any = {"width": width, "height": 900}
    opened = browser.new_context(locale="ja-JP", color_scheme=scheme, viewport=size)
    opened.add_cookies([{"name": "_token", "value": server.token(user), "url": server.address}])
    return opened


def watched(opened: BrowserContext, server: AirflowServer) -> Page:
    """A page; an error of a script, and a request to anywhere else, is a failure."""
    page = opened.new_page()
    strangers: list[str] = []
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on("console", lambda said: strangers.append(said.text) if "Policy" in said.text else None)
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((server.address, "data:")) else strangers.append(asked.url)
        ),
    )
    opened.on("close", lambda _: None if not strangers else pytest.fail(str(strangers)))
    return page


def violations(page: Page) -> list[str]:
    """What axe-core complains of, and where."""
    options = {"runOnly": {"type": "tag", "values": RULES}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def samples(page: Page, server: AirflowServer) -> None:
    """Open the samples of the reason with the most items."""
    page.goto(f"{server.address}/hub/quarantine")
    page.get_by_role("link", name="見本を見る").first.click()
    page.wait_for_url("**/quarantine/items?**")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_every_page_is_accessible(
    browser: Browser, server: AirflowServer, scheme: Literal["light", "dark"], width: int
) -> None:
    with window(browser, server, "admin", scheme, width) as opened:
        page, found = watched(opened, server), []
        for name, path in SHOWN.items():
            page.goto(server.address + path)
            for summary in page.locator("summary").all():
                summary.click()
            found += [f"{name}: {one}" for one in violations(page)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide in a window of {width}"
        samples(page, server)
        page.get_by_role("button", name="破棄の内容を確認").click()
        page.get_by_role("button", name="破棄する").wait_for()
        found += [f"discard: {one}" for one in violations(page)]
        if page.goto(f"{server.address}/hub/review") and page.get_by_text("比べる").count() > 1:
            page.get_by_role("link", name="比べる").first.click()
            page.wait_for_url("**/review/pair?**")
            found += [f"pair: {one}" for one in violations(page)]
        assert found == []


def test_the_operator_finds_the_pages_in_airflows_ui(
    browser: Browser, server: AirflowServer, tmp_path: Path
) -> None:
    folder = IMAGES if os.environ.get("PAGES_SCREENSHOTS") else tmp_path
    with browser.new_context(
        locale="ja-JP", color_scheme="light", viewport={"width": 1400, "height": 900}
    ) as opened:
        page = opened.new_page()
        page.goto(server.address)
        page.locator("input[name=username]").fill("admin")
        page.locator("input[name=password]").fill(PASSWORDS["admin"])
        page.locator("button[type=submit]").click()
        page.get_by_role("link", name="連携ハブ").click()
        inside = page.frame_locator("iframe")
        inside.get_by_role("heading", name="同期の状況").wait_for()
        assert inside.locator("h2 a").count() >= 7
        page.screenshot(path=folder / "pages-overview.png")
        inside.get_by_role("link", name="補助金システム", exact=True).click()
        inside.get_by_role("button", name="今すぐ同期").click()
        inside.get_by_text("実行を開始しました").wait_for()
        page.goto(f"{server.address}/dags/sync_subsidy/plugin/hub-system")
        inside = page.frame_locator("iframe")
        inside.get_by_role("heading", name="最近の実行").wait_for()
        page.screenshot(path=folder / "pages-dag.png")


def test_the_theme_of_the_ui_holds(browser: Browser, server: AirflowServer) -> None:
    with window(browser, server, "viewer", "light", 1280) as opened:
        page = opened.new_page()
        page.goto(f"{server.address}/hub/")
        ground = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(ground)
        page.evaluate("localStorage.setItem('theme', 'dark')")
        page.reload()
        assert page.evaluate(ground) != light
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_screenshots(browser: Browser, server: AirflowServer, tmp_path: Path) -> None:
    folder = IMAGES if os.environ.get("PAGES_SCREENSHOTS") else tmp_path
    with window(browser, server, "admin", "light", 1280) as opened:
        page = opened.new_page()
        for name in ("system", "quarantine", "mapping"):
            page.goto(server.address + SHOWN[name])
            page.screenshot(path=folder / f"pages-{name}.png", full_page=name != "mapping")
            assert (folder / f"pages-{name}.png").stat().st_size > 10_000
        samples(page, server)
        page.get_by_role("button", name="再処理の結果を確認").click()
        page.get_by_text("まだ何も書いていません").wait_for()
        page.screenshot(path=folder / "pages-replay.png")
    with window(browser, server, "viewer", "dark", 1280) as opened:
        page = opened.new_page()
        page.goto(f"{server.address}/hub/?lang=en")
        page.screenshot(path=folder / "pages-overview-dark.png")


def test_a_reason_is_discarded_by_keyboard_alone(browser: Browser, server: AirflowServer) -> None:
    with window(browser, server, "admin", "light", 1280) as opened:
        page = watched(opened, server)
        samples(page, server)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "本文へ移動"
        page.keyboard.press("Enter")
        for _ in range(3):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "破棄の内容を確認"
        page.keyboard.press("Enter")
        page.wait_for_url("**/quarantine/preview")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type("送信元で修正済み")
        page.keyboard.press("Enter")
        page.wait_for_url("**/quarantine?done=discard**")
        assert "破棄を開始しました" in page.inner_text("main")
