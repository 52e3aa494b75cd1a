"""Addresses: classes, their rosters, and the enrolment records in them."""

from django.urls import path

from apps.portal.views.classes import classes, enrolments, registrations, rosters

urlpatterns = [
    path("", classes.class_list, name="class_list"),
    path("open/", classes.class_open, name="class_open"),
    path("template.xlsx", rosters.roster_template, name="roster_template"),
    path("<int:pk>/", classes.class_detail, name="class_detail"),
    path("<int:pk>/decide/", classes.class_decide, name="class_decide"),
    path("<int:pk>/agreement/", registrations.class_agreement, name="class_agreement"),
    path("<int:pk>/roster/", rosters.roster_upload, name="roster_upload"),
    path("<int:pk>/apprentices/new/", registrations.registration_create, name="registration_create"),
    path("<int:pk>/apprentices/remove/", registrations.registrations_remove, name="registrations_remove"),
    path("rosters/<int:pk>/", rosters.roster_detail, name="roster_detail"),
    path("rosters/<int:pk>/progress/", rosters.roster_progress, name="roster_progress"),
    path("rosters/<int:pk>/to-correct.xlsx", rosters.roster_workbook, name="roster_workbook"),
    path("enrolments/<int:pk>/", enrolments.enrolment_detail, name="enrolment_detail"),
    path("enrolments/<int:pk>/edit/", registrations.registration_edit, name="registration_edit"),
    path("enrolments/<int:pk>/change/", enrolments.enrolment_change, name="enrolment_change"),
    path("enrolments/<int:pk>/mobile/", enrolments.enrolment_mobile, name="enrolment_mobile"),
    path("enrolments/<int:pk>/show/", enrolments.enrolment_show, name="enrolment_show"),
]
