"""What must hold of payees, checked every night."""

from django.utils.translation import gettext_lazy as _

from apps.core import invariants

invariants.register(
    "I8a",
    _("A confirmed bank account was entered by one person and confirmed by another"),
    """
    SELECT id AS bank_account, organisation_id, enterer_id, confirmer_id
    FROM enterprises_bankaccount
    WHERE state = 'confirmed' AND (confirmer_id IS NULL OR confirmer_id = enterer_id)
    """,
    _("Nobody but the applicant looked at this account: retire it and let it be entered again."),
)
