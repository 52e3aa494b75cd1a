"""Background work that was given up: its starter is told, the system administrator starts it again."""

import pytest
from django.urls import reverse

from apps.accounts.models import AccessLog, Membership
from apps.accounts.roles import Role
from apps.casework.models import Notice
from apps.core import jobs
from apps.core.models import JobState
from apps.payouts.services import release_many
from tests.factories import accounts
from tests.factories import claims as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def given_up(monkeypatch):
    """A release that broke as often as it may."""
    of = make.money(people=1)
    job = release_many.enqueue_release(of.finance, [make.signed(of).pk])
    kept = dict(jobs._handlers)

    def broken(_job) -> None:
        raise RuntimeError("磁盘坏了")

    monkeypatch.setitem(jobs._handlers, release_many.RELEASE, broken)
    for _attempt in range(jobs.ATTEMPTS_MAX):
        jobs.run(job.pk)
    monkeypatch.setitem(jobs._handlers, release_many.RELEASE, kept[release_many.RELEASE])
    job.refresh_from_db()
    assert job.state == JobState.DEAD
    return of, job


def administrator():
    return accounts.client_for(Role.SYSTEM_ADMIN)


def test_who_started_it_finds_a_notice_in_words_with_the_page(given_up):
    of, job = given_up
    client = accounts.client_of(Membership.objects.get(pk=of.finance.membership_id))
    page = client.get(reverse("desk:notice_list")).content.decode()
    assert "多次中断，已停止执行" in page
    assert reverse("desk:release_detail", args=[job.pk]) in page
    assert Notice.objects.get(code="job_given_up").district_code == of.finance.district_code


def test_nobody_else_finds_the_notice(given_up):
    other = accounts.client_for(Role.FINANCE_OFFICER, district=accounts.district("110105"))
    assert "多次中断" not in other.get(reverse("desk:notice_list")).content.decode()


def test_the_administrator_reads_why_and_starts_it_again(given_up):
    _of, job = given_up
    client = administrator()
    page = client.get(reverse("desk:admin_jobs")).content.decode()
    assert "磁盘坏了" in page
    assert job.title in page
    client.post(reverse("desk:admin_job_retry", args=[job.pk]))
    assert AccessLog.objects.filter(action="job_retried").count() == 1
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["released"]) == (JobState.DONE, 1)


def test_what_was_not_given_up_is_not_started_again(given_up):
    _of, job = given_up
    client = administrator()
    client.post(reverse("desk:admin_job_retry", args=[job.pk]))
    client.post(reverse("desk:admin_job_retry", args=[job.pk]))
    assert AccessLog.objects.filter(action="job_retried").count() == 1
    assert client.post(reverse("desk:admin_job_retry", args=[999999])).status_code == 302
