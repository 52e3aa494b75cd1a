"""The launcher refuses what cannot work in one line, before it starts anything."""

import os
import socket
import subprocess
import sys

import pytest

from scripts.launch import django, options, places, stamps
from scripts.launch.errors import Stop
from scripts.launch.lock import only_one
from scripts.launch.options import Options, require_free_port
from scripts.launch.places import ROOT


def launch(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.launch", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def taken_port():
    with socket.socket(socket.AF_INET) as other:
        other.bind((options.HOST, 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_is_one_line_that_names_the_way_out(taken_port, tmp_path):
    with pytest.raises(Stop, match=f"Port {taken_port} is taken; choose another: PORT="):
        require_free_port(taken_port)


def test_a_free_port_is_accepted(taken_port):
    with socket.socket(socket.AF_INET) as other:
        other.bind((options.HOST, 0))
        free = other.getsockname()[1]
    require_free_port(free)


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "80 80", "８０００"])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(Stop, match="must be a number from 1 to 65535"):
        Options.read({"PORT": text})


def test_an_unknown_database_address_is_refused():
    with pytest.raises(Stop, match="DATABASE_URL must begin with postgresql://"):
        Options.read({"DATABASE_URL": "sqlite:///db"})


def test_what_the_environment_says_is_honoured():
    read = Options.read(
        {
            "PORT": "8123",
            "DATABASE_URL": "postgresql://owner@db/shitu",
            "REDIS_URL": "redis://cache:6379/1",
            "DEMO": "0",
            "ARGS": "-k 'roster or plan' -x",
        }
    )
    assert read == Options(
        port=8123,
        database_url="postgresql://owner@db/shitu",
        redis_url="redis://cache:6379/1",
        demo=False,
        arguments=("-k", "roster or plan", "-x"),
    )


def test_without_wishes_the_demo_city_comes_on_port_8000():
    assert Options.read({}) == Options(port=8000, demo=True)


def test_a_wrong_wish_is_one_line_and_no_traceback():
    done = launch("run", PORT="abc")
    assert done.returncode == 1
    assert done.stderr == "PORT is 'abc'; it must be a number from 1 to 65535.\n"
    assert done.stdout == ""


def test_an_unknown_word_is_told_the_known_ones():
    done = launch("dance")
    assert done.returncode == 2
    assert "run|test|setup|check|bench" in done.stderr


def test_two_checkouts_have_different_sockets(tmp_path):
    assert places.socket_folder("run", tmp_path / "one") != places.socket_folder("run", tmp_path / "two")
    assert places.socket_folder("run") != places.socket_folder("test")


def test_sockets_stay_short_below_a_deep_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: f"/var/{'deep' * 30}")
    folder = places.socket_folder("test-abcdefgh", tmp_path)
    assert len(os.fsencode(f"{folder}{places.LONGEST_SOCKET_NAME}")) <= places.SOCKET_PATH_MAX


def test_a_folder_that_somebody_else_prepared_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(places.os, "getuid", lambda: os.stat(tmp_path).st_uid + 1)
    with pytest.raises(Stop, match="belongs to somebody else"):
        places.private_folder(tmp_path)


def test_a_link_in_place_of_a_private_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Stop):
        places.private_folder(tmp_path / "link")


def test_a_second_launcher_is_told_where_the_first_one_answers(tmp_path):
    lock = tmp_path / "run.lock"
    with only_one(lock, "Shitu already runs: {note}."):
        lock.write_text("http://127.0.0.1:8000/")
        with (
            pytest.raises(Stop, match="already runs: http"),
            only_one(lock, "Shitu already runs: {note}."),
        ):
            pass


def test_a_step_is_repeated_only_when_its_files_change(tmp_path):
    file = tmp_path / "lock"
    file.write_text("one")
    stamp = stamps.Stamp("packages", stamps.fingerprint([file]), tmp_path)
    assert not stamp.is_fresh()
    stamp.set()
    assert stamp.is_fresh()
    file.write_text("two")
    assert not stamps.Stamp("packages", stamps.fingerprint([file]), tmp_path).is_fresh()


def test_what_a_process_compiled_is_kept_for_the_next_one(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in django.environment({}, "test")


def test_the_launcher_imports_nothing_but_the_standard_library():
    script = (
        "import sys; from scripts.launch import commands;"
        "names = {name.partition('.')[0] for name in sys.modules};"
        "print(names - sys.stdlib_module_names - {'scripts', '__main__'})"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"
