"""Grant and take away roles: one administrator proposes, another one approves."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.models import District, Membership, Organisation, User
from apps.accounts.models.membership import MembershipState, Origin
from apps.accounts.roles import Role
from apps.accounts.sentences import ENROLMENT, FOUNDING
from apps.accounts.services.access_log import log_access
from apps.accounts.services.guards import (
    GRANTING,
    constraint_of,
    keep_one_who_grants,
    require,
    require_reason,
)
from apps.accounts.staffing import watched
from apps.core import clock
from apps.core.errors import Conflict, Forbidden, InvalidInput, Refused


@transaction.atomic
def propose_membership(
    actor: Actor,
    *,
    user: User,
    role: Role,
    organisation: Organisation | None = None,
    district: District | None = None,
    valid_from: date,
    valid_to: date | None = None,
    reason: str,
    demo_label: str = "",
) -> Membership:
    """The system administrator proposes a role for somebody else; it counts once it is approved.

    Raises Forbidden (own account), InvalidInput (scope does not fit the role), Refused (an administrator
    holds no other role), Conflict (the same exists).
    """
    require(actor, Role.SYSTEM_ADMIN)
    given = require_reason(reason)
    if user.person_id == actor.person_id:
        raise Forbidden(_("Nobody proposes a role for themselves."), code="own_grant")
    membership = _insert(
        user=user,
        role=role,
        organisation=organisation,
        district=district,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=given,
        proposed_by_id=actor.user_id,
        demo_label=demo_label,
    )
    log_access(actor, AccessAction.MEMBERSHIP_PROPOSED, membership, given)
    return membership


@transaction.atomic
def approve_membership(actor: Actor, membership: Membership) -> Membership:
    """The security administrator approves what another administrator proposed for a third person.

    Raises Forbidden where two of the three are one person, Refused where it is not waiting any more.
    """
    require(actor, Role.SECURITY_ADMIN)
    locked = _waiting(membership)
    if actor.person_id in (locked.proposer_id, locked.person_id):
        raise Forbidden(
            _("A role is approved by somebody who neither proposed it nor receives it."), code="own_grant"
        )
    locked.state = MembershipState.ACTIVE
    locked.approved_by_id = actor.user_id
    locked.decided_at = clock.now()
    _guarded(locked.save)
    log_access(actor, AccessAction.MEMBERSHIP_APPROVED, locked)
    return locked


@transaction.atomic
def refuse_membership(actor: Actor, membership: Membership, reason: str) -> Membership:
    """The security administrator refuses a proposal, with the reason."""
    require(actor, Role.SECURITY_ADMIN)
    given = require_reason(reason)
    locked = _waiting(membership)
    locked.state = MembershipState.REFUSED
    locked.decided_at = clock.now()
    locked.save()
    log_access(actor, AccessAction.MEMBERSHIP_REFUSED, locked, given)
    return locked


@transaction.atomic
def end_membership(actor: Actor, membership: Membership, reason: str, *, on: date) -> Membership:
    """Take a role away: it ends with the next request. Either administrator of rights may, alone.

    City and administrators are told where nobody is left in a district who holds the role.
    """
    require(actor, *GRANTING)
    given = require_reason(reason)
    locked = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if locked.state not in (MembershipState.ACTIVE, MembershipState.PROPOSED):
        raise Refused(_("This role has ended already."), code="not_live")
    keep_one_who_grants(locked, on)
    locked.state = (
        MembershipState.ENDED if locked.state == MembershipState.ACTIVE else MembershipState.REFUSED
    )
    locked.valid_to = max(on, locked.valid_from)
    with watched(on):
        locked.save()
    log_access(actor, AccessAction.MEMBERSHIP_ENDED, locked, given)
    return locked


@transaction.atomic
def found_administrator(user: User, role: Role, *, on: date, demo_label: str = "") -> Membership:
    """Make the first administrator of a kind when a system is set up; the database allows one of each.

    Raises Conflict where there is one already: further ones are proposed and approved.
    """
    membership = _insert(
        user=user,
        role=role,
        organisation=None,
        district=None,
        valid_from=on,
        valid_to=None,
        reason=FOUNDING.say(),
        state=MembershipState.ACTIVE,
        origin=Origin.FOUNDING,
        demo_label=demo_label,
    )
    log_access(Actor.system(FOUNDING.say()), AccessAction.MEMBERSHIP_APPROVED, membership, FOUNDING.say())
    return membership


@transaction.atomic
def give_apprentice_access(actor: Actor, user: User, *, on: date, demo_label: str = "") -> Membership:
    """Let an enrolled person see their own record; it follows from the enrolment and needs no grant."""
    found = Membership.objects.filter(user=user, role=Role.APPRENTICE, state=MembershipState.ACTIVE).first()
    if found is not None:
        return found
    membership = _insert(
        user=user,
        role=Role.APPRENTICE,
        organisation=None,
        district=None,
        valid_from=on,
        valid_to=None,
        reason=ENROLMENT.say(),
        state=MembershipState.ACTIVE,
        origin=Origin.ENROLMENT,
        demo_label=demo_label,
    )
    log_access(actor, AccessAction.MEMBERSHIP_APPROVED, membership, ENROLMENT.say())
    return membership


def _waiting(membership: Membership) -> Membership:
    locked = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    if locked.state != MembershipState.PROPOSED:
        raise Refused(_("This proposal has been decided already."), code="not_waiting")
    return locked


def _insert(**fields: object) -> Membership:
    membership = Membership(**fields)
    _guarded(membership.save)
    membership.refresh_from_db(fields=["person", "proposer", "approver"])
    return membership


def _guarded(save: object) -> None:
    """Run a save and turn what the database refused into a sentence."""
    try:
        with transaction.atomic():
            save()  # type: ignore[operator]
    except IntegrityError as error:
        raise _explained(constraint_of(error)) from error


def _explained(constraint: str) -> Exception:
    if constraint.endswith("_apart"):
        return Refused(
            _("Administrators hold no other role, on no other account: end the other role first."),
            code="administrators_apart",
        )
    if constraint == "membership_live_once":
        return Conflict(_("This account has or awaits this very role."), code="membership_known")
    if constraint in ("membership_founding_once", "membership_founding_one"):
        return Conflict(_("There is an administrator of this kind already."), code="founded")
    if constraint in ("membership_scope_fits_role", "membership_organisation_kind"):
        return InvalidInput(
            _("The role does not fit its scope: choose the organisation or the district that it acts for."),
            code="scope_does_not_fit",
        )
    if constraint == "membership_span":
        return InvalidInput(_("The last day lies before the first."), code="span")
    return Refused(
        _("A system administrator proposes and a security administrator approves, for a third person."),
        code="two_administrators",
    )
