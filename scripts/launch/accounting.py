"""hledger for the tests of the books' export: the Debian package, where this machine lets us install it."""

import os
import shutil

from scripts.launch import say
from scripts.launch.browser import LOG, try_to_run


def install() -> bool:
    """Whether hledger is there, after installing it where it was not and we may."""
    if shutil.which("hledger"):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        with say.step("hledger for the tests of the books' export"):
            install_it = ["apt-get", "install", "-y", "--no-install-recommends", "hledger"]
            if not try_to_run(install_it, DEBIAN_FRONTEND="noninteractive"):
                try_to_run(["apt-get", "update"])
                try_to_run(install_it, DEBIAN_FRONTEND="noninteractive")
    if shutil.which("hledger"):
        return True
    say.loudly(
        "There is no hledger and it could not be installed: ITS CHECK OF THE BOOKS WILL NOT RUN.",
        "Install the package `hledger`; bean-check reads the same books meanwhile.",
        f"What was tried is in {LOG}",
    )
    return False
