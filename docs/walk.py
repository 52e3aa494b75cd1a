#!/usr/bin/env python3
"""Walk one class through the whole process over REST, from the application to the last yuan.

    manage.py demo_tokens > tokens.json
    python3 docs/walk.py http://127.0.0.1:8000 tokens.json

Standard library only, so that it reads as documentation. `tokens.json` holds a token for each role that
acts, and what the enterprise trains: `occupation`, `level`, `months`, `institution`.
"""

import json
import sys
import uuid
from datetime import date, datetime, timedelta, timezone
from urllib.error import HTTPError
from urllib.request import Request, urlopen

BEIJING = timezone(timedelta(hours=8))
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PNG_HEAD = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")
PNG_TAIL = bytes.fromhex("0000000d49444154789c6300010000000500010d0a2db40000000049454e44ae426082")


class Refused(Exception):
    """The server answered with a problem; its sentences are the message."""


class Client:
    """One role's view of the interface."""

    def __init__(self, base: str, token: str) -> None:
        self.base, self.token = base.rstrip("/") + "/api/v1", token

    def get(self, path: str):
        return self._send("GET", path)

    def post(self, path: str, body: dict | None = None):
        """Every unsafe request carries an idempotency key, so that sending it again is harmless."""
        return self._send("POST", path, body or {})

    def put(self, path: str, body: dict):
        return self._send("PUT", path, body)

    def upload(self, path: str, kind: str, name: str, content: bytes, media_type: str):
        """A file goes as a form, beside its kind."""
        edge = uuid.uuid4().hex
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="kind"\r\n\r\n{kind}\r\n'.encode(),
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n".encode()
            + content
            + b"\r\n",
            f"--{edge}--\r\n".encode(),
        ]
        return self._request("POST", path, b"".join(parts), f"multipart/form-data; boundary={edge}")

    def _send(self, method: str, path: str, body: dict | None = None):
        data = None if body is None else json.dumps(body).encode()
        return self._request(method, path, data, "application/json")

    def _request(self, method: str, path: str, data: bytes | None, media_type: str):
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Accept-Language": "en",
        }
        if data is not None:
            headers |= {"Content-Type": media_type, "Idempotency-Key": uuid.uuid4().hex}
        try:
            with urlopen(Request(self.base + path, data, headers, method=method), timeout=60) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            problem = json.loads(error.read() or b"{}")
            sentences = [problem.get("title", "")] + [row["message"] for row in problem.get("problems", [])]
            raise Refused(f"{method} {path}: {error.code} {' '.join(filter(None, sentences))}") from error


class Calendar:
    """The day on the server. Only the demo city lets days pass on request; elsewhere one waits."""

    def __init__(self, client: Client, today: date) -> None:
        self.client, self.today = client, today

    def let_pass(self, days: int) -> None:
        """Put the demo city's calendar ahead."""
        self.today = date.fromisoformat(self.client.post("/demo/calendar/", {"days": days})["today"])


def walk(base: str, cast: dict, say=print) -> dict:
    """Take a class of two through everything; returns the trace of the last line."""
    who = {role: Client(base, token) for role, token in cast["tokens"].items()}
    calendar = Calendar(who["city"], date.fromisoformat(cast["today"]))
    plan = apply(who, cast, calendar, say)
    group = enrol(who, cast, plan, calendar, say)
    claim(who, group, "advance", calendar, say)
    calendar.let_pass(34 * max(1, cast["months"] // 12))
    train(who, cast, group, calendar, say)
    paid = claim(who, group, "remainder", calendar, say)
    line = who["enterprise"].get(f"/claims/{paid['id']}/lines/")["results"][0]
    trace = who["finance"].get(f"/lines/{line['id']}/trace/")
    say(f"followed line {line['id']}: {len(trace['decisions'])} decisions, {len(trace['legs'])} legs")
    return trace


def apply(who: dict, cast: dict, calendar: "Calendar", say) -> dict:
    """The plan: written, consented to, countersigned, reviewed, rechecked."""
    enterprise, start = who["enterprise"], calendar.today
    plan = enterprise.post("/plans/", {"title": "REST walk"})
    path = f"/plans/{plan['id']}"
    years = max(1, cast["months"] // 12)
    enterprise.put(
        f"{path}/content/",
        {
            "basics": {
                "title": "REST walk",
                "institution_id": cast["institution"],
                "starts_on": start.isoformat(),
                "ends_on": (start + timedelta(days=cast["months"] * 30 + 30)).isoformat(),
                "contact_name": "Wang Min",
                "contact_phone": "010-65000000",
                "monthly_wage_fen": 480_000,
            },
            "lines": [
                {
                    "occupation": cast["occupation"],
                    "level": cast["level"],
                    "headcount": 2,
                    "term_months": cast["months"],
                }
            ],
            "courses": [
                {"name": "Rules and rights", "kind": "general", "place": "institution", "hours": 40 * years},
                {"name": "Theory", "kind": "theory", "place": "institution", "hours": 120 * years},
                {"name": "Practice", "kind": "practice", "place": "enterprise", "hours": 240 * years},
            ],
            "mentors": [
                {
                    "side": "enterprise",
                    "name": "Zhao Zhiqiang",
                    "qualification": "practice_years",
                    "years": 9,
                    "fit_and_of_good_conduct": True,
                },
                {
                    "side": "institution",
                    "name": "Qian Xiaoyan",
                    "qualification": "dual_qualified",
                    "fit_and_of_good_conduct": True,
                },
            ],
            "textbooks": [{"title": "Textbook", "kind": "national", "publisher": "Publisher"}],
        },
    )
    for kind in ("cooperation_agreement", "management_rules"):
        enterprise.upload(f"{path}/documents/", kind, f"{kind}.pdf", PDF + kind.encode(), "application/pdf")
    for problem in enterprise.get(f"{path}/missing/"):
        say(f"  missing: {problem['message']} ({problem['article']})")
    if "submit" in enterprise.get(f"{path}/")["steps"]:
        enterprise.post(f"{path}/submit/")
        who["superior"].post(f"{path}/consent/")
    else:
        enterprise.post(f"{path}/submit-directly/")
    who["institution"].post(f"{path}/countersign/")
    who["reviewer"].post(f"{path}/approve/", {"checklist": cast.get("checklist", [])})
    plan = who["city"].post(f"{path}/confirm/")
    say(f"plan {plan['number']}: {plan['state']}")
    return plan


def enrol(who: dict, cast: dict, plan: dict, calendar: "Calendar", say) -> dict:
    """The class: two people registered, reviewed by the district, open."""
    enterprise = who["enterprise"]
    line = enterprise.get(f"/plans/{plan['id']}/lines/")[0]
    group = enterprise.post(
        "/classes/", {"plan": plan["id"], "line": line["id"], "starts_on": plan["starts_on"]}
    )
    path = f"/classes/{group['id']}"
    for person in cast["people"]:
        enterprise.post(
            f"{path}/apprentices/",
            {
                **person,
                "post_kind": "new_hire",
                "contract_from": (calendar.today - timedelta(days=30)).isoformat(),
                "contract_to": (calendar.today + timedelta(days=1200)).isoformat(),
                "insured_in_city": True,
                "agreement_signed_on": plan["starts_on"],
            },
        )
    enterprise.post(f"{path}/submit/")
    group = who["reviewer"].post(f"{path}/approve/")
    say(f"class {group['number']}: {group['state']}")
    return group


def claim(who: dict, group: dict, kind: str, calendar: "Calendar", say) -> dict:
    """A claim: computed, handed in, reviewed, signed, released, paid."""
    found = who["enterprise"].post("/claims/", {"training_class": group["id"], "kind": kind})
    path = f"/claims/{found['id']}"
    who["enterprise"].post(f"{path}/submit/")
    approved = who["reviewer"].post(f"{path}/approve/")
    if approved["published_until"]:
        until = date.fromisoformat(approved["published_until"])
        say(f"{kind} {approved['number']}: published until {until}")
        calendar.let_pass((until - calendar.today).days + 1)
    who["supervisor"].post(f"{path}/sign/")
    who["finance"].post(f"{path}/release/")
    paid = who["finance"].post(
        f"{path}/paid/", {"paid_on": calendar.today.isoformat(), "bank_serial": f"WALK{found['id']:08d}"}
    )
    say(f"{kind} {paid['number']}: {paid['state']}, {paid['net_fen'] / 100:,.2f} yuan")
    return paid


def train(who: dict, cast: dict, group: dict, calendar: "Calendar", say) -> None:
    """Hours from both sides, evidence, results, completion."""
    day = date.fromisoformat(group["starts_on"])
    for role, side, mode in (
        ("institution", "institution", "classroom"),
        ("enterprise", "enterprise", "on_the_job"),
    ):
        client = who[role]
        courses = [row for row in client.get(f"/classes/{group['id']}/courses/") if row["side"] == side]
        mentor = next(row for row in client.get(f"/classes/{group['id']}/mentors/") if row["side"] == side)
        years = max(1, cast["months"] // 12)
        count = (14 if side == "institution" else 20) * years
        reports = []
        for number in range(count):
            start = datetime(day.year, day.month, day.day, 8, tzinfo=BEIJING)
            reports.append(
                {
                    "course": courses[number % len(courses)]["id"],
                    "mentor": mentor["id"],
                    "mode": mode,
                    "starts_at": start.isoformat(),
                    "ends_at": (start + timedelta(hours=9)).isoformat(),
                }
            )
            day += timedelta(days=1)
        held = client.post("/sessions/", {"training_class": group["id"], "sessions": reports})
        for number in range(3 if role == "institution" else 0):
            content = PNG_HEAD + PNG_TAIL + bytes([number])
            client.upload(
                f"/sessions/{held[0]['id']}/documents/", "photo", f"{number}.png", content, "image/png"
            )
        say(f"{len(held)} sessions of the {side}")
    mine = who["enterprise"].get(f"/enrolments/?training_class={group['id']}")["results"]
    for number, row in enumerate(mine):
        certificate = {
            "certificate_kind": "skill_level",
            "certificate_number": f"WALK{group['id']:06d}{number:04d}",
            "certificate_on": calendar.today.isoformat(),
        }
        who["institution"].put(
            f"/enrolments/{row['id']}/result/",
            {
                "result": "passed",
                "assessed_on": calendar.today.isoformat(),
                **(certificate if number == 0 else {}),
            },
        )
    say(f"{len(mine)} results")


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        walk(sys.argv[1], json.load(file))
