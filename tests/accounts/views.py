"""Views that exist only to be asked who may call them."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import View

from apps.accounts.access import access, declared, money_confirmation_required
from apps.accounts.roles import Role
from config.urls import urlpatterns as project

released: list[dict] = []


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("never seen")


@access(Role.CITY_OFFICER)
def city_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the city")


@access(Role.AUDITOR, write=[Role.CITY_OFFICER])
def read_or_write(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.method or "")


class CityView(View):
    access = declared(Role.CITY_OFFICER)

    def get(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponse("the city")


@access(Role.FINANCE_OFFICER)
@money_confirmation_required
def release(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        released.append(request.POST.dict())
    return HttpResponse("released")


urlpatterns = [
    path(
        "try/",
        include(
            [
                path("undeclared/", undeclared, name="undeclared"),
                path("city/", city_only, name="city_only"),
                path("city-view/", CityView.as_view(), name="city_view"),
                path("read-or-write/", read_or_write, name="read_or_write"),
                path("release/", release, name="release"),
            ]
        ),
    ),
    *project,
]
