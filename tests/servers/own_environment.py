"""Servers of other people in an environment of their own, made once from a hashed lock."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".servers_cache"


class Unavailable(Exception):
    """A server cannot be had on this machine; the message says what is missing."""


def installed(name: str) -> Path:
    """Return the environment of `requirements/NAME.txt`, made unless it is there already.

    Raises:
        Unavailable: The packages cannot be had.
    """
    requirements = ROOT / "requirements" / f"{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    home = CACHE / f"{name}-{digest}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test workers must not install at once
        if (home / ".installed").exists():
            return home
        shutil.rmtree(home, ignore_errors=True)
        python = str(home / "bin" / "python")
        uv = shutil.which("uv")
        base = getattr(sys, "_base_executable", sys.executable)
        hashed = ["--require-hashes", "-r", str(requirements)]
        commands = (
            [
                [uv, "venv", "-q", "--python", base, str(home)],
                [uv, "pip", "install", "-q", "--no-deps", "--python", python, *hashed],
            ]
            if uv
            else [
                [base, "-m", "venv", str(home)],
                [python, "-m", "pip", "install", "-q", "--no-deps", *hashed],
            ]
        )
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise Unavailable(f"{name} could not be installed: {done.stderr[-300:]}")
        (home / ".installed").touch()
    return home
