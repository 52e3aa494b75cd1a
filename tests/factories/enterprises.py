"""Enterprises and bank accounts, made straight in the tables."""

from typing import Any

from apps.accounts.models import Organisation
from apps.accounts.roles import OrganisationKind, Role
from apps.core import clock
from apps.core.crypto import blind_index
from apps.enterprises.enums import BankAccountState, Size
from apps.enterprises.fingerprints import ACCOUNT_INDEX, fingerprint_of
from apps.enterprises.models import BankAccount, Enterprise
from tests.factories import accounts, numbers


def enterprise(name: str = "", **fields: Any) -> Enterprise:
    """An enterprise in good standing; `district`, `superior`, `uscc` go to its organisation."""
    own = {key: fields.pop(key) for key in ("district", "superior", "uscc") if key in fields}
    organisation = accounts.organisation(OrganisationKind.ENTERPRISE, name, **own)
    return Enterprise.objects.create(
        organisation=organisation, **{"industry_code": "I6510", "size": Size.MEDIUM, **fields}
    )


def bank_account(
    organisation: Organisation, *, state: str = BankAccountState.CONFIRMED, account_number: str = ""
) -> BankAccount:
    """A bank account in the organisation's name: confirmed unless another state is asked for."""
    number = account_number or numbers.account_number()
    enterer = accounts.user()
    signs: dict[str, Any] = {}
    if state == BankAccountState.CONFIRMED:
        confirmer = accounts.member(Role.DISTRICT_REVIEWER, district=organisation.district).user
        signs = {"confirmed_by": confirmer, "confirmer_id": confirmer.person_id, "confirmed_at": clock.now()}
    elif state == BankAccountState.RETIRED:
        signs = {"retired_at": clock.now(), "retired_reason": "test"}
    return BankAccount.objects.create(
        organisation=organisation,
        account_name=organisation.name,
        account_number=number,
        account_index=blind_index(ACCOUNT_INDEX, number),
        fingerprint=fingerprint_of(organisation.name, number),
        bank_name="中国工商银行北京朝阳支行",
        bank_code="102100000030",
        state=state,
        entered_by=enterer,
        enterer_id=enterer.person_id,
        **signs,
    )
