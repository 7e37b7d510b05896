"""A file behind an http(s) address, read in parts over range requests.

Only what is asked for is fetched, and kept for as long as the file is open. Servers lie, stall,
change files under our hands and lose patience; each way of going wrong is either worth another
try (`SourceUnavailable`) or is not (`BadScene`, `SourceRefused`), and is told apart here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote, urljoin, urlsplit

from monitor.clock import Clock
from monitor.errors import BadScene, SourceRefused, SourceUnavailable
from monitor.http_client import HttpAnswer, HttpClient, retry_after
from monitor.sources.base import OpensRemote, RemoteFile
from monitor.sources.imagery.spans import Span, pieces
from monitor.sources.imagery.tiff import AHEAD_BYTES

_REFUSALS = frozenset({401, 403, 409})
"""Statuses of a missing or outlived signature; 409 is Azure's for a container that is private."""
_PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that pass by themselves."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 3
_MAX_NAME = 80
_ADDRESS = re.compile(r"https?://[a-z0-9._-]+(:[0-9]{1,5})?/[!-~]{1,4000}", re.IGNORECASE)
"""No name or password, no blanks, no other scheme."""


class FileChanged(SourceUnavailable):
    """The file was replaced while it was being read; reading it again from its start may work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteLimits:
    """How much is taken from a server and how long it is given."""

    tries: int = 3
    """Attempts at one part before it is given up for now."""
    first_pause_s: float = 1.0
    """Pause before the second attempt; doubled for each further one, plus up to half as jitter."""
    longest_pause_s: float = 30.0
    """A server that wants to be left alone for longer is asked again by the next survey."""
    strikes: int = 3
    """Files in a row that fail before their host is left alone."""
    rest: timedelta = timedelta(seconds=60)
    """For how long it is, unless it says itself."""
    whole_bytes: int = 32 * 1024 * 1024
    """Largest file to take whole from a server that does not do ranges."""
    piece_bytes: int = 16 * 1024 * 1024
    """Longest part to ask for at once."""
    file_bytes: int = 160 * 1024 * 1024
    """Most bytes to hold of one file."""


class HttpFiles:
    """Opens the files of catalogs; not to be shared between threads."""

    def __init__(
        self,
        client: HttpClient,
        opens: OpensRemote,
        *,
        clock: Clock,
        pause: Callable[[float], object],
        limits: RemoteLimits | None = None,
    ) -> None:
        """Remember whom to ask and how.

        Args:
            client: Carries the requests.
            opens: Says how an address is asked for.
            clock: Tells when a host was last found wanting.
            pause: Waits that many seconds.
            limits: Other than the usual ones.
        """
        self.client, self.opens, self.clock, self.pause = client, opens, clock, pause
        self.limits = limits or RemoteLimits()
        self._resting: dict[str, datetime] = {}
        self._strikes: dict[str, int] = {}

    def open(self, href: str) -> HttpFile:
        """Return the file behind an unsigned address, its first bytes fetched.

        Raises:
            BadScene: `missing_asset`, `foreign_host`, `no_range`, `bad_answer`, …
            SourceUnavailable: Worth trying later.
            SourceRefused: Credentials; a human must act.
        """
        return HttpFile(href, self)

    def awake(self, host: str) -> None:
        """Raise `SourceUnavailable` while a host that failed is left alone."""
        until = self._resting.get(host)
        now = self.clock.now()
        if until is not None and now < until:
            raise SourceUnavailable(f"{host} is left alone for a while", retry_after=until - now)

    def failed(self, host: str, wanted: timedelta | None) -> None:
        """Leave a host alone that asks for it, or of which several files in a row failed.

        One file that always fails must not keep the host's other files from being read.
        """
        self._strikes[host] = self._strikes.get(host, 0) + 1
        if wanted is not None or self._strikes[host] >= self.limits.strikes:
            self._resting[host] = self.clock.now() + (wanted or self.limits.rest)
            self._strikes[host] = 0

    def works(self, host: str) -> None:
        """Take note that a host gave what was asked for."""
        self._strikes.pop(host, None)


@dataclass(slots=True)
class _Version:
    """What tells one content of an address from another."""

    size: int
    marks: dict[str, str] = field(default_factory=dict)

    def differs(self, size: int, headers: Mapping[str, str]) -> bool:
        return self.size != size or any(headers.get(k, v) != v for k, v in self.marks.items())


class HttpFile:
    """`ReadsSpans` over HTTP; keeps what it fetched."""

    def __init__(self, href: str, files: HttpFiles) -> None:
        if not _ADDRESS.fullmatch(href):
            raise BadScene("bad_href", "an asset's address is not a plain http(s) address")
        parts = urlsplit(href)
        self._host = parts.hostname or ""
        self._href, self._files, self._limits = href, files, files.limits
        base = unquote(parts.path.rsplit("/", 1)[-1])[-_MAX_NAME:]
        self.name = f"{self._host}: {''.join(c if c.isprintable() else '?' for c in base)}"
        self.size = 0
        self.fetched = 0
        """Bytes of content received."""
        self._version: _Version | None = None
        self._kept: list[tuple[Span, bytes]] = []
        files.awake(self._host)
        self._target: RemoteFile = files.opens.remote(href)
        self._fetch(Span(0, AHEAD_BYTES))

    def read(self, spans: Sequence[Span], *, ahead: int = 0) -> list[bytes]:
        """Return the bytes of each span, fetching in few requests what is not yet here.

        Raises:
            FileChanged: The file is no longer the one that was opened.
            BadScene, SourceUnavailable, SourceRefused: As `ReadsSpans` says.
        """
        missing = [s for s in spans if s.size and self._have(s) is None]
        longer = [Span(s.offset, min(max(s.size, ahead), self.size - s.offset)) for s in missing]
        wanted = pieces(longer)
        if sum(s.size for s in wanted) + self.fetched > self._limits.file_bytes:
            raise BadScene("raster_too_large", f"{self.name}: too many bytes lie over the port")
        for span in wanted:
            self._fetch_long(span)
        return [self._have(s) or b"" for s in spans]

    def _have(self, wanted: Span) -> bytes | None:
        for span, content in self._kept:
            if span.holds(wanted):
                start = wanted.offset - span.offset
                return content[start : start + wanted.size]
        return None

    def _fetch_long(self, span: Span) -> None:
        most = self._limits.piece_bytes
        starts = range(span.offset, span.end, most)
        parts = [Span(at, min(most, span.end - at)) for at in starts]
        for part in parts:
            if self._have(part) is None:  # a server without ranges has sent it all by now
                self._fetch(part)
        if self._have(span) is None:
            joined = b"".join(self._have(part) or b"" for part in parts)
            self._kept = [k for k in self._kept if not span.holds(k[0])]
            self._kept.append((span, joined))

    def _fetch(self, span: Span) -> None:
        """Fetch one part, trying again where that can help."""
        faults, renewed, redirects = 0, False, 0
        while True:
            try:
                answer = self._ask(span)
                if answer.status in (200, 206):
                    self._keep(span, answer)
                    self._files.works(self._host)
                    return
                if answer.status in _REFUSALS and not renewed:
                    renewed = True
                    self._target = self._files.opens.remote(self._href, renew=True)
                    continue
                if answer.status in _REDIRECTS and redirects < _MAX_REDIRECTS:
                    redirects += 1
                    self._follow(answer)
                    continue
                raise self._refusal(answer)
            except FileChanged:
                raise
            except SourceUnavailable as exc:
                faults += 1
                self._again(exc, faults)

    def _ask(self, span: Span) -> HttpAnswer:
        return self._files.client.get_part(
            self._target.url,
            offset=span.offset,
            size=span.size,
            whole_bytes=self._limits.whole_bytes,
            headers=dict(self._target.headers),
        )

    def _again(self, fault: SourceUnavailable, faults: int) -> None:
        """Wait before another attempt, or give up for now and leave the host alone."""
        planned = self._limits.first_pause_s * 2 ** (faults - 1)
        digest = hashlib.sha256(f"{self._href} {faults}".encode()).digest()
        planned *= 1 + 0.5 * int.from_bytes(digest[:4]) / 2**32
        if fault.retry_after is not None:
            planned = max(planned, fault.retry_after.total_seconds())
        if faults >= self._limits.tries or planned > self._limits.longest_pause_s:
            self._files.failed(self._host, fault.retry_after)
            raise fault
        self._files.pause(planned)

    def _follow(self, answer: HttpAnswer) -> None:
        """Go where the server points, as long as that is itself: keys are for nobody else."""
        here = self._target.url
        there = urljoin(here, answer.headers.get("location", ""))
        if urlsplit(there)[:2] != urlsplit(here)[:2]:
            raise BadScene("redirected", f"{self.name} has moved to another server")
        self._target = RemoteFile(url=there, headers=self._target.headers)

    def _refusal(self, answer: HttpAnswer) -> Exception:
        status = answer.status
        if status in (404, 410):
            return BadScene("missing_asset", f"{self.name} is not there ({status})")
        if status == 416:
            if self._version is not None:
                return FileChanged(f"{self.name} became shorter while it was read")
            return BadScene("cut_short", f"{self.name} is empty")
        if status in _REFUSALS:
            return SourceRefused(f"{self.name} is not given to us ({status}); look at the keys")
        if status >= 500 or status in _PASSING:
            wait = retry_after(answer.headers, now=self._files.clock.now())
            return SourceUnavailable(f"{self.name}: the server says {status}", retry_after=wait)
        if status in _REDIRECTS:
            return BadScene("redirected", f"{self.name} is sent round in circles")
        return BadScene("bad_answer", f"{self.name}: the server says {status}")

    def _keep(self, span: Span, answer: HttpAnswer) -> None:
        offset, size = self._place(span, answer)
        if self._version is None:
            marks = ("etag", "last-modified")
            found = {k: answer.headers[k] for k in marks if k in answer.headers}
            self._version = _Version(size, found)
            self.size = size
        elif self._version.differs(size, answer.headers):
            raise FileChanged(f"{self.name} was replaced while it was read")
        self.fetched += len(answer.content)
        self._kept.append((Span(offset, len(answer.content)), answer.content))

    def _place(self, span: Span, answer: HttpAnswer) -> tuple[int, int]:
        """Return where content belongs in the file and how long that is, or refuse the answer."""
        if answer.status == 200:
            if not answer.complete:
                raise BadScene(
                    "no_range",
                    f"{self._host} does not do ranges, and {self.name} is longer than "
                    f"{self._limits.whole_bytes} bytes",
                )
            return 0, len(answer.content)
        told = re.fullmatch(
            r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})",
            answer.headers.get("content-range", "").strip(),
        )
        packed = answer.headers.get("content-encoding", "identity").lower() != "identity"
        if told is None or packed or not answer.complete:
            raise BadScene("bad_answer", f"{self.name}: a part that does not say which it is")
        first, last, size = (int(n) for n in told.groups())
        # Fewer bytes than asked for are right only where the file ends.
        if first != span.offset or last != min(span.end, size) - 1:
            raise BadScene("bad_answer", f"{self.name}: the server sent another part")
        if len(answer.content) != last - first + 1:
            raise SourceUnavailable(f"{self.name}: a part came cut short")
        return first, size
