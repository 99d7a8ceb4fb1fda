"""The pages of the probes in a real browser: no errors, no requests, narrow and wide, accessible, and on paper."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from reports.probes.pages import PAGES
from tests.reports.test_browser import AA, UNFOLD, address, assert_it_fits_and_is_quiet

NAMES = [page.name for page in PAGES]
pytestmark = pytest.mark.xdist_group("probed")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [360, 1440])
def test_it_fits_asks_for_nothing_and_fails_nowhere(
    name: str, width: int, probed_edition: Path, browser: Browser
) -> None:
    assert_it_fits_and_is_quiet(browser, probed_edition, name, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_violation(name: str, scheme: str, probed_edition: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto(address(probed_edition, name))
    page.evaluate(UNFOLD)
    found = Axe().run(page, options=AA).response["violations"]
    page.close()
    assert [(v["id"], len(v["nodes"]), v["nodes"][0]["html"][:200]) for v in found] == []


def test_programs_and_messages_open_with_scripts_off(probed_edition: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(probed_edition, "index.html"))
    page.locator("#ease .further a", has_text="Ease of use in full").click()
    page.wait_for_url("**/ease.html#ease")
    assert page.locator(".beside pre").first.is_visible()
    page.locator("header nav a", has_text="Debugging").click()
    page.wait_for_url("**/debugging.html")
    page.locator("table.faults summary").first.click()
    assert page.locator("table.faults details[open] li").first.is_visible()
    context.close()


@pytest.mark.parametrize("name", NAMES)
def test_on_paper_nothing_is_cut(name: str, probed_edition: Path, browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 718, "height": 1000})
    page.goto(address(probed_edition, name))
    page.emulate_media(media="print")
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    page.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    page.close()
    assert widths[0] <= widths[1]
    assert 2 <= (tmp_path / "page.pdf").read_bytes().count(b"/Type /Page\n") <= 40
