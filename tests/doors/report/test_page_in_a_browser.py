"""The page as a real browser shows it: light, dark, on a phone, on paper, without script, and under attack."""

import shutil
from pathlib import Path

import axe_core_python
import pytest
from answers import answer_of, busy, clean, hostile
from playwright.sync_api import expect, sync_playwright

from trueup.doors.report import page

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(axe_core_python.__file__).parent / "axe.min.js"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    kinds = (
        "TU0302",
        "TU0202",
        "TU0204",
        "TU0203",
        "TU0601",
        "TU1004",
    )  # each severity, a consequence, masked
    rows = [[row for row in busy().faults(None) if row.code == kind][:3] for kind in kinds]
    few = answer_of([row for some in rows for row in some])  # axe takes long over hundreds of rows
    made = {"busy": busy(), "few": few, "clean": clean(), "hostile": hostile()}
    for name, answer in made.items():
        page.write(answer, folder / f"{name}.html", reveal=name == "hostile")
    return {name: folder / f"{name}.html" for name in made}


@pytest.fixture
def visit(browser, pages):
    """Opens a page and fails the test when it asked for anything or said anything on the console."""
    contexts, asked, said = [], [], []

    def opened(name, **options):
        context = browser.new_context(**{"viewport": DESK, **options})
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(pages[name].as_uri())
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []


def shown(tab):
    return tab.locator("details.rows tbody tr:not([hidden])").count()


@pytest.mark.parametrize(
    ("name", "scheme", "viewport"),
    [
        ("few", "light", DESK),
        ("few", "dark", DESK),
        ("few", "light", PHONE),  # tables and charts that scroll must be reachable
        ("clean", "light", DESK),
        ("clean", "dark", DESK),
        ("hostile", "dark", PHONE),
    ],
)
def test_axe_finds_nothing_to_complain_of(visit, name, scheme, viewport):
    tab = visit(name, color_scheme=scheme, viewport=viewport)
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run(document)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert len(found["passes"]) > 30


@pytest.mark.parametrize("name", ["busy", "clean", "hostile"])
@pytest.mark.parametrize("width", [390, 800, 1_000, 1_440])
def test_no_width_makes_the_page_scroll_sideways(visit, name, width):
    tab = visit(name, viewport={"width": width, "height": 844})
    tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") == width


def test_expected_and_actual_stand_side_by_side_on_a_phone(visit):
    tab = visit("busy", viewport=PHONE)
    cells = tab.locator("details.rows[open] tbody tr").first.locator("td")
    expected, actual = (cells.nth(n).bounding_box() for n in (2, 3))
    assert expected["y"] == actual["y"]
    assert expected["x"] + expected["width"] <= actual["x"] < actual["x"] + actual["width"] <= PHONE["width"]


def test_dark_is_dark_and_light_is_light(visit):
    colours = [
        visit("busy", color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert colours == ["rgb(244, 246, 248)", "rgb(15, 20, 26)"]


def test_values_of_strangers_run_nothing(visit):
    tab = visit("hostile")
    assert tab.evaluate("window.stolen") is None
    assert tab.locator("main img, main script").count() == 0
    assert tab.get_by_text("<script>window.stolen=1</script>", exact=True).count() > 5


def test_the_policy_stops_what_the_page_does_not_name(browser, pages):
    """Breaks into the page on purpose, so the console may complain here."""
    tab = browser.new_page()
    refused = []
    tab.on("console", lambda message: refused.append(message.text))
    tab.goto(pages["busy"].as_uri())
    tab.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"https://example.invalid/x\" onerror=\"window.stolen=1\">')"
    )
    tab.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.stolen=1'}))"
    )
    tab.wait_for_timeout(100)
    assert tab.evaluate("window.stolen") is None
    assert any("img-src" in text for text in refused)
    assert any("script-src" in text for text in refused)
    tab.close()


def test_filters_narrow_by_family_severity_owner_and_words(visit):
    tab = visit("busy")
    assert shown(tab) == 356
    tab.select_option("#by-family", "time")
    assert shown(tab) == 100
    assert tab.locator("#told").inner_text() == "100 of 356 shown"
    tab.select_option("#by-severity", "critical")
    assert shown(tab) == sum(
        one.code[:4] == "TU02" and one.severity == "critical" for one in busy().faults(None)
    )
    tab.get_by_role("button", name="Reset").click()
    expect(tab.locator("#told")).to_have_text("356 shown")
    tab.select_option("#by-owner", "privacy officer")
    assert 0 < shown(tab) < 356
    assert tab.locator("section.fault:visible").count() < 21
    tab.get_by_role("button", name="Reset").click()
    tab.get_by_role("searchbox").fill("moodle berlin")
    expect(tab.locator("#told")).to_have_text("61 of 356 shown")
    assert tab.locator("section.fault:visible").count() == 1
    tab.get_by_role("searchbox").fill("no such word")
    tab.get_by_text("No fault matches the filter.").wait_for()


def test_consequences_can_be_hidden(visit):
    tab = visit("busy")
    tab.get_by_label("Hide consequences").check()
    assert shown(tab) == 326
    assert tab.locator("tr.follows:not([hidden])").count() == 0


def test_a_link_to_what_a_filter_hides_clears_the_filter(visit):
    tab = visit("busy")
    tab.select_option("#by-family", "privacy")
    tab.locator("nav.side").get_by_role("link", name="zone-shift").click()
    expect(tab.locator("#told")).to_have_text("356 shown")
    assert tab.locator("#TU0202").is_visible()


def test_without_script_everything_can_be_read_and_opened(visit):
    tab = visit("busy", java_script_enabled=False)
    assert tab.locator("#filters").is_hidden()
    assert tab.locator("section.fault").count() == tab.locator("section.fault:visible").count() == 21
    closed = tab.locator("section.fault details.rows:not([open])").first
    row = closed.locator("tbody tr").first
    assert row.is_hidden()
    name = closed.locator("xpath=..").get_attribute("id")
    closed.locator("summary").click()
    assert tab.locator(f"#{name} tbody tr").first.is_visible()


def test_the_keyboard_reaches_the_content_first(visit):
    tab = visit("busy")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.closest('main') !== null")


def test_it_prints_on_a4_with_every_list_opened(visit):
    tab = visit("busy")
    tab.emulate_media(media="print")
    assert tab.locator("nav.side").is_hidden()
    assert tab.locator("#filters").is_hidden()
    assert tab.locator("section.fault tbody tr:visible").count() == 356
    assert tab.evaluate("getComputedStyle(document.body).colorScheme") == "light"
    printed = tab.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 594" in printed or b"/MediaBox [0 0 595" in printed
