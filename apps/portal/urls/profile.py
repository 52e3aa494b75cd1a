"""Addresses: profile."""

from django.urls import path

from apps.portal.views import profile

urlpatterns = [
    path("", profile.profile, name="profile"),
    path("edit/", profile.profile_edit, name="profile_edit"),
    path("bank-accounts/new/", profile.bank_account_new, name="bank_account_new"),
    path("bank-accounts/<int:pk>/show/", profile.bank_account_show, name="bank_account_show"),
    path("bank-accounts/<int:pk>/retire/", profile.bank_account_retire, name="bank_account_retire"),
]
