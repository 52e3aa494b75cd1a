"""Every error page says what happened and what to do next, in both languages."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.utils import translation

from apps.core.errors import Busy, Conflict, Problem, Refused
from apps.core.middleware import refusal_response
from apps.core.views import errors


def text(response) -> str:
    return response.content.decode()


def test_an_unknown_address_is_answered_with_a_page_and_a_way_on(client):
    response = client.get("/there/is/nothing/")

    assert response.status_code == 404
    assert "页面不存在" in text(response)
    assert "返回首页" in text(response)


def test_an_unknown_address_of_the_interface_is_answered_in_its_own_shape(client):
    response = client.get("/api/there/is/nothing/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_a_page_that_was_too_old_says_that_nothing_was_changed():
    response = Client(enforce_csrf_checks=True).post("/i18n/setlang/", {"language": "en"})

    assert response.status_code == 403
    assert "数据未作任何改动" in text(response)


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "责任在我方"), ("en", "The fault is ours")])
def test_a_fault_of_ours_says_so_without_asking_the_database(language, words, django_assert_num_queries):
    with translation.override(language), django_assert_num_queries(0):
        response = errors.server_error(RequestFactory().get("/desk/"))

    assert response.status_code == 500
    assert words in text(response)


def test_a_request_to_a_foreign_host_is_refused_with_a_page(client, settings):
    settings.ALLOWED_HOSTS = ["localhost"]

    response = client.get("/", headers={"host": "elsewhere.example"})

    assert response.status_code == 400
    assert "返回首页" in text(response)


def test_what_a_library_forbids_is_a_page_too(rf):
    response = errors.permission_denied(rf.get("/desk/"), PermissionDenied())

    assert response.status_code == 403


def test_a_refusal_lists_every_problem_with_its_article(rf):
    refusal = Refused("Not yet", problems=[Problem("a", "Add a mentor.", "Article 7"), Problem("b", "Sign.")])

    page = text(refusal_response(rf.get("/desk/"), refusal))

    assert "Add a mentor." in page
    assert "Article 7" in page
    assert "Sign." in page


def test_a_refusal_of_a_fragment_is_marked_for_the_top_of_the_page(rf):
    request = rf.get("/desk/")
    request.htmx = SimpleNamespace(boosted=False)

    page = text(refusal_response(request, Conflict("Somebody decided already.")))

    assert "data-refusal" in page
    assert "<html" not in page


def test_a_busy_database_is_not_asked_to_draw_the_page_that_says_so(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = refusal_response(rf.get("/desk/"), Busy("Busy."))

    assert response.status_code == 503
    assert response["Retry-After"] == "2"
