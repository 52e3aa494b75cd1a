"""Programs that use the interface while processes are killed: each request is repeated till it is answered.

The history of what was answered is what the database and the bank's book are held against at the end.
"""

import itertools
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import Event, Thread
from typing import Any

import requests

from apps.banking.fake_bank import FakeBank
from apps.banking.formats.profiles import profile
from tests.faults.kills.scene import Roster, Scene
from tests.faults.town import DISTRICT, PROFILE

_PATIENCE_SECONDS = 180


class GaveUp(Exception):
    """Something was never answered, or answered as it may not be."""


@dataclass
class History:
    """What was answered, by kind of request."""

    receipts: dict[str, int] = field(default_factory=dict)
    rounds: list[dict[int, int]] = field(default_factory=list)
    rosters: list[int] = field(default_factory=list)
    requests: int = 0
    repeated: int = 0
    trouble: list[str] = field(default_factory=list)


class Clients:
    """Three threads: payments in rounds, receipts one after the other, rosters one after the other."""

    def __init__(self, address: str, scene: Scene, today: date) -> None:
        self.address, self.scene, self.today = address, scene, today
        self.history = History()
        self.stop = Event()
        self.bank = FakeBank(profile(PROFILE))
        self.keys = itertools.count(1)
        works = (self._payments, self._receipts, self._rosters)
        self.threads = [Thread(target=self._guarded, args=(work,), daemon=True) for work in works]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def finish(self) -> None:
        """Let each come to the end of what it began."""
        self.stop.set()
        for thread in self.threads:
            thread.join(_PATIENCE_SECONDS)
            if thread.is_alive():
                self.history.trouble.append("a client never came to its end")

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told at the end
            self.history.trouble.append(f"{type(error).__name__}: {error}")
            self.stop.set()

    def ask(self, token: str, method: str, path: str, *, key: bool = True, **more: Any) -> Any:
        """One request, repeated with its key until it is answered."""
        headers = {"Authorization": f"Bearer {token}"}
        if key:
            headers["Idempotency-Key"] = f"kill-{next(self.keys)}"
        self.history.requests += 1
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = requests.request(
                    method, f"{self.address}/api/v1/{path}", headers=headers, timeout=10, **more
                )
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code < 500 and answer.status_code != 409:
                if answer.status_code >= 400:
                    raise GaveUp(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
                return answer.json()
            if answer is not None and answer.status_code == 409:
                raise GaveUp(f"{method} {path}: {answer.text[:300]}")
            self.history.repeated += 1
            time.sleep(0.15)
        raise GaveUp(f"{method} {path} was never answered")

    def until(self, token: str, path: str, over: Callable[[Any], bool]) -> Any:
        """Ask again until something is over."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found = self.ask(token, "GET", path, key=False)
            if over(found):
                return found
            time.sleep(0.2)
        raise GaveUp(f"{path} never came to its end")

    # Claims are released in the background, go to the bank in a batch, and all fail but in the last round.

    def _payments(self) -> None:
        while not self.stop.is_set():
            self._round(last=False)
        self._round(last=True)

    def _round(self, *, last: bool) -> None:
        tokens = self.scene.tokens
        asked = self.ask(tokens["finance"], "POST", "releases/", json={"claims": self.scene.claims})
        self.until(
            tokens["finance"], f"releases/{asked['id']}/", lambda found: found["state"] in ("done", "failed")
        )
        orders = self._released()
        self.history.rounds.append(orders)
        batch = self.ask(
            tokens["maker"], "POST", "batches/",
            json={
                "paying_account": self.scene.account_id, "district": DISTRICT,
                "orders": sorted(orders.values()), "pay_on": self.today.isoformat(),
            },
        )  # fmt: skip
        for name, step in (("checker", "check"), ("signer", "sign"), ("maker", "send")):
            self.ask(tokens[name], "POST", f"batches/{batch['id']}/{step}/", json={})
        file = self.ask(tokens["maker"], "POST", f"batches/{batch['id']}/file/", json={})
        number = self.bank.take(b64decode(file["content"]))
        failures = {order.number: "账号户名不符" for order in self.bank.book.of_batch(number)}
        self.bank.settle(number, self.today, failures={} if last else failures)
        self.ask(
            tokens["maker"], "POST", f"batches/{batch['id']}/results/",
            files={"file": ("result.csv", self.bank.result(number), "text/csv")},
        )  # fmt: skip

    def _released(self) -> dict[int, int]:
        """The order that the release made for each claim."""
        found: dict[int, int] = {}
        for row in self.ask(self.scene.tokens["finance"], "GET", "orders/", key=False)["results"]:
            if row["state"] == "released" and row["claim"] in self.scene.claims:
                if row["claim"] in found:
                    raise GaveUp(f"claim {row['claim']} has two live orders")
                found[row["claim"]] = row["id"]
        if len(found) != len(self.scene.claims):
            raise GaveUp(f"only {sorted(found)} were released")
        return found

    # Money comes in, fen by fen.

    def _receipts(self) -> None:
        for number in itertools.count(1):
            if self.stop.is_set():
                return
            serial = f"R{number:010d}"
            recovery = self.scene.recoveries[number % len(self.scene.recoveries)]
            self.ask(
                self.scene.tokens["finance"], "POST", f"recoveries/{recovery}/receipts/",
                json={
                    "amount_fen": number % 7 + 1,
                    "received_on": self.today.isoformat(),
                    "bank_serial": serial,
                },
            )  # fmt: skip
            self.history.receipts[serial] = number % 7 + 1
            time.sleep(0.02)

    # Rosters are read in the background.

    def _rosters(self) -> None:
        for roster in self.scene.rosters:
            if self.stop.is_set():
                return
            self._one_roster(roster)

    def _one_roster(self, roster: Roster) -> None:
        handed_in = self.ask(
            roster.token, "POST", f"classes/{roster.class_id}/rosters/",
            files={"file": ("roster.csv", roster.content, "text/csv")},
        )  # fmt: skip
        self.until(
            roster.token, f"rosters/{handed_in['id']}/", lambda found: found["state"] in ("done", "refused")
        )
        self.history.rosters.append(roster.class_id)
