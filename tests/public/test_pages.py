"""The public pages, in both languages, for strangers and for who is signed in."""

import re

import pytest
from django.urls import reverse

from apps.core import navigation

PAGES = ["public:home", "public:process", "public:accessibility", "public:calculator", "account_login"]
# Names and keys that are written the same in Chinese.
SAME_IN_CHINESE = {"English", "Tab", "Enter", "Excel"}


def visible(html: str) -> str:
    body = html[html.index("<body") :]
    body = re.sub(r"<script.*?</script>|<kbd>.*?</kbd>", " ", body, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", body)


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_is_chinese_by_default(client, name):
    response = client.get(reverse(name))
    text = visible(response.content.decode())

    assert response.status_code == 200
    assert '<html lang="zh-hans">' in response.content.decode()
    assert set(re.findall(r"[A-Za-z]{3,}", text)) - SAME_IN_CHINESE == set()


@pytest.mark.parametrize("name", PAGES)
def test_a_public_page_is_english_at_a_switch(client, name):
    client.post(reverse("set_language"), {"language": "en", "next": reverse(name)})
    text = visible(client.get(reverse(name)).content.decode())

    assert set(re.findall(r"[\u4e00-\u9fff]+", text)) == {"简体中文"}


def test_whoever_is_signed_in_is_taken_to_where_their_work_begins(client, monkeypatch):
    monkeypatch.setattr(navigation, "_starts", {"desk": lambda _request: "/desk/"})

    assert client.get("/").headers["Location"] == "/desk/"


def test_the_style_page_is_shut_where_there_is_no_demo_city(client, settings):
    assert client.get(reverse("public:styleguide")).status_code == 200

    settings.DEMO_CITY = False

    assert client.get(reverse("public:styleguide")).status_code == 404


def test_a_public_page_sends_the_policy_that_forbids_inline_code(client):
    policy = client.get("/").headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_sign_in_page_names_no_reset_by_mail(client):
    assert "password/reset" not in client.get(reverse("account_login")).content.decode()
