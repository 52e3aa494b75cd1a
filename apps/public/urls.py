"""The pages of this door."""

from django.urls import URLPattern, URLResolver, path

from apps.public.views import calculator, notices, pages, styleguide

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("process/", pages.process, name="process"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("calculator/", calculator.calculator, name="calculator"),
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/<int:pk>/", notices.notice_detail, name="notice_detail"),
    path("notices/<int:pk>/list.xlsx", notices.notice_sheet, name="notice_sheet"),
    path("notices/<int:pk>/lines/<int:position>/objection/", notices.objection_new, name="objection_new"),
    path("notices/objections/", notices.objection_lookup, name="objection_lookup"),
    path("notices/objections/<str:number>/", notices.objection_receipt, name="objection_receipt"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
