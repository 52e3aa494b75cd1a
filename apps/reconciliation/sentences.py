"""What the system itself says in records of reconciliation, by code."""

from django.utils.translation import gettext_lazy as _

from apps.core.said import Sentence

TAKEN = Sentence("reconciliation.taken", _("has taken it"))
LEFT = Sentence("reconciliation.left", _("has left it to others"))
NIGHTLY = Sentence("reconciliation.nightly", _("Nightly reconciliation"))
RUN_TITLE = Sentence("reconciliation.run_title", _("Reconciliation"))

MATCHING = Sentence("reconciliation.matching", _("Matching by rule"))
STAGING = Sentence("reconciliation.staging", _("Laying the sides beside each other"))
PAYMENTS = Sentence("reconciliation.payments", _("Orders against results, statements and books"))
MOVEMENTS = Sentence("reconciliation.movements", _("Movements, receipts and other postings"))
BALANCES = Sentence("reconciliation.balances", _("Balances of the accounts"))
SUMS = Sentence("reconciliation.sums", _("Sums by batch, fund, district and day"))
APPLYING = Sentence("reconciliation.applying", _("Opening and closing differences"))
