"""Lists are paged by key: complete, in order, both ways, and a tampered cursor is refused."""

import base64
import json

import pytest
from django.test import RequestFactory

from apps.accounts.models import Organisation
from apps.core import keyset
from apps.core.errors import InvalidInput
from tests.factories import accounts
from tests.ground import stands

ORDERS = [("name", "id"), ("-name", "id"), ("id",), ("district__code", "-id")]


@pytest.fixture
@stands
def organisations() -> list[Organisation]:
    districts = accounts.district("110101"), accounts.district("110105")
    return [
        accounts.organisation(name=f"企业{number % 3}", district=districts[number % 2]) for number in range(7)
    ]


def _walk(order: tuple[str, ...], size: int) -> tuple[list[int], list[int]]:
    request = RequestFactory().get("/?state=open")
    forth: list[int] = []
    url = "/?state=open"
    while url:
        page, pager = keyset.page_of(
            Organisation.objects.select_related("district"), request, order=order, size=size
        )
        forth += [row.pk for row in page]
        last, url = pager, pager.next_url
        request = RequestFactory().get("/" + url) if url else request
    back: list[int] = [row.pk for row in page]
    while last.previous_url:
        assert "state=open" in last.previous_url
        request = RequestFactory().get("/" + last.previous_url)
        page, last = keyset.page_of(
            Organisation.objects.select_related("district"), request, order=order, size=size
        )
        back = [row.pk for row in page] + back
    return forth, back


@pytest.mark.usefixtures("organisations")
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10])
def test_every_row_is_shown_once_in_order_forth_and_back(order: tuple[str, ...], size: int) -> None:
    expected = list(Organisation.objects.order_by(*order).values_list("pk", flat=True))
    assert _walk(order, size) == (expected, expected)


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "n",
        "x",
        "n!!",
        "nabc",
        "n" + _encoded([1, 2]),
        "n" + _encoded(["a"]),
        "n" + _encoded([None]),
        "z" + _encoded([1]),
    ],
)
def test_a_cursor_that_nobody_gave_out_is_refused(cursor: str) -> None:
    request = RequestFactory().get("/", {"cursor": cursor})
    with pytest.raises(InvalidInput):
        keyset.page_of(Organisation.objects.all(), request, order=("id",))
