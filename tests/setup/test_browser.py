"""The browser that the other browser tests drive: strict, Chinese, on the real server."""

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import PHONE, serious_findings, watch_for_trouble


def test_the_sign_in_page_is_in_chinese_and_free_of_complaints(page: Page):
    page.goto("/accounts/login/")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    assert serious_findings(page) == []


def test_the_sign_in_page_fits_a_phone(phone: Page):
    phone.goto("/accounts/login/")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("setTimeout(() => { throw new Error('lost') })", "lost"),
        ("document.body.setAttribute('style', 'color: red')", "style"),
        (
            "document.body.appendChild(Object.assign(new Image(), {src: 'http://elsewhere.invalid/x'}))",
            "elsewhere",
        ),
    ],
)
def test_a_page_that_errs_or_reaches_out_is_noticed(chromium, live_server, transactional_db, script, told):
    context = chromium.new_context(base_url=live_server.url)
    troubles = watch_for_trouble(context)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.evaluate(script)
    page.wait_for_function("() => new Promise(resolve => setTimeout(resolve, 300, true))")
    context.close()
    assert any(told in trouble for trouble in troubles)


def test_axe_finds_at_either_width_what_keeps_somebody_from_reading(page):
    page.set_content('<html lang="zh"><title>页</title><main><h1>页</h1><img src="x.png"></main>')
    assert [finding.split(":")[0] for finding in serious_findings(page)] == ["image-alt"]
    page.set_viewport_size(PHONE)
    page.locator("img").evaluate("image => image.replaceWith('灰字')")
    page.locator("main").evaluate("main => main.style.color = '#bbb'")
    assert {finding.split(":")[0] for finding in serious_findings(page)} == {"color-contrast"}


def test_what_was_readable_on_white_is_judged_anew_where_something_else_lies_behind_it(page):
    text = '<p style="color: #595959">灰字</p><p style="color: #595959">又一行</p>'
    page.set_content(f'<html lang="zh"><title>页</title><main><h1>页</h1>{text}</main></html>')
    assert serious_findings(page) == []
    page.locator("main").evaluate("main => main.style.backgroundColor = '#777'")
    assert {finding.split(":")[0] for finding in serious_findings(page)} == {"color-contrast"}
    assert serious_findings(page) != []
