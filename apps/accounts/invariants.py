"""What must hold of accounts and rights, checked every night with the SQL that the tests use."""

from django.utils.translation import gettext_lazy as _

from apps.core import invariants, rls

invariants.register(
    "I24a",
    _("Nobody is an administrator and anything else at the same time"),
    """
    SELECT one.person_id, one.id AS membership, one.role, other.id AS other, other.role AS other_role
    FROM accounts_membership one
    JOIN accounts_membership other ON other.person_id = one.person_id AND other.role <> one.role
    WHERE one.role IN ('system_admin', 'security_admin', 'audit_admin')
      AND one.state IN ('proposed', 'active') AND other.state IN ('proposed', 'active')
      AND daterange(one.valid_from, one.valid_to, '[]') && daterange(other.valid_from, other.valid_to, '[]')
    """,
    _("One person holds two roles that have to be apart: end one of the memberships."),
)
invariants.register(
    "I24b",
    _("Every granted role was proposed by one and approved by another, neither of whom receives it"),
    """
    SELECT id AS membership, role, person_id, proposer_id, approver_id
    FROM accounts_membership
    WHERE origin = 'granted' AND state IN ('active', 'ended')
      AND (proposer_id IS NULL OR approver_id IS NULL OR proposer_id = approver_id
           OR person_id IN (proposer_id, approver_id))
    """,
    _("This role was granted by less than two other people: end it and grant it anew."),
)
invariants.register(
    "I24c",
    _("The person of a membership is the person of its account"),
    """
    SELECT membership.id AS membership, membership.person_id, account.person_id AS account_person
    FROM accounts_membership membership JOIN accounts_user account ON account.id = membership.user_id
    WHERE membership.person_id IS DISTINCT FROM account.person_id
    """,
    _("Rules that count people would count wrongly here: find out who changed the row as its owner."),
)
invariants.register(
    "I24d",
    _("There is at least one administrator of each kind"),
    """
    SELECT kind AS role FROM unnest(ARRAY['system_admin', 'security_admin', 'audit_admin']) AS kind
    WHERE EXISTS (SELECT 1 FROM accounts_membership)
      AND NOT EXISTS (SELECT 1 FROM accounts_membership WHERE role = kind AND state = 'active')
    """,
    _("Nobody holds this office: grant it, or found it with manage.py found_administrators."),
)

# Registers of the city, and of who may act in it. They are no case of a district: an enterprise moves, an
# institution teaches for several districts, a request looks for its membership before it has a scope.
rls.leave_open(
    "registers of the city and of who acts in it",
    "accounts_organisation",
    "accounts_organisationevent",
    "accounts_membership",
    "accounts_membershipevent",
)
rls.leave_open("written for every actor, read by the audit administrator alone", "accounts_accesslog")
