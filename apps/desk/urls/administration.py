"""Addresses: administration."""

from django.urls import path, re_path

from apps.desk.views.administration import access_log, accounts, jobs, memberships, organisations

urlpatterns = [
    path("accounts/", accounts.accounts, name="admin_accounts"),
    path("accounts/new/", accounts.account_new, name="admin_account_new"),
    path("accounts/<int:pk>/", accounts.account, name="admin_account"),
    path("accounts/<int:pk>/roles/new/", accounts.membership_new, name="admin_membership_new"),
    re_path(
        r"^accounts/(?P<pk>[0-9]{1,18})/(?P<verb>disable|enable|unlock|password)/$",
        accounts.account_change,
        name="admin_account_change",
    ),
    path("organisations/", organisations.organisations, name="admin_organisations"),
    path("organisations/new/", organisations.organisation_new, name="admin_organisation_new"),
    path("organisations/<int:pk>/", organisations.organisation, name="admin_organisation"),
    path("roles/", memberships.memberships, name="admin_memberships"),
    path("roles/<int:pk>/", memberships.membership, name="admin_membership"),
    path("tokens/", memberships.tokens, name="admin_tokens"),
    path("tokens/new/", memberships.token_new, name="admin_token_new"),
    path("tokens/<int:pk>/revoke/", memberships.token_revoke, name="admin_token_revoke"),
    path("jobs/", jobs.job_list, name="admin_jobs"),
    path("jobs/<int:pk>/retry/", jobs.job_retry, name="admin_job_retry"),
    path("access-log/", access_log.access_log, name="admin_access_log"),
]
