"""What must always hold of public notices: money moves after them, and not over an objection.

A trigger refuses both at the second signature; here is the second place, which detects.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

# Signed before notices were carried out at all: those claims had none to wait for.
_SIGNED = """
    WITH signed AS (
        SELECT claim.id, claim.number, claim.state, claim.approved_on, claim.training_class_id
          FROM claims_claim AS claim
         WHERE claim.state IN
               ('approved', 'payee_signature', 'released', 'paid', 'recovering', 'written_off', 'settled')
           AND claim.pay_fen > 0
           AND EXISTS (SELECT 1 FROM casework_history AS step
                        WHERE step.subject_type = 'claims.claim' AND step.subject_id = claim.id
                          AND step.from_state = 'second_signature'
                          AND step.to_state IN ('approved', 'recovering', 'settled')
                          AND step.at > (SELECT applied FROM django_migrations
                                          WHERE app = 'claims' AND name = '0015_public_notices'))
    )
"""

NOTICE_FIRST = register(
    "I16d",
    _("Nothing was signed before its public notice had ended"),
    " ".join(
        (
            _SIGNED,
            """
    , asked AS (
        SELECT class.id FROM (SELECT DISTINCT training_class_id AS id FROM signed) AS class
         WHERE claims_notice_days(class.id) > 0
    )
    SELECT signed.id AS claim_id, signed.number, signed.approved_on, line.id AS line_id, line.enrolment_id
      FROM signed
      JOIN asked ON asked.id = signed.training_class_id
      JOIN claims_claimline AS line ON line.claim_id = signed.id AND line.amount_fen > 0
     WHERE NOT EXISTS (
           SELECT 1 FROM claims_publicnotice AS notice
             JOIN claims_noticeline AS published ON published.notice_id = notice.id
            WHERE notice.claim_id = signed.id AND notice.taken_down_on IS NULL
              AND notice.ends_on < signed.approved_on
              AND published.enrolment_id = line.enrolment_id
              AND published.calculation_id = line.calculation_id
              AND published.amount_fen = line.amount_fen)
    """,
        )
    ),
    _("These lines were signed unpublished, or too early. Stop the payment and publish them first."),
)

NO_OBJECTION = register(
    "I16e",
    _("No line was signed for that an objection holds"),
    " ".join(
        (
            _SIGNED,
            """
    SELECT signed.id AS claim_id, signed.number, line.enrolment_id, objection.id AS objection_id,
           objection.state
      FROM signed
      JOIN claims_claimline AS line ON line.claim_id = signed.id AND line.amount_fen > 0
      JOIN claims_objection AS objection ON objection.enrolment_id = line.enrolment_id
     WHERE objection.state IN ('open', 'upheld')
       AND (objection.claim_id = signed.id OR objection.received_on <= signed.approved_on)
    """,
        )
    ),
    _("Somebody objected to these people. Stop the payment of their claims and examine the objection."),
)
