"""`make run`: the whole city on one machine, until Ctrl-C."""

from collections.abc import Mapping

from scripts.launch import city, django, engines, say, supervisor
from scripts.launch.application import Beat, Web, Worker
from scripts.launch.lock import only_one
from scripts.launch.options import HOST, Options, require_free_port
from scripts.launch.places import RUN
from scripts.launch.service import Service
from scripts.launch.setup import set_up

LOGS = RUN / "logs"


def run(options: Options) -> None:
    """Set up, start everything, wait for the end and stop in order.

    Raises Stop, with nothing left running, when something is missing or does not start.
    """
    supervisor.heed_signals()
    refusal = "Shitu already runs from this checkout: {note}. Stop it there with Ctrl-C first."
    lock = RUN / "run.lock"
    with only_one(lock, refusal):
        require_free_port(options.port)
        lock.write_text(f"http://{HOST}:{options.port}/")
        _set_old_logs_aside()
        set_up()
        _serve(options)


def _set_old_logs_aside() -> None:
    """Each run begins its own logs; those of the run before stay beside them, older ones go."""
    for log in LOGS.glob("*.log"):
        log.replace(log.with_suffix(".before"))


def _serve(options: Options) -> None:
    found = engines.Engines()
    serving: list[Service] = []
    try:
        with say.step("PostgreSQL and Redis"):
            found = engines.start(options)
        values = {**found.addresses, "DEMO_CITY": "1" if options.demo else "0"}
        django.write_environment_file(values)
        env = django.environment(found.addresses, "development", DEMO_CITY=values["DEMO_CITY"])
        city.compile_messages(env)
        city.write_readings(env)
        city.collect_static(env)
        city.prepare_database(env, found, demo=options.demo)
        serving, accounts = _start(env, options)
        _welcome(options, accounts)
        supervisor.watch([*found.services, *serving])
    except supervisor.Interrupted:
        say.line("\nStopping …")
    finally:
        supervisor.ignore_signals()
        supervisor.stop_all(list(reversed(serving)))
        found.stop()


def _start(env: Mapping[str, str], options: Options) -> tuple[list[Service], str]:
    """Everything that serves, ready; and the demo accounts, which are looked up meanwhile."""
    web, others = (
        Web(LOGS / "web.log", env, options.port),
        [
            Worker(LOGS / "worker.log", env),
            Beat(LOGS / "beat.log", env),
        ],
    )
    serving: list[Service] = [web, *others]
    try:
        with say.step("web server, worker and clock"):
            # The page is what somebody waits for: it has the processors for itself.
            web.start()
            web.wait_until_ready()
            for service in others:
                service.start()
            accounts = city.demo_accounts(env) if options.demo else ""
            for service in others:
                service.wait_until_ready()
    except BaseException:
        supervisor.stop_all(serving)
        raise
    return serving, accounts


def _welcome(options: Options, accounts: str) -> None:
    say.line()
    say.line(f"Shitu answers at http://{HOST}:{options.port}/")
    if accounts:
        say.line()
        say.line(accounts)
    say.line()
    say.line(f"Ctrl-C stops it; data stay in {RUN}, logs are in {LOGS}.")
