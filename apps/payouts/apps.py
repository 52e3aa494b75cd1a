"""Payment orders, release, payments recorded, recovery."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PayoutsConfig(AppConfig):
    name = "apps.payouts"
    label = "payouts"
    verbose_name = _("Payouts")

    def ready(self) -> None:
        from apps.casework import dead_jobs, subjects
        from apps.ledger.kinds import name_kinds
        from apps.ledger.periods import register_obstacle
        from apps.payouts import invariants, tasks  # noqa: F401 - both register themselves
        from apps.payouts.obstacles import orders_without_an_answer
        from apps.payouts.services import record_payment, release_many, release_payment, sign_recovery

        register_obstacle("orders", orders_without_an_answer)
        name_kinds(
            {
                "appropriation": pgettext_lazy("ledger", "Appropriation"),
                "obligation": pgettext_lazy("ledger", "Signed claim"),
                "payment": pgettext_lazy("ledger", "Payment"),
                "recovery": pgettext_lazy("ledger", "Recovery notice"),
                "receipt": pgettext_lazy("ledger", "Money received"),
            }
        )
        # The money steps of a claim are taken here, a floor above the claim itself.
        subjects.add_services(
            "claims.claim",
            {
                "sign_recovery": sign_recovery.sign_recovery,
                "sign_settled": sign_recovery.sign_settled,
                "release": release_payment.release_payment,
                "record_failure": record_payment.record_failure,
            },
        )
        subjects.add_background(
            "claims.claim",
            {"release": subjects.Background(release_many.enqueue_release, "desk:release_detail")},
        )
        dead_jobs.shown_at(release_many.RELEASE, desk="desk:release_detail")
