"""A real browser for tests: strict about errors, in Chinese, at desktop and phone width.

A test that asks for `page`, `phone` or `chromium` is marked `browser`; `.ci/run` fails when no such
test ran. Without a Chromium these tests are skipped, and `make test` says so loudly.
"""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from scripts.launch import browser as launcher
from scripts.launch.places import ROOT

SCREENSHOTS = ROOT / "test-results" / "screenshots"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
TIMEOUT_MS = 15_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a worker."""
    program = launcher.find()
    if not program:
        pytest.skip("there is no Chromium; `make test` installs one where it may")
    # Playwright keeps an event loop in this thread, and Django takes that for asynchronous code.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            sandbox = [] if os.geteuid() else ["--no-sandbox"]
            browser = playwright.chromium.launch(
                executable_path=program, args=[*sandbox, "--disable-dev-shm-usage", "--lang=zh-CN"]
            )
            yield browser
            browser.close()


@pytest.fixture
def page(chromium: Browser, live_server, transactional_db: None) -> Iterator[Page]:
    """A page at desktop width; the test fails when the browser reported an error or refused something."""
    yield from _strict_page(chromium, live_server.url, DESKTOP)


@pytest.fixture
def phone(chromium: Browser, live_server, transactional_db: None) -> Iterator[Page]:
    """The same at the width of a phone."""
    yield from _strict_page(chromium, live_server.url, PHONE)


def _strict_page(chromium: Browser, address: str, size: dict) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, locale="zh-CN", viewport=size, reduced_motion="reduce")
    context.set_default_timeout(TIMEOUT_MS)
    troubles = watch_for_trouble(context)
    yield context.new_page()
    context.close()
    assert troubles == []


def watch_for_trouble(context: BrowserContext) -> list[str]:
    """A list that fills with what the browser refuses or cannot do: scripts that fail, CSP, foreign hosts."""
    troubles: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # A refusal that the server meant (a form with a mistake) is not an error of the page, nor is a
        # request that a later one replaced; one that failed is reported as htmx:sendError as well.
        meant = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort")
        if message.type == "error" and not message.text.startswith(meant):
            troubles.append(message.text)

    context.on("console", on_console)
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    context.on("response", lambda answer: troubles.append(answer.url) if answer.status >= 500 else None)
    return troubles


def settle(page: Page) -> None:
    """Wait until the page is there: loaded, its fonts too, and no fragment on its way.

    Not for half a second of silence on the network: a story of two hundred pages would wait for minutes.
    """
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => true)")


# A rule has one impact. Those that could only find what is left out below are not run, and of what passed
# nothing is written down: a page is looked at in half the time. Contrast takes most of the other half: it is
# judged below, once for what looks the same.
_SERIOUS = """async () => {
    const rules = {'color-contrast': {enabled: false}};
    for (const rule of axe._audit.rules)
        if (['minor', 'moderate'].includes(rule.impact)) rules[rule.id] = {enabled: false};
    return (await axe.run({rules, resultTypes: ['violations']})).violations;
}"""

# What decides on contrast: the colour and size of the text and everything that is painted behind it.
_CONTRAST = """async (seen) => {
    const known = new Set(seen), fresh = new Map();
    const behind = new Map();
    const ground = (element) => {
        if (!element) return '';
        if (!behind.has(element)) {
            const style = getComputedStyle(element);
            const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter].join();
            behind.set(element, own + '/' + ground(element.parentElement));
        }
        return behind.get(element);
    };
    const says = (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim();
    for (const element of document.body.querySelectorAll('*')) {
        if (!element.checkVisibility() || !(element.matches('input, select, textarea')
            || [...element.childNodes].some(says))) continue;
        const style = getComputedStyle(element);
        const text = [style.color, style.fontSize, style.fontWeight, style.textShadow, element.disabled];
        const look = [element.tagName, ...text, style.position, ground(element)].join();
        if (!known.has(look) && !fresh.has(look)) fresh.set(look, element);
    }
    if (!fresh.size) return {looks: [], found: []};
    const only = {runOnly: ['color-contrast'], resultTypes: ['violations']};
    const found = (await axe.run({include: [...fresh.values()]}, only)).violations;
    return {looks: [...fresh.keys()], found};
}"""
# What was judged and found readable in this process.
_readable: set[str] = set()


def serious_findings(page: Page) -> list[str]:
    """What axe finds wrong on a page that keeps somebody from using it: rule, and where."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    contrast = page.evaluate(_CONTRAST, list(_readable))
    if not contrast["found"]:
        _readable.update(contrast["looks"])
    return [
        f"{finding['id']}: {node['html'][:120]}"
        for finding in [*page.evaluate(_SERIOUS), *contrast["found"]]
        if finding["impact"] in {"serious", "critical"}
        for node in finding["nodes"]
    ]


def screenshot(page: Page, name: str) -> Path:
    """Keep a picture of the whole page under test-results/screenshots.

    Asked of the browser itself, which need not make its window as long as the page, nor its file as small
    as it can be.
    """
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    target = SCREENSHOTS / f"{name}.png"
    browser = page.context.new_cdp_session(page)
    size = browser.send("Page.getLayoutMetrics")["cssContentSize"]
    taken = browser.send(
        "Page.captureScreenshot",
        {
            "format": "png",
            "optimizeForSpeed": True,
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1},
        },
    )
    browser.detach()
    target.write_bytes(base64.b64decode(taken["data"]))
    return target
