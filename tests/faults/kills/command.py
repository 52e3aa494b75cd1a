"""`--kills N`: engines, web and worker of its own; clients at work; kills; then the reckoning."""

import os
import random
import shutil
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from scripts.launch import django as launched
from scripts.launch.application import Web, Worker
from scripts.launch.places import RUN, socket_folder
from scripts.launch.postgres import OWNER, Postgres
from scripts.launch.redis import Redis
from tests.faults.kills.killing import Pack
from tests.faults.report import say, table

DATABASE = "test_kills"
_PAUSE_SECONDS = (0.05, 0.1, 0.3, 0.6)
_SETTLING_SECONDS = 240


def run(kills: int, seed: int) -> int:
    """Kill so many processes; returns 1 where anything was lost, doubled or left undone."""
    RUN.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="kills-", dir=RUN))
    folder.chmod(0o755)
    pack: Pack | None = None
    try:
        pack = _processes(folder)
        return _play(pack, folder, kills, seed)
    finally:
        if pack is not None:
            pack.stop()
            pack.postgres.discard()
            pack.redis.discard()
        shutil.rmtree(folder, ignore_errors=True)


def _processes(folder: Path) -> Pack:
    points = folder / "points"
    points.mkdir()
    postgres = Postgres(folder / "postgres", socket_folder(folder.name), folder / "logs" / "postgres.log")
    redis = Redis(folder / "redis", socket_folder(folder.name), folder / "logs" / "redis.log")
    for engine in (postgres, redis):
        engine.prepare()
        engine.start()
        engine.wait_until_ready()
    postgres.create_database(DATABASE)
    addresses = {
        "DATABASE_URL": postgres.url(OWNER, DATABASE),
        "REDIS_URL": redis.url(),
        "CELERY_BROKER_URL": redis.broker_url(),
    }
    more = {
        "SHITU_FAILPOINTS": str(points),
        "JOB_STALE_SECONDS": "2",
        "TEST_MEDIA_ROOT": str(folder / "media"),
        "TEST_DB_NAME": DATABASE,
    }
    env = launched.environment(addresses, "test", **more)
    for name in launched.ENGINE_VARIABLES:
        os.environ[name] = env[name]
    os.environ |= {name: value for name, value in more.items() if name != "SHITU_FAILPOINTS"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    web = Web(folder / "logs" / "web.log", env, _free_port())
    worker = Worker(folder / "logs" / "worker.log", env)
    return Pack(postgres, redis, web, worker, points)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _play(pack: Pack, folder: Path, kills: int, seed: int) -> int:
    import django

    django.setup()
    from apps.core import clock
    from tests.faults import databases
    from tests.faults.kills import reckoning, scene
    from tests.faults.kills.client import Clients

    begun = time.monotonic()
    databases.create_migrated(DATABASE)
    made = scene.build(clock.today())
    made.cash_fen = reckoning.cash()
    pack.mend()
    say(f"kills: {time.monotonic() - begun:.0f} s until everything runs")
    clients = Clients(f"http://127.0.0.1:{pack.web.port}", made, clock.today())
    begun = time.monotonic()
    clients.start()
    _kill(pack, clients, kills, seed)
    clients.stop.set()
    _let_settle(clients)
    clients.finish()
    say(f"kills: {sum(pack.count.values())} in {time.monotonic() - begun:.0f} s")
    wrong = [*clients.history.trouble, *reckoning.wrong(made, clients)]
    _tell(pack, clients, wrong)
    if wrong:
        shutil.copytree(folder / "logs", RUN / "logs" / "kills", dirs_exist_ok=True)
    return int(bool(wrong))


def _kill(pack: Pack, clients: Any, kills: int, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a play, no secret
    told = time.monotonic()
    while sum(pack.count.values()) < kills and not clients.history.trouble:
        time.sleep(dice.choice(_PAUSE_SECONDS))
        pack.kill_one(dice)
        sweep()
        if time.monotonic() - told > 30:
            told = time.monotonic()
            say(f"  {sum(pack.count.values())} kills, {clients.history.requests} requests")


def sweep() -> None:
    """What the clock of the scheduled tasks does, sooner: lost work is sent again, given-up work retried."""
    from django.db import Error, connection

    from apps.core import clock, jobs
    from apps.core.models import Job

    with suppress(Error):
        live = Job.objects.filter(state__in=("queued", "running"))
        live.update(send_after=clock.now() - timedelta(seconds=1))
        jobs.resume_stale()
        for job in Job.objects.filter(state="dead"):
            jobs.retry(job.pk)
    with suppress(Error):
        connection.close()


def _let_settle(clients: Any) -> None:
    deadline = time.monotonic() + _SETTLING_SECONDS
    while any(thread.is_alive() for thread in clients.threads) and time.monotonic() < deadline:
        time.sleep(1)
        sweep()


def _tell(pack: Pack, clients: Any, wrong: list[str]) -> None:
    history = clients.history
    rows = [(kind, times) for kind, times in sorted(pack.count.items())]
    say("", table(("killed", "times"), [*rows, ("in all", sum(pack.count.values()))]))
    points = ", ".join(f"{name} {times}" for name, times in sorted(pack.at.items()))
    say(
        "",
        f"points: {points or 'none'}",
        f"answered: {history.requests} requests ({history.repeated} repetitions), {len(history.receipts)}"
        f" receipts, {len(history.rounds)} rounds of {len(clients.scene.claims)} payments,"
        f" {len(history.rosters)} rosters",
        *(wrong[:20] or ["0 lost, 0 doubled"]),
    )
