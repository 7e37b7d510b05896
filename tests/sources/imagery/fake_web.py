"""A web of made answers: catalogs that page, sign and fail as their documents say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from monitor.domain.window import TimeWindow
from monitor.http_client import HttpAnswer

Json = Any
NOW = datetime(2025, 8, 1, 12, tzinfo=UTC)
WINDOW = TimeWindow(start=datetime(2025, 7, 25, tzinfo=UTC), end=NOW)


@dataclass
class Request:
    """What was asked."""

    method: str
    url: str
    headers: dict[str, str]
    body: Json


Answers = Callable[[Request], HttpAnswer]


@dataclass
class FakeWeb:
    """Answers by the longest beginning of the address that is known; 404 for the rest."""

    routes: dict[str, Answers] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def __call__(
        self, url: str, *, method: str, headers: Mapping[str, str], content: bytes | None
    ) -> HttpAnswer:
        """Answer as `HttpClient.ask` does."""
        text = (content or b"").decode()
        form = "form" in headers.get("content-type", "")
        body = text if form or not text else json.loads(text)
        request = Request(method, url, dict(headers), body)
        self.asked.append(request)
        for start in sorted(self.routes, key=len, reverse=True):
            if url.startswith(start):
                return self.routes[start](request)
        return answer({"code": "NotFound", "description": "Not Found"}, status=404)

    def to(self, start: str) -> list[Request]:
        """Return what was asked of addresses beginning so."""
        return [r for r in self.asked if r.url.startswith(start)]


def answer(body: Json = None, *, status: int = 200, **headers: str) -> HttpAnswer:
    """Return an answer in JSON, or of bytes as they are."""
    content = (
        body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    )
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return HttpAnswer(status=status, headers=named, content=content)


def always(body: Json = None, *, status: int = 200, **headers: str) -> Answers:
    """Return a route that gives one answer."""
    return lambda _: answer(body, status=status, **headers)


def in_turn(*answers: HttpAnswer) -> Answers:
    """Return a route that gives each answer once, and the last for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
