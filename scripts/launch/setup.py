"""`make setup`: everything that can be had before an engine runs."""

from scripts.launch import assets, packages
from scripts.launch.errors import Stop
from scripts.launch.lock import in_turn
from scripts.launch.places import ROOT, RUN


def set_up() -> None:
    """Packages and front-end files; steps whose inputs have not changed are left out."""
    try:
        RUN.mkdir(exist_ok=True)
    except OSError as error:
        raise Stop(f"{ROOT} cannot be written to ({error.strerror}); use a checkout of your own.") from None
    with in_turn(RUN / "setup.lock", "Waiting for another set-up of this checkout …"):
        packages.install()
        assets.install()
