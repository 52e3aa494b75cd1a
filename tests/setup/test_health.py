"""What the launcher, the containers and the proxy ask."""

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from redis.exceptions import ConnectionError as RedisAway

pytestmark = pytest.mark.django_db


def test_a_healthy_process_says_so(client):
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "parts": {"database": True, "redis": True}}
    assert "no-cache" in answer["Cache-Control"]


def test_without_redis_it_is_unavailable_and_does_not_fail(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise RedisAway

    monkeypatch.setattr(cache, "set", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": True, "redis": False}


def test_without_the_database_it_is_unavailable_and_does_not_fail(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": False, "redis": True}


def test_it_answers_nobody_who_writes(client):
    assert client.post("/healthz").status_code == 405
