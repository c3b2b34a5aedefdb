"""The status page in a real browser: accessible to WCAG AA in light and dark, on a desk and on a phone, with no script at all."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.chromium import chromium, shown
from tests.servers import Missing
from tests.status_house import StatusHouse

AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser(places: tuple[str, list[str]]) -> Iterator[Browser]:  # it runs a loop of its own: the house comes first
    try:
        with chromium() as opened:
            yield opened
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def places() -> Iterator[tuple[str, list[str]]]:
    house = StatusHouse()
    house.a_night()
    incident = house.get("/api/v2/incidents.json").json()["incidents"][0]["id"]
    window = house.get("/api/v2/scheduled-maintenances.json").json()["scheduled_maintenances"][0]["id"]
    paths = [
        "/status",
        "/status/history",
        f"/status/incidents/{incident}",
        f"/status/maintenances/{window}",
        "/status/no",
    ]
    with shown(house.app) as address:
        yield address, paths


def opened(browser: Browser, scheme: str, width: int) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(120_000)
    return context.new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_passes_the_accessibility_rules(
    browser: Browser, places: tuple[str, list[str]], scheme: str
) -> None:
    address, paths = places
    page = opened(browser, scheme, 900)
    for path in paths:
        page.goto(address + path)
        found = Axe().run(page, options=AA)
        assert found.violations_count == 0, found.generate_report()


def test_nothing_is_refused_by_the_policy_and_nothing_sticks_out_on_a_phone(
    browser: Browser, places: tuple[str, list[str]]
) -> None:
    address, paths = places
    page, complaints = opened(browser, "light", 360), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    for path in paths[:-1]:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert page.evaluate("document.scripts.length") == 0
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "16px"
    assert complaints == []


def test_the_keyboard_reaches_the_content_first_and_every_link(browser: Browser, places: tuple[str, list[str]]) -> None:
    address, _ = places
    page = opened(browser, "light", 900)
    page.goto(address + "/status")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")


def test_a_person_can_report_a_problem_with_the_keyboard_alone(browser: Browser, places: tuple[str, list[str]]) -> None:
    address, _ = places
    page = opened(browser, "light", 900)
    page.goto(address + "/status/report")
    page.get_by_label("Where").select_option("Payments")
    page.get_by_label("What you see").fill("I cannot pay")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Thank you").wait_for()
