"""The rules of pain.001.001.09 that matter to us, as data, and the check of a message against them.

Names, order, how often, lengths and patterns are those of the ISO 20022 schema (CustomerCreditTransfer-
InitiationV09) for the elements that this system writes; any other element is refused. The two control sums
and the uniqueness of EndToEndId are the rules that the schema itself cannot say. A test holds messages
against the schema as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import ParseError, fromstring

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MANY = 10**9

_TYPES = {
    "Max34Text": re.compile(r"[\s\S]{1,34}"),
    "Max35Text": re.compile(r"[\s\S]{1,35}"),
    "Max140Text": re.compile(r"[\s\S]{1,140}"),
    # A narrower set than the schema's, which banks agree on for identifiers.
    "Identifier35": re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}"),
    "Max15NumericText": re.compile(r"[0-9]{1,15}"),
    "DecimalNumber": re.compile(r"[0-9]{1,16}\.[0-9]{2}"),
    "Amount": re.compile(r"[0-9]{1,15}\.[0-9]{2}"),
    "ISODateTime": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?"),
    "ISODate": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "TrueFalse": re.compile(r"true|false"),
    "PaymentMethod3Code": re.compile(r"CHK|TRF|TRA"),
    "ChargeBearerType1Code": re.compile(r"DEBT|CRED|SHAR|SLEV"),
    "ActiveOrHistoricCurrencyCode": re.compile(r"[A-Z]{3}"),
    "CNAPSMember": re.compile(r"[0-9]{12}"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """An element: its name, its type or its children in order, how often it stands."""

    name: str
    type: str = ""
    children: tuple["Rule", ...] = ()
    least: int = 1
    most: int = 1


def _account(name: str, least: int) -> Rule:
    other = Rule("Othr", children=(Rule("Id", "Max34Text"),))
    return Rule(
        name,
        children=(
            Rule("Id", children=(other,)),
            Rule("Ccy", "ActiveOrHistoricCurrencyCode", least=0),
        ),
        least=least,
    )


def _agent(name: str, least: int) -> Rule:
    member = Rule(
        "ClrSysMmbId",
        children=(
            Rule("ClrSysId", children=(Rule("Prtry", "Max35Text"),), least=0),
            Rule("MmbId", "CNAPSMember"),
        ),
        least=0,
    )
    return Rule(
        name,
        children=(Rule("FinInstnId", children=(member, Rule("Nm", "Max140Text", least=0))),),
        least=least,
    )


_PARTY = (Rule("Nm", "Max140Text"),)
TRANSACTION = Rule(
    "CdtTrfTxInf",
    children=(
        Rule("PmtId", children=(Rule("InstrId", "Max35Text", least=0), Rule("EndToEndId", "Identifier35"))),
        Rule("Amt", children=(Rule("InstdAmt", "Amount"),)),
        _agent("CdtrAgt", 0),
        Rule("Cdtr", children=_PARTY),
        _account("CdtrAcct", 1),
        Rule("RmtInf", children=(Rule("Ustrd", "Max140Text", least=0, most=MANY),), least=0),
    ),
    most=MANY,
)
MESSAGE = Rule(
    "CstmrCdtTrfInitn",
    children=(
        Rule(
            "GrpHdr",
            children=(
                Rule("MsgId", "Identifier35"),
                Rule("CreDtTm", "ISODateTime"),
                Rule("NbOfTxs", "Max15NumericText"),
                Rule("CtrlSum", "DecimalNumber"),
                Rule("InitgPty", children=_PARTY),
            ),
        ),
        Rule(
            "PmtInf",
            children=(
                Rule("PmtInfId", "Identifier35"),
                Rule("PmtMtd", "PaymentMethod3Code"),
                Rule("BtchBookg", "TrueFalse", least=0),
                Rule("NbOfTxs", "Max15NumericText"),
                Rule("CtrlSum", "DecimalNumber"),
                Rule("ReqdExctnDt", children=(Rule("Dt", "ISODate"),)),
                Rule("Dbtr", children=_PARTY),
                _account("DbtrAcct", 1),
                _agent("DbtrAgt", 1),
                Rule("ChrgBr", "ChargeBearerType1Code", least=0),
                TRANSACTION,
            ),
        ),
    ),
)


def broken_rules(content: bytes) -> list[str]:
    """Every rule that a message breaks, each with the path of the element; empty for a good one."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, ValueError) as error:
        return [f"not well formed: {error}"]
    if root.tag != f"{{{NAMESPACE}}}Document" or len(root) != 1 or _name(root[0]) != MESSAGE.name:
        return [f"the document is not {NAMESPACE}"]
    broken = list(_check(root[0], MESSAGE, MESSAGE.name))
    return broken or list(_totals(root[0]))


def _name(element: Element) -> str:
    return element.tag.removeprefix(f"{{{NAMESPACE}}}")


def _check(element: Element, rule: Rule, path: str) -> Iterator[str]:
    wanted = {"Ccy"} if rule.type == "Amount" else set()
    if set(element.attrib) != wanted or (wanted and element.attrib["Ccy"] != "CNY"):
        yield f"{path}: attributes"
    if rule.type:
        if len(element) or _TYPES[rule.type].fullmatch(element.text or "") is None:
            yield f"{path}: not {rule.type}"
        return
    if (element.text or "").strip():
        yield f"{path}: text between elements"
    yield from _check_children(list(element), rule, path)


def _check_children(children: list[Element], rule: Rule, path: str) -> Iterator[str]:
    place = 0
    for child in rule.children:
        count = 0
        while place < len(children) and _name(children[place]) == child.name and count < child.most:
            yield from _check(children[place], child, f"{path}/{child.name}")
            place, count = place + 1, count + 1
        if count < child.least:
            yield f"{path}/{child.name}: missing or not in its place"
    for left in children[place:]:
        yield f"{path}/{_name(left)}: not expected here"


def _totals(message: Element) -> Iterator[str]:
    path = f"{{{NAMESPACE}}}"
    amounts = [int((found.text or "").replace(".", "")) for found in message.iter(f"{path}InstdAmt")]
    identifiers = [found.text for found in message.iter(f"{path}EndToEndId")]
    for place in ("GrpHdr", "PmtInf"):
        held = message.find(f"{path}{place}")
        if held is None:
            continue
        if int(held.findtext(f"{path}NbOfTxs", "-1")) != len(amounts):
            yield f"{place}/NbOfTxs: is not the number of transactions"
        if int(held.findtext(f"{path}CtrlSum", "-1").replace(".", "")) != sum(amounts):
            yield f"{place}/CtrlSum: is not the sum of the amounts"
    if any(amount <= 0 for amount in amounts):
        yield "InstdAmt: a payment is at least one fen"
    if len(set(identifiers)) != len(identifiers):
        yield "EndToEndId: stands twice"
