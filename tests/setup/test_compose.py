"""The production files are held against the code: nothing here starts a container."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from celery.bin.celery import celery as celery_command
from django.conf import settings
from django.core.management import get_commands
from django.urls import reverse
from gunicorn.config import Config as GunicornConfig

from apps.core import rls
from apps.core.management.commands.load_reference import LOADERS
from scripts.launch.places import ROOT
from scripts.launch.postgres import APPLICATION

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
APPLICATION_SERVICES = ("migrate", "web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
DEPLOY = (ROOT / "docs" / "deploy.md").read_text()
READ_VARIABLE = re.compile(r"""env(?:\.\w+)?\(\s*["']([A-Z][A-Z_]+)["'](,?)""")
# Read by Django and Celery themselves, before any settings.
READ_ELSEWHERE = {"DJANGO_SETTINGS_MODULE"}


def variables_of_settings(*names: str) -> dict[str, bool]:
    """Variables that settings modules read, and whether each must be given."""
    found: dict[str, bool] = {}
    for name in names:
        source = (ROOT / "config" / "settings" / f"{name}.py").read_text()
        found |= {variable: comma == "" for variable, comma in READ_VARIABLE.findall(source)}
    return found


def words(service: str) -> list[str]:
    command = SERVICES[service]["command"]
    return shlex.split(command) if isinstance(command, str) else command


def health_test(service: str) -> list[str]:
    return SERVICES[service]["healthcheck"]["test"]


def test_the_engines_are_the_ones_that_were_promised():
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["redis"]["image"] == "redis:7"


def test_the_same_locale_as_in_development():
    launcher = (ROOT / "scripts" / "launch" / "postgres.py").read_text()
    for option in shlex.split(SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]):
        assert f'"{option}"' in launcher


def test_redis_keeps_orders_through_a_restart_and_never_evicts_them():
    command = words("redis")
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert "queue:/data" in SERVICES["redis"]["volumes"]


@pytest.mark.parametrize("service", APPLICATION_SERVICES)
def test_every_variable_of_a_service_is_read_by_the_settings(service):
    given = set(SERVICES[service]["environment"])
    assert given <= set(variables_of_settings("base", "production")) | READ_ELSEWHERE


@pytest.mark.parametrize("service", APPLICATION_SERVICES)
def test_every_variable_that_production_requires_is_given(service):
    required = {name for name, needed in variables_of_settings("base", "production").items() if needed}
    assert required
    assert required <= set(SERVICES[service]["environment"])


def test_a_secret_that_is_missing_stops_the_start():
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "FIELD_KEYS", "SITE_HOST", "SUPERUSER_PASSWORD", "OWNER_PASSWORD"):
        assert f"${{{name}:?}}" in text
        assert f"${{{name}}}" not in text


def test_the_example_names_every_variable_without_a_default():
    example = (ROOT / "docker" / "example.env").read_text()
    text = (ROOT / "docker-compose.yml").read_text()
    wanted = set(re.findall(r"\$\{([A-Z_]+):\?\}", text))
    assert wanted
    assert {name for name in wanted if not re.search(rf"^{name}=", example, re.MULTILINE)} == set()


def test_every_variable_is_documented_and_every_documented_one_exists():
    read = set(variables_of_settings("base", "production", "development", "test"))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", DEPLOY, re.MULTILINE))
    assert documented <= read
    assert {name for name in read if f"`{name}`" not in DEPLOY} == set()


def test_only_the_migration_signs_in_as_the_owner():
    for service in APPLICATION_SERVICES:
        environment = SERVICES[service]["environment"]
        assert ("DATABASE_OWNER_URL" in environment) == (service == "migrate")
        assert f"//{settings.APP_DB_ROLE}:" in environment["DATABASE_URL"]
    assert "//shitu_owner:" in SERVICES["migrate"]["environment"]["DATABASE_OWNER_URL"]


def test_the_database_starts_with_both_roles_and_neither_is_a_superuser():
    script = (ROOT / "docker" / "postgres" / "10-roles.sh").read_text()
    assert settings.APP_DB_ROLE == APPLICATION
    for role in ("shitu_owner", settings.APP_DB_ROLE):
        assert re.search(rf"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD", script)
    assert "CREATE DATABASE shitu OWNER shitu_owner" in script
    for variable in re.findall(r'"\$([A-Z_]+)"', script):
        assert variable in SERVICES["postgres"]["environment"] or variable == "POSTGRES_USER"


def test_the_web_server_understands_its_command(monkeypatch):
    # The module of the web server shuts the rows of its process; this one goes on.
    monkeypatch.setitem(rls._process, "scope", rls.WHOLE_CITY)
    program, application, *options = words("web")
    assert program == "gunicorn"
    module, name = application.split(":")
    assert callable(getattr(import_module(module), name))
    parsed = vars(GunicornConfig().parser().parse_args(options))
    assert parsed["bind"] == ["0.0.0.0:8000"]
    assert parsed["worker_class"] == "gthread"


@pytest.mark.parametrize("service", ["worker", "beat"])
def test_celery_understands_its_command(service):
    program, application, name, *options = words(service)
    assert (program, application) == ("celery", "--app=config")
    assert import_module("config").celery_app.main == "shitu"
    celery_command.commands[name].make_context(name, list(options), resilient_parsing=True)


def test_the_migration_calls_commands_that_exist():
    script = words("migrate")[-1]
    called = re.findall(r"manage\.py (\w+)", script)
    assert called == ["migrate", "load_reference"]
    assert set(called) <= set(get_commands())
    assert {name for name, _folder in LOADERS} <= set(get_commands())


@pytest.mark.parametrize("service", [*APPLICATION_SERVICES, "postgres", "redis", "proxy"])
def test_everything_that_runs_on_has_a_health_check_and_starts_again(service):
    if service == "migrate":
        assert SERVICES[service]["restart"] == "no"
        return
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


def test_the_health_check_of_the_web_server_asks_the_page_that_exists():
    script = Path(ROOT / health_test("web")[-1])
    address = re.search(r'ADDRESS = "http://127\.0\.0\.1:8000(.*)"', script.read_text())
    assert address is not None
    assert address[1] == reverse("healthz")
    assert "127.0.0.1" in SERVICES["web"]["environment"]["ALLOWED_HOSTS"].split(",")


def test_the_health_check_of_the_worker_asks_the_worker_that_was_started():
    name = next(word for word in words("worker") if word.startswith("--hostname="))
    assert name.replace("--hostname=", "--destination=") in health_test("worker")


def test_the_health_check_of_the_clock_reads_the_file_that_it_writes():
    file = next(word for word in words("beat") if word.startswith("--pidfile=")).removeprefix("--pidfile=")
    assert file in health_test("beat")[-1]
    assert any(file.startswith(f"{folder}/") for folder in SERVICES["beat"]["tmpfs"])


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_what_serves_waits_for_the_migration(service):
    assert SERVICES[service]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_proxy_alone_opens_ports_and_leads_to_the_web_server():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    configuration = (ROOT / "docker" / "nginx" / "shitu.conf.template").read_text()
    assert "proxy_pass http://web:8000;" in configuration
    assert "proxy_set_header X-Forwarded-Proto https;" in configuration
    health = configuration.split("location = ")[1].split(" ")[0]
    assert health_test("proxy")[-1].endswith(health)


def test_the_proxy_lets_the_largest_upload_through():
    configuration = (ROOT / "docker" / "nginx" / "shitu.conf.template").read_text()
    limit = re.search(r"client_max_body_size (\d+)m;", configuration)
    assert limit is not None
    assert int(limit[1]) * 1024 * 1024 > settings.UPLOAD_MAX_BYTES


def test_the_image_is_built_from_what_is_there_and_does_not_run_as_root():
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        assert [source for source in sources.split() if not (ROOT / source).exists()] == []
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["shitu"]
    assert "--require-hashes -r /tmp/production.lock" in DOCKERFILE


def test_the_image_contains_every_source_that_it_copies():
    kept = {row[1:] for row in (ROOT / ".dockerignore").read_text().splitlines() if row.startswith("!")}
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        assert {source.split("/")[0] for source in sources.split()} <= kept


def test_every_command_that_the_guide_tells_to_run_exists():
    assert set(re.findall(r"manage\.py (\w+)", DEPLOY)) <= set(get_commands())
