"""The mail beside a notice."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import Membership, User
from apps.accounts.models.membership import MembershipState
from apps.casework import wording
from apps.casework.models import Notice
from apps.core import clock, rls

logger = logging.getLogger(__name__)
ATTEMPTS_MAX = 5
SWEPT_AT_ONCE = 500
_BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))


def mail_notices(notice_ids: Sequence[int]) -> int:
    """Send the mail of these notices to whoever they are for; returns how many were sent.

    The mail leaves under the notice's row lock and before it is marked: delivered twice, the task mails
    once; killed between the two, it mails again. What the mail server refuses is tried again later, and
    given up with an alarm after ATTEMPTS_MAX times.
    """
    return sum(_mail_one(notice_id) for notice_id in notice_ids)


def sweep_mail() -> int:
    """Send the mail that is owed and was not sent: its message was lost, or the mail server was away."""
    owed = Notice.objects.filter(mailed_at=None, mail_after__lte=clock.now()).order_by("mail_after", "id")
    return mail_notices(list(owed.values_list("pk", flat=True)[:SWEPT_AT_ONCE]))


def mail_given_up() -> int:
    """How many notices have no mail because the mail server refused it again and again."""
    # A number for the administrator, who is shown no notice.
    with rls.whole_city():
        return Notice.objects.filter(mailed_at=None, mail_after=None, mail_attempts__gte=ATTEMPTS_MAX).count()


def _mail_one(notice_id: int) -> int:
    sent = 0
    try:
        with transaction.atomic():
            notice = (
                Notice.objects.select_for_update(skip_locked=True)
                .filter(pk=notice_id, mailed_at=None)
                .first()
            )
            if notice is None:
                return 0
            for user in _addressees(notice):
                _send(notice, user)
                sent += 1
            notice.mailed_at, notice.mail_after, notice.mail_error = clock.now(), None, ""
            notice.save(update_fields=["mailed_at", "mail_after", "mail_error"])
    except (SMTPException, OSError) as error:
        _put_off(notice_id, type(error).__name__)
        return 0
    return sent


def _send(notice: Notice, user: User) -> None:
    with translation.override(user.preferred_language or settings.LANGUAGE_CODE):
        sentence = wording.sentence(notice)
        body = _("%(sentence)s\n\nSign in to see it.") % {"sentence": sentence}
        # A header is one line, whatever the reason that somebody wrote has.
        send_mail(" ".join(sentence.split()), body, settings.DEFAULT_FROM_EMAIL, [user.email])


def _put_off(notice_id: int, error: str) -> None:
    notice = Notice.objects.get(pk=notice_id)
    notice.mail_attempts += 1
    given_up = notice.mail_attempts >= ATTEMPTS_MAX
    wait = _BACKOFF[min(notice.mail_attempts, len(_BACKOFF)) - 1]
    Notice.objects.filter(pk=notice_id, mailed_at=None).update(
        mail_attempts=notice.mail_attempts,
        mail_error=error,
        mail_after=None if given_up else clock.now() + wait,
    )
    if given_up:
        logger.error("mail of notice %s is given up after %s attempts", notice_id, notice.mail_attempts)


def _addressees(notice: Notice) -> QuerySet[User]:
    users = User.objects.filter(is_active=True).exclude(email="")
    if notice.person_id:
        users = users.filter(person_id=notice.person_id)
    if not notice.role:
        return users
    # As `visible_to` shows it: what goes to the city is not for the districts.
    members = Membership.objects.filter(
        Q(organisation_id=notice.organisation_id),
        Q(district_id=notice.district_code or None),
        role=notice.role,
        state=MembershipState.ACTIVE,
    )
    return users.filter(memberships__in=members).distinct()
