"""Training plans: application, consent, countersignature, district review, city recheck."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "apps.plans"
    label = "plans"

    def ready(self) -> None:
        from apps.casework import wording
        from apps.plans import invariants, subject, telling  # noqa: F401 - invariants declare themselves

        subject.announce()
        # The plan is not the earlier institution's to read any more: the notice leads nowhere in the portal.
        wording.say(telling.PARTNER_CHANGED, telling.partner_changed_in_words, desk_url="desk:plan_review")
