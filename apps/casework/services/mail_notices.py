"""The mail beside a notice."""

from collections.abc import Sequence

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
from apps.core import clock


def mail_notices(notice_ids: Sequence[int]) -> int:
    """Send the mail of these notices to whoever they are for; returns how many were sent.

    A notice is marked under its row lock before the mail leaves: delivered twice, the task mails once.
    """
    sent = 0
    for notice_id in notice_ids:
        with transaction.atomic():
            notice = (
                Notice.objects.select_for_update(skip_locked=True)
                .filter(pk=notice_id, mailed_at=None)
                .first()
            )
            if notice is None:
                continue
            notice.mailed_at = clock.now()
            notice.save(update_fields=["mailed_at"])
            people = list(_addressees(notice))
        for user in people:
            with translation.override(user.preferred_language or settings.LANGUAGE_CODE):
                sentence = wording.sentence(notice)
                body = _("%(sentence)s\n\nSign in to see it.") % {"sentence": sentence}
                send_mail(sentence, body, settings.DEFAULT_FROM_EMAIL, [user.email], fail_silently=True)
                sent += 1
    return sent


def _addressees(notice: Notice) -> QuerySet[User]:
    users = User.objects.filter(is_active=True).exclude(email="")
    if notice.person_id:
        return users.filter(person_id=notice.person_id)
    members = Membership.objects.filter(
        Q(organisation_id=notice.organisation_id), role=notice.role, state=MembershipState.ACTIVE
    )
    if notice.district_code:
        members = members.filter(district_id=notice.district_code)
    return users.filter(memberships__in=members).distinct()
