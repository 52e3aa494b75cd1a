"""The way of a payment batch: made, checked, signed by three people; sent, answered, closed."""

from django.utils.translation import gettext_lazy as _

from apps.accounts.roles import Role
from apps.banking.enums import BatchState as S
from apps.casework.transitions import Transition, TransitionTable

FINANCE = frozenset({Role.FINANCE_OFFICER})
SIGNERS = frozenset({Role.FINANCE_OFFICER, Role.DISTRICT_SUPERVISOR})
# The chair of who makes a batch up; `build_batch` takes it.
MAKER = "maker"

BATCH_TRANSITIONS = TransitionTable(
    subject="banking.paymentbatch",
    initial=S.DRAFT,
    working={
        S.DRAFT: FINANCE,
        S.CHECKED: SIGNERS,
        S.SIGNED: FINANCE,
        S.SENT: FINANCE,
        S.ANSWERED: FINANCE,
    },
    transitions=(
        Transition(
            "check",
            (S.DRAFT,),
            S.CHECKED,
            _("Checked: hand on for the second signature"),
            FINANCE,
            seat="checker",
            notify=("supervisor", "district_finance"),
            tone="success",
        ),
        Transition(
            "send_back",
            (S.CHECKED,),
            S.DRAFT,
            _("Send back to whoever made it up"),
            SIGNERS,
            reason_required=True,
            notify=("district_finance",),
            tone="warning",
        ),
        Transition(
            "sign",
            (S.CHECKED,),
            S.SIGNED,
            _("Sign and freeze the payment file"),
            SIGNERS,
            seat="signer",
            money=True,
            notify=("district_finance",),
            tone="success",
        ),
        Transition(
            "send",
            (S.SIGNED,),
            S.SENT,
            _("The file was handed to the bank"),
            FINANCE,
            money=True,
            tone="success",
        ),
        # Its format, its account, the bank's line: nothing of it was paid. It is sent again, or cancelled.
        Transition(
            "not_taken",
            (S.SENT,),
            S.SIGNED,
            _("The bank did not take the file"),
            SIGNERS,
            reason_required=True,
            money=True,
            notify=("supervisor", "district_finance"),
            tone="warning",
        ),
        Transition(
            "answer",
            (S.SENT,),
            S.ANSWERED,
            _("The bank has answered every payment"),
            FINANCE,
        ),
        Transition(
            "close",
            (S.ANSWERED,),
            S.CLOSED,
            _("Close the batch"),
            FINANCE,
            tone="success",
        ),
        Transition(
            "cancel",
            (S.DRAFT, S.CHECKED, S.SIGNED),
            S.CANCELLED,
            _("Cancel the batch"),
            FINANCE,
            reason_required=True,
            notify=("supervisor", "district_finance"),
            tone="danger",
        ),
    ),
)
