"""Small files that people write by hand (areas, watch lists), read whole and with suspicion.

They may be anything: a folder, a device, an archive, text meant to break a terminal.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Unicode categories that do not show: control, format (direction), surrogate, separators."""


class Refused(Exception):
    """Why a file or part of it cannot be taken; its text follows the name of what it is about."""


def read_text(path: Path, *, max_bytes: int) -> str:
    """Return the whole of a UTF-8 text file, byte order mark dropped.

    Raises:
        Refused: It is absent, no regular file, larger than `max_bytes`, empty or not UTF-8.
    """
    try:
        if path.exists() and not path.is_file():
            raise Refused("is not a file")
        with path.open("rb") as stream:
            raw = stream.read(max_bytes + 1)
    except OSError as exc:
        raise Refused(f"cannot be read ({exc.strerror or exc})") from exc
    except ValueError as exc:  # a NUL in the name
        raise Refused("cannot be read (no such name)") from exc
    if len(raw) > max_bytes:
        raise Refused(f"is larger than {max_bytes // 2**20} MB, the most that is read")
    if not raw.strip():
        raise Refused("is empty")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Refused("is not text in UTF-8") from exc


def plain(text: object) -> str:
    """Return text without characters that do not show: each becomes a space, ends are trimmed."""
    return "".join(" " if unicodedata.category(c) in _HIDDEN else c for c in str(text)).strip()


def shown(value: object) -> str:
    """Return hostile text made fit for one line of a message: ASCII, quoted, short."""
    # The repr of a deeply nested list would exhaust the stack; its type says enough.
    text = ascii(value) if isinstance(value, str | int | float) else type(value).__name__
    return text if len(text) <= 60 else text[:57] + "..."
