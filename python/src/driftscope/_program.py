"""Calling the program."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

NAME = "driftscope.exe" if os.name == "nt" else "driftscope"
#: Exit code of what was refused, and of a solve that stopped early.
REFUSED, STOPPED = 2, 3


class Refused(ValueError):
    """The program refused what it was asked; the message says what, where and what is allowed."""


def program() -> Path:
    """The program that came with this package, or else the one on the ``PATH``.

    Raises:
        FileNotFoundError: if there is none.
    """
    for scheme in (None, f"{os.name}_user"):
        scripts = sysconfig.get_path("scripts", scheme) if scheme else sysconfig.get_path("scripts")
        if scripts and (Path(scripts) / NAME).is_file():
            return Path(scripts) / NAME
    found = shutil.which(NAME)
    if found is None:
        raise FileNotFoundError(f"{NAME} is neither beside Python nor on the PATH: install this package again")
    return Path(found)


def call(arguments) -> subprocess.CompletedProcess:
    """Calls the program and waits.

    Raises:
        Refused: if it refused what it was asked.
    """
    command = [str(program()), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, STOPPED):
        words = done.stderr.decode("utf-8", "replace").strip()
        raise Refused(words or f"{NAME} ended with exit code {done.returncode}")
    return done
