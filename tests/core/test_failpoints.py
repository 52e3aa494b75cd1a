"""Points at which tests break a process off: nothing in service, and nothing but tests can arm them."""

import os
import subprocess
import sys

import pytest

from apps.core import failpoints

PASS = "from apps.core import failpoints; failpoints.point('here'); failpoints.point('here'); print('alive')"


def passing(folder: str, settings: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, failpoints.FOLDER: folder, "DJANGO_SETTINGS_MODULE": settings}
    return subprocess.run([sys.executable, "-c", PASS], env=env, capture_output=True, text=True, check=False)


def test_nobody_notices_a_point_that_nobody_waits_for():
    failpoints.point("anything")


def test_a_block_hears_of_every_point_and_no_longer():
    heard: list[str] = []
    with failpoints.armed(heard.append):
        failpoints.point("one")
    failpoints.point("two")
    assert heard == ["one"]


def test_what_the_point_raises_reaches_the_service():
    def end(name: str) -> None:
        raise KeyboardInterrupt(name)

    with pytest.raises(KeyboardInterrupt, match="here"), failpoints.armed(end):
        failpoints.point("here")


def test_a_file_ends_the_one_process_that_comes_to_its_point_first(tmp_path):
    (tmp_path / "here").touch()
    assert passing(str(tmp_path), "config.settings.test").returncode == -9
    assert list(tmp_path.iterdir()) == []
    assert passing(str(tmp_path), "config.settings.test").stdout == "alive\n"


def test_outside_of_tests_no_environment_variable_ends_anything(tmp_path):
    (tmp_path / "here").touch()
    assert passing(str(tmp_path), "config.settings.production").stdout == "alive\n"
    assert (tmp_path / "here").exists()
