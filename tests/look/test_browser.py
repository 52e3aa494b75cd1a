"""The look in a real browser: readable, reachable by keyboard, nothing refused by the policy.

The fixtures fail a test by themselves when the browser reports an error or refuses an inline script.
"""

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.chromium import screenshot, serious_findings, settle

PAGES = ["/", "/process/", "/accessibility/", "/calculator/", "/styleguide/", "/accounts/login/", "/nowhere/"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def assert_readable(page: Page, path: str, name: str) -> None:
    page.goto(path)
    settle(page)
    screenshot(page, name)
    assert serious_findings(page) == []
    assert page.evaluate(OVERFLOW) == 0


def name_of(path: str) -> str:
    return path.strip("/").replace("/", "-") or "home"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_readable_on_a_desktop(page, path):
    assert_readable(page, path, f"look-{name_of(path)}-desktop")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_readable_on_a_phone(phone, path):
    assert_readable(phone, path, f"look-{name_of(path)}-phone")


def test_the_first_tab_leads_past_the_frame(page):
    page.goto("/process/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page).to_have_url("http://" + page.url.split("/")[2] + "/process/#content")


def test_the_language_changes_at_one_press_and_stays(page):
    page.goto("/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/process/")

    expect(page.get_by_role("heading", level=1)).to_have_text("About the process")


def test_charts_are_drawn_and_can_be_read_as_tables(page):
    page.goto("/styleguide/")

    expect(page.locator("[data-chart] canvas")).to_have_count(3)
    page.locator("#charts summary").click()
    expect(page.locator("#charts tbody tr").first.locator("td").first).to_have_text("820,000.00")


LAYOUT = "echarts.getInstanceByDom(document.querySelector('[data-chart=chart-ages]')).getOption()"


def layout_of_ages(page: Page) -> dict:
    """How the chart with the long names is laid out on the style page."""
    page.goto("/styleguide/")
    expect(page.locator("[data-chart=chart-ages] canvas")).to_be_visible()
    return page.evaluate(LAYOUT)


def test_on_a_phone_a_chart_writes_every_name_and_its_legend_lies_on_nothing(phone):
    """Names that do not fit side by side stand below each other; a legend of two lines has room for both."""
    layout = layout_of_ages(phone)

    assert layout["yAxis"][0]["type"] == "category"
    assert layout["yAxis"][0]["axisLabel"]["interval"] == 0
    assert layout["grid"][0]["top"] > 22 * 2


def test_on_a_desktop_bars_stand_and_every_name_is_written(page):
    layout = layout_of_ages(page)

    assert layout["xAxis"][0]["type"] == "category"
    assert layout["xAxis"][0]["axisLabel"]["interval"] == 0


def test_a_chart_turned_by_a_rotated_phone_is_laid_out_anew(phone):
    layout_of_ages(phone)
    phone.set_viewport_size({"width": 1280, "height": 900})

    phone.wait_for_function(f"{LAYOUT}.xAxis[0].type === 'category'")


def test_a_list_is_worked_through_by_keyboard(page):
    page.goto("/styleguide/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.row-current a")).to_have_text("BJ-2023-0151")
    page.keyboard.press("x")

    expect(page.locator("[data-selected-count]")).to_have_text("1")
    expect(page.locator("tr.row-selected")).to_have_count(1)
    page.keyboard.press("k")
    expect(page.locator("tr.row-current a")).to_have_text("BJ-2023-0142")


def test_what_a_phone_does_not_show_of_a_table_takes_no_focus(phone):
    phone.goto("/styleguide/")
    assert phone.locator(".table-stack > thead input").count()
    for control in phone.locator(".table-stack > thead input").all():
        expect(control).not_to_be_visible()
        assert control.evaluate("each => { each.focus(); return document.activeElement !== each; }")


def test_the_shortcuts_explain_themselves(page):
    page.goto("/styleguide/")
    page.keyboard.press("?")
    expect(page.locator("#keyboard-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keyboard-help")).to_be_hidden()
    page.keyboard.press("/")

    expect(page.locator("[data-search]")).to_be_focused()


def test_keys_typed_into_a_field_are_letters(page):
    page.goto("/styleguide/")
    page.locator("[data-search]").fill("")
    page.locator("[data-search]").press("j")

    expect(page.locator("[data-search]")).to_have_value("j")
    expect(page.locator("tr.row-current")).to_have_count(0)


def test_a_question_is_asked_before_something_that_counts(page):
    page.goto("/styleguide/")
    button = page.get_by_role("button", name="受理所选")
    expect(button).to_be_disabled()
    page.locator("[data-select-all]").check()
    button.click()
    expect(page.locator("#confirm-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).not_to_have_url("**case=**")
    button.click()
    page.locator("[data-confirm-yes]").click()

    page.wait_for_url("**case=BJ-2023-0142**")


def test_the_calculator_answers_as_soon_as_something_is_chosen(page):
    call_command("load_policies", "fixtures/policies", verbosity=0)
    page.goto("/calculator/")
    page.get_by_label("政策文件").select_option("beijing-2022-11")
    page.get_by_label("建立学籍日期").fill("2023-03-01")
    page.get_by_label("职业（工种）类别").select_option("scarce")
    page.get_by_label("等级").select_option("senior")
    page.get_by_label("培训结果").select_option("passed")

    expect(page.locator("#answer")).to_contain_text("13,600.00")
    screenshot(page, "look-calculator-answer-desktop")
    assert serious_findings(page) == []


def test_an_answer_that_comes_late_takes_away_nothing_that_was_chosen_meanwhile(page):
    """The first answer is held back until the next fields are filled in."""
    call_command("load_policies", "fixtures/policies", verbosity=0)
    page.goto("/calculator/")
    held = []
    page.route("**/calculator/?**", lambda route: held.append(route) if not held else route.continue_())
    with page.expect_request("**/calculator/?**"):
        page.get_by_label("等级").select_option("technician")
    page.get_by_label("培养期限").fill("18")
    with page.expect_response("**/calculator/?**"):
        held[0].continue_()

    expect(page.locator("#answer .stat").first).to_be_visible()
    expect(page.get_by_label("培养期限")).to_have_value("18")


def test_another_document_asks_its_own_questions(page):
    call_command("load_policies", "fixtures/policies", verbosity=0)
    page.goto("/calculator/?document=beijing-2022-11")
    expect(page.get_by_label("职业（工种）类别")).to_be_visible()
    page.get_by_label("政策文件").focus()
    page.get_by_label("政策文件").select_option("nanjing-2019-53")

    expect(page.get_by_label("职业（工种）类别")).to_have_count(0)
    expect(page.get_by_label("政策文件")).to_be_focused()


def test_a_month_that_no_term_has_is_said_beside_the_answer(page):
    call_command("load_policies", "fixtures/policies", verbosity=0)
    page.goto("/calculator/?document=beijing-2022-11")
    page.get_by_label("培养期限").fill("999")
    page.get_by_label("培养期限").press("Tab")

    expect(page.locator("#answer .problems")).to_contain_text("120")
    expect(page.get_by_label("培养期限")).to_have_value("999")


def test_the_calculator_needs_no_script(chromium, live_server, transactional_db):
    call_command("load_policies", "fixtures/policies", verbosity=0)
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.goto("/calculator/?document=beijing-2022-11")
    page.get_by_label("等级").select_option("senior")
    page.get_by_role("button", name="测算").click()

    expect(page.locator("#answer .stat").first).to_be_visible()
    context.close()
