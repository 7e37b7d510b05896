"""axe-core, the accessibility checker, fetched once from npm into `.servers_cache/`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.servers.slack_emulator import Unavailable

__all__ = ["Unavailable", "axe_source"]

VERSION = "4.14.1"
CACHE = Path(__file__).resolve().parents[2] / ".servers_cache" / f"axe-core-{VERSION}"


def axe_source() -> str:
    """Return the checker's script.

    Raises:
        Unavailable: There is no npm, or it could not fetch the package.
    """
    script = CACHE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise Unavailable("needs npm to install axe-core")
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(CACHE), "--ignore-scripts", "--no-audit"]
        done = subprocess.run(
            [*command, f"axe-core@{VERSION}"], capture_output=True, timeout=120, check=False
        )
        if done.returncode or not script.exists():
            raise Unavailable("npm could not install axe-core")
    return script.read_text(encoding="utf-8")
