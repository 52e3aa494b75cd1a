"""Register natural persons, find them by number, and show a sealed number to whoever may see it."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.actors import Actor
from apps.accounts.enums import AccessAction
from apps.accounts.models import Person
from apps.accounts.pinyin import name_pinyin
from apps.accounts.sentences import MOBILE
from apps.accounts.services.access_log import log_access
from apps.accounts.services.guards import require_reason
from apps.core.crypto import blind_index
from apps.core.errors import Conflict, InvalidInput
from apps.core.identifiers import parse_id_number, parse_mobile, parse_name

# What the blind indexes are keyed with; rosters index whole files with the same names.
ID_INDEX = "accounts.person.id"
MOBILE_INDEX = "accounts.person.mobile"
UNMASKABLE = ("id_number", "mobile")


def id_index(number: str) -> bytes:
    """The blind index of a parsed identity number."""
    return blind_index(ID_INDEX, number)


def mobile_index(number: str) -> bytes:
    """The blind index of a parsed mobile number."""
    return blind_index(MOBILE_INDEX, number)


def find_person(id_number: str) -> Person | None:
    """The person of a parsed identity number, if there is one."""
    return Person.objects.filter(id_index=id_index(id_number)).first()


@transaction.atomic
def register_person(
    actor: Actor, *, name: str, id_number: str, mobile: str = "", on: date | None = None
) -> Person:
    """Return the person of an identity number, made where there was none.

    What was typed is read by `core.identifiers`, whose InvalidIdentifier passes through. Raises Conflict
    (`person_other_name`) where the number belongs to a person of another name: somebody mistyped.
    """
    identity = parse_id_number(id_number, on=on)
    parsed_name = parse_name(name)
    parsed_mobile = parse_mobile(mobile) if mobile else None
    person = find_person(identity.number)
    if person is None:
        try:
            with transaction.atomic():
                person = Person.objects.create(
                    name=parsed_name,
                    name_pinyin=name_pinyin(parsed_name),
                    id_number=identity.number,
                    id_index=id_index(identity.number),
                    mobile=parsed_mobile,
                    mobile_index=mobile_index(parsed_mobile) if parsed_mobile else None,
                    birth_date=identity.birth_date,
                    sex=identity.sex,
                )
        except IntegrityError:
            # Somebody registered the same number between our look and our insert.
            person = Person.objects.get(id_index=id_index(identity.number))
        else:
            log_access(actor, AccessAction.PERSON_REGISTERED, person)
    if person.name != parsed_name:
        raise Conflict(
            _("This identity number is registered with another name. Compare both with the ID card."),
            code="person_other_name",
        )
    return person


@transaction.atomic
def change_mobile(actor: Actor, person: Person, mobile: str) -> Person:
    """Replace the mobile number of a person who is the actor, or whom the actor was allowed to load."""
    parsed = parse_mobile(mobile)
    person.mobile = parsed
    person.mobile_index = mobile_index(parsed)
    person.save(update_fields=["mobile", "mobile_index"])
    log_access(actor, AccessAction.RECORD_CHANGED, person, MOBILE.say())
    return person


@transaction.atomic
def unmask(actor: Actor, person: Person, field: str, reason: str) -> str:
    """Return a sealed number of a person in clear, and log who looked and why.

    The caller has loaded `person` through a `visible_to`; `field` is `id_number` or `mobile`. Raises
    InvalidInput without a reason (`reason_blank`), ValueError for any other field.
    """
    if field not in UNMASKABLE:
        raise ValueError(field)
    given = require_reason(reason)
    value = getattr(person, field)
    if not value:
        raise InvalidInput(_("Nothing is recorded here."), code="nothing_recorded")
    log_access(actor, AccessAction.UNMASKED, (f"accounts.person.{field}", person.pk), given)
    return str(value)
