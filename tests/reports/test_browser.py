"""The page in a real browser: no errors, no requests, no sideways scrolling, accessible, with scripts off, on paper."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

PAGES = ("index.html", "evidence.html", "benchmark.html", "../index.html")
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"
# Thousands of cells take minutes to check; the tables of one section are alike.
UNFOLD_FIRST = "document.querySelectorAll('section').forEach(s => s.querySelector('details')?.setAttribute('open', ''))"
pytestmark = pytest.mark.xdist_group("timed")
AA = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}


def address(edition: Path, name: str) -> str:
    return (edition / name).resolve().as_uri()


def assert_it_fits_and_is_quiet(browser: Browser, edition: Path, name: str, width: int) -> None:
    """No sideways scrolling with everything unfolded, no request but the page's own, nothing on the console."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address(edition, name))
    page.evaluate(UNFOLD)
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    page.close()
    assert widths[0] <= widths[1]
    assert [url for url in requests if not url.startswith("data:")] == [address(edition, name)]
    assert errors == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_sideways_scrolling_no_error_and_no_request(
    name: str, width: int, timed_edition: Path, browser: Browser
) -> None:
    assert_it_fits_and_is_quiet(browser, timed_edition, name, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(name: str, scheme: str, timed_edition: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto(address(timed_edition, name))
    if scheme == "light":  # the folded tables are of the same classes in the dark
        page.evaluate(UNFOLD_FIRST if name == "benchmark.html" else UNFOLD)
    found = Axe().run(page, options=AA).response["violations"]
    page.close()
    assert [(v["id"], len(v["nodes"]), v["nodes"][0]["html"][:200]) for v in found] == []


def test_the_page_of_timings_without_a_result_is_accessible_and_fits(edition: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 900})
    page.goto(address(edition, "benchmark.html"))
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    found = Axe().run(page, options=AA).response["violations"]
    page.close()
    assert widths[0] <= widths[1]
    assert [v["id"] for v in found] == []


@pytest.mark.parametrize("name", ["index.html", "benchmark.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_in_charts_have_contrast(scheme: str, name: str, timed_edition: Path, browser: Browser) -> None:
    page = browser.new_page(color_scheme=scheme)
    page.goto(address(timed_edition, name))
    colours = page.evaluate("""() => {
      const ground = getComputedStyle(document.body).backgroundColor;
      const fills = new Set([...document.querySelectorAll('svg.chart text')].map(t => getComputedStyle(t).fill));
      return {ground, fills: [...fills]};
    }""")
    page.close()
    from reports.theme import contrast

    def hexed(rgb: str) -> str:
        parts = [int(part) for part in rgb.removeprefix("rgb(").removesuffix(")").split(",")]
        return "#" + "".join(f"{part:02x}" for part in parts)

    assert len(colours["fills"]) >= 5
    assert min(contrast(hexed(fill), hexed(colours["ground"])) for fill in colours["fills"]) >= 4.5


def test_everything_is_there_with_scripts_off(edition: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(edition, "index.html"))
    assert page.locator("article.answer").count() == 7
    assert page.locator("svg.chart").count() >= 8
    page.locator("#popularity > details > summary").first.click()
    assert page.locator("#popularity > details[open] table").first.is_visible()
    page.locator("#popularity .further a").first.click()
    assert page.locator("#popularity figure").first.is_visible()
    context.close()


def test_the_page_of_timings_opens_its_tables_with_scripts_off(timed_edition: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(timed_edition, "index.html"))
    page.locator("#performance a[href='benchmark.html']").click()
    page.wait_for_url("**/benchmark.html")
    assert page.locator("svg.chart").count() > 20
    page.locator("#cells > details > summary").first.click()
    assert page.locator("#cells > details[open] table").first.is_visible()
    page.locator("#runs th a").first.click()
    page.wait_for_url("**/benchmark-*.html")
    assert page.locator("h1").inner_text() == "The same work, timed"
    context.close()


def test_the_skip_link_is_the_first_stop_and_shows_itself(edition: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(address(edition, "index.html"))
    page.keyboard.press("Tab")
    focused = page.evaluate("[document.activeElement.className, document.activeElement.getBoundingClientRect().x >= 0]")
    page.close()
    assert focused == ["skip", True]


@pytest.mark.parametrize(("name", "most"), [("index.html", 30), ("benchmark.html", 40)])
def test_on_paper_nothing_is_cut_and_charts_that_were_folded_are_there(
    name: str, most: int, timed_edition: Path, browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": 718, "height": 1000})
    page.goto(address(timed_edition, name))
    page.emulate_media(media="print")
    shown = page.evaluate(
        "[...document.querySelectorAll('svg.chart')].every(s => s.getBoundingClientRect().height > 0)"
    )
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    page.pdf(path=tmp_path / "report.pdf", format="A4", prefer_css_page_size=True)
    page.close()
    assert shown
    assert widths[0] <= widths[1]
    pages = (tmp_path / "report.pdf").read_bytes().count(b"/Type /Page\n")
    assert 5 <= pages <= most
