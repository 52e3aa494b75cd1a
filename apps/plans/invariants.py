"""What must always hold of plans: decisions are about the content that was handed in (I13)."""

from django.utils.translation import gettext_lazy as _

from apps.core.invariants import register

register(
    "I13a",
    _("A plan that an office has or had stands on a submission of its version"),
    """
    SELECT p.id, p.number, p.state, p.version
      FROM plans_plan p
     WHERE p.state NOT IN ('draft', 'returned', 'withdrawn')
       AND NOT EXISTS (SELECT 1 FROM plans_plansubmission s WHERE s.plan_id = p.id AND s.version = p.version)
    """,
    _("The plan's content of this version was never handed in: return it to the enterprise."),
)
register(
    "I13b",
    _("A decision of an office on a plan names the digest of what was handed in"),
    """
    SELECT d.id, d.subject_id, d.action, d.content_version
      FROM casework_decision d
     WHERE d.subject_type = 'plans.plan'
       AND d.action NOT IN ('submit', 'submit_directly', 'withdraw')
       AND NOT EXISTS (
           SELECT 1 FROM plans_plansubmission s
            WHERE s.plan_id = d.subject_id AND s.version = d.content_version
              AND s.sha256 = d.content_sha256)
    """,
    _("The decision was taken on something else than what was handed in: it has to be taken again."),
)
