"""The figures of a policy, read from its files with nothing of the system: what the auditor reckons with."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Rules:
    """Standard, advance and amount due of one apprentice, in whole fen."""

    yearly_fen: int
    advance_percent: int
    shares: dict[tuple[str, bool], int]
    fund_order: tuple[str, ...]
    deadline_days: int
    grace_days: int

    @classmethod
    def read(cls, key: str, *, level: str, occupation: str = "ordinary") -> "Rules":
        """The rules of a document for one level and kind of occupation."""
        return _read(key, level, occupation)

    def standard_fen(self, months: int) -> int:
        """The full standard for a term."""
        return _half_up(Fraction(self.yearly_fen * months, 12))

    def advance_fen(self, months: int) -> int:
        """What is paid ahead: down to the whole fen."""
        return self.standard_fen(months) * self.advance_percent // 100

    def due_fen(self, months: int, outcome: str, *, certified: bool) -> int:
        """What is due in all, once the outcome is known."""
        share = self.shares[outcome, certified]
        return _half_up(Fraction(self.yearly_fen * months * share, 12 * 100))


@lru_cache
def _read(key: str, level: str, occupation: str) -> Rules:
    found = _values(key, "money.yaml")
    recovering = _values("beijing-recovery", "recovery.yaml")
    if (recovering["recovery_offset_order"], recovering["recovery_offset_from"]) != ("oldest_due", "issue"):
        raise NotImplementedError("the auditor knows no other order of set-offs")
    about = {"occupation_kind": occupation, "level": level}
    yuan = next(row["yuan"] for row in found["rates"] if _fits(row["when"], about))
    shares = {}
    for result in ("passed", "failed", WITHDRAWN):
        for certificate in (True, False):
            case = {**about, "result": result, "certificate": certificate}
            row = next(row for row in found["shares"] if _fits(row["when"], case))
            shares[result, certificate] = row["percent"]
    return Rules(
        yearly_fen=yuan * 100,
        advance_percent=found["advance_share"],
        shares=shares,
        fund_order=tuple(row["code"] for row in found["fund_order"]),
        deadline_days=found["recovery_deadline_days"],
        grace_days=recovering["recovery_instalment_grace_days"],
    )


def _values(key: str, file: str) -> dict:
    text = (ROOT / "fixtures" / "policies" / key / file).read_text("utf-8")
    return {name: part["value"] for name, part in yaml.safe_load(text).items()}


def _fits(when: dict, about: dict) -> bool:
    """Conditions on what is not known of the case do not exclude a row: they are only about scarce lists."""
    return all(about[name] == value for name, value in when.items() if name in about)


def _half_up(value: Fraction) -> int:
    return int((2 * value + 1) // 2)
