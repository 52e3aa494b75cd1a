"""The pages of this door."""

from django.urls import URLPattern, URLResolver, path

from apps.public.views import calculator, pages, styleguide

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("process/", pages.process, name="process"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("calculator/", calculator.calculator, name="calculator"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
