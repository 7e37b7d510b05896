"""A file of this machine, read in parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from monitor.errors import BadScene
from monitor.sources.imagery.spans import Span


class LocalFile:
    """`ReadsSpans` over an open file."""

    def __init__(self, name: str, content: BinaryIO) -> None:
        self.name = name
        self._content = content
        self.size = content.seek(0, 2)

    def read(self, spans: Sequence[Span], *, ahead: int = 0) -> list[bytes]:
        """Return the bytes of each span; reading ahead would save nothing here.

        Raises:
            BadScene: `cut_short`: the file became shorter.
        """
        del ahead
        return [self._one(span) for span in spans]

    def _one(self, span: Span) -> bytes:
        try:
            self._content.seek(span.offset)
            taken = self._content.read(span.size)
        except (OSError, ValueError) as exc:
            raise BadScene("cut_short", f"{self.name}: {exc}") from exc
        if len(taken) < span.size:
            raise BadScene("cut_short", f"{self.name} ends before {span.end}")
        return taken


@contextmanager
def opened_local(path: Path) -> Iterator[LocalFile]:
    """Open a file by its absolute path.

    Raises:
        BadScene: `remote_asset`: not a path of this machine. `missing_asset`: not a file.
    """
    if not path.is_absolute() or path.as_posix().startswith("/vsi"):
        raise BadScene("remote_asset", f"{path} is not a local file")
    try:
        if not path.is_file():  # a pipe would be waited for
            raise BadScene("missing_asset", f"{path} is not there")
        content = path.open("rb")
    except (OSError, ValueError) as exc:
        raise BadScene("missing_asset", f"{path}: {exc}") from exc
    with content:
        yield LocalFile(path.name, content)
