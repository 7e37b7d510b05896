"""Feeds that answer an HTTP request with JSON rows of latest positions, described by data.

AISHub, Digitraffic, BarentsWatch and the commercial services differ in addresses, names, units and
envelopes, and in nothing this file has to know: `presets` holds the words, `vendors/` the facts.
Addresses, headers and bodies may hold keys, so only the feed's own name is ever told.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from monitor.domain.tally import Tally
from monitor.domain.vessel import mmsi_is_ship
from monitor.domain.window import TimeWindow, from_ms, span_ms, to_ms
from monitor.errors import SourceRefused, SourceUnavailable
from monitor.sources.ais.batch import LONG_RANGE_PRECISION_M, BatchBuilder, Fix
from monitor.sources.ais.clean import (
    MAX_AHEAD_MS,
    instant_ms,
    number,
    plausible_ms,
    refined_ms,
    static_report,
    whole,
)
from monitor.sources.ais.presets import (
    CURSOR,
    UNITS,
    Endpoint,
    Feed,
    FieldAt,
    Value,
    fill_body,
    fill_text,
    fill_url,
)
from monitor.sources.base import AisBatch
from monitor.sources.web import (
    AsksWeb,
    HasAnswer,
    Json,
    Tokens,
    at,
    json_lines,
    json_of,
    raise_for_status,
    steps,
    told,
)

MAX_WAIT = timedelta(hours=1)
"""Longest we stay away at a server's wish; also what a clock set back can cost."""
_MOST = 1e9
"""Larger numbers measure nothing here and would overflow on their way into a column."""
_DIMENSIONS = ("to_bow_m", "to_stern_m", "to_port_m", "to_starboard_m")


class KeepsPace(Protocol):
    """Remembers, restarts included, when something may be asked again."""

    def not_before(self, what: str) -> datetime | None:
        """Return the instant before which `what` is not to be asked; None if there is none."""

    def put_off(self, what: str, until: datetime) -> None:
        """Set that instant."""


class ForgetfulPace:
    """Keeps pace while the process lives."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def not_before(self, what: str) -> datetime | None:
        """Return the instant before which `what` is not to be asked; None if there is none."""
        return self._until.get(what)

    def put_off(self, what: str, until: datetime) -> None:
        """Set that instant."""
        self._until[what] = until


class HttpJsonPositions:
    """Asks a feed for the latest position of every ship.

    Such a feed knows only the present: each fetch asks once, whatever its window. A row counts as
    received when the service says it had it, else at the window's last millisecond. Asking sooner
    than the feed's interval yields nothing.
    """

    def __init__(
        self, name: str, feed: Feed, *, ask: AsksWeb, pace: KeepsPace | None = None
    ) -> None:
        """Describe a feed.

        Args:
            name: Source name, for rows, counts and messages.
            feed: What to ask and how to read the answer.
            ask: Asks an address.
            pace: Remembers when it was asked; the process alone if left out.
        """
        self.name = name
        self.attribution = feed.attribution
        self.interval = timedelta(seconds=feed.endpoints[0].interval_s)
        self._feed = feed
        self._ask_web = ask
        self._pace = pace or ForgetfulPace()
        self._tokens: Tokens | None = None
        if feed.auth is not None:
            self._tokens = Tokens(
                name,
                ask=ask,
                url=fill_url(feed.auth.url, feed.values),
                form={
                    "client_id": fill_text(feed.auth.client_id, feed.values),
                    "client_secret": fill_text(feed.auth.client_secret, feed.values),
                    "scope": fill_text(feed.auth.scope, feed.values),
                },
                secrets=feed.secrets,
            )

    def fetch(self, window: TimeWindow, tally: Tally) -> Iterator[AisBatch]:
        """Ask, and yield what came, if it is time to ask.

        Every page is read before the first batch is yielded, so that a failure yields nothing.

        Raises:
            SourceUnavailable: No answer, an empty one, or one that is not what was described.
            SourceRefused: The feed wants other credentials, another address, or money.
            ConfigError: A secret holds a character that cannot be sent.
        """
        answers = [
            (endpoint, self._answer(index, endpoint, window.end, tally))
            for index, endpoint in enumerate(self._feed.endpoints)
        ]
        builder = BatchBuilder(source=self.name, tally=tally)
        for endpoint, rows in answers:
            reader = _RowReader(endpoint, builder, now_ms=to_ms(window.end))
            for row in rows:
                reader.take(row)
                if builder.is_full():
                    yield builder.take()
        yield builder.take()

    def _answer(self, index: int, endpoint: Endpoint, now: datetime, tally: Tally) -> list[Json]:
        what = f"{self.name}/{index}" if index else self.name
        if not self._may_ask(what, endpoint, now):
            return []
        interval = timedelta(seconds=endpoint.interval_s)
        if interval:
            # Before asking: a crash after it must not lead to asking too soon.
            self._pace.put_off(what, now + interval)
        try:
            return self._pages(endpoint, now, tally)
        except (SourceUnavailable, SourceRefused) as exc:
            if isinstance(exc, SourceUnavailable) and exc.retry_after:
                wait = max(interval, min(exc.retry_after, MAX_WAIT))
                self._pace.put_off(what, now + wait)
            if not endpoint.is_static_only:
                raise
            # Who the ships are can wait; where they are cannot.
            tally.read += 1
            tally.reject("static_data_unavailable", exc)
            return []

    def _may_ask(self, what: str, endpoint: Endpoint, now: datetime) -> bool:
        until = self._pace.not_before(what)
        interval = timedelta(seconds=endpoint.interval_s)
        if until is None or until <= now or until - now > max(interval, MAX_WAIT):
            return True
        if until - now > interval and not endpoint.is_static_only:
            raise SourceUnavailable(
                f"{self.name} asked us to wait until {until:%H:%M:%SZ}", retry_after=until - now
            )
        return False

    def _pages(self, endpoint: Endpoint, now: datetime, tally: Tally) -> list[Json]:
        rows: list[Json] = []
        cursor: Value = None
        paging = endpoint.paging
        for _ in range(paging.max_pages if paging else 1):
            answer = self._ask(endpoint, cursor, now)
            if endpoint.envelope == "ndjson":
                return self._lines(answer, tally)
            document = json_of(self.name, answer.content)
            self._raise_for_error(endpoint, document)
            rows += self._rows(endpoint, document)
            following = at(document, steps(paging.next)) if paging else None
            more = not paging or not paging.more or at(document, steps(paging.more)) is True
            if not isinstance(following, str | int) or following in ("", cursor) or not more:
                return rows
            cursor = following
        tally.read += 1
        tally.reject("pages_left_unread", f"{self.name}: more than we ask for at once")
        return rows

    def _ask(self, endpoint: Endpoint, cursor: Value, now: datetime) -> HasAnswer:
        answer = self._send(endpoint, cursor, now)
        if answer.status == 401 and self._tokens is not None:
            # A token may be withdrawn before its time; a second one refused is a refusal.
            self._tokens.forget()
            answer = self._send(endpoint, cursor, now)
        raise_for_status(self.name, answer, now=now, secrets=self._feed.secrets)
        return answer

    def _send(self, endpoint: Endpoint, cursor: Value, now: datetime) -> HasAnswer:
        values = {**self._feed.values, CURSOR: cursor}
        headers = {k: fill_text(v, values) for k, v in endpoint.headers.items()}
        if self._tokens is not None:
            headers["authorization"] = f"Bearer {self._tokens.token(now)}"
        content = None
        if endpoint.body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(fill_body(endpoint.body, values)).encode()
        url = fill_url(endpoint.url, values)
        return self._ask_web(url, method=endpoint.method, headers=headers, content=content)

    def _lines(self, answer: HasAnswer, tally: Tally) -> list[Json]:
        rows, bad = json_lines(self.name, answer.content)
        if bad:
            tally.read += len(bad)
            example = told(bad[0].decode("utf-8", "replace"), self._feed.secrets)
            tally.reject("not_json", example, len(bad))
        return rows

    def _raise_for_error(self, endpoint: Endpoint, document: Json) -> None:
        wrong = bool(endpoint.error) and bool(at(document, steps(endpoint.error)))
        if endpoint.ok:
            wrong = wrong or at(document, steps(endpoint.ok)) is False
        if not wrong:
            return
        said = told(
            at(document, steps(endpoint.error_message or endpoint.error)), self._feed.secrets
        )
        message = f"{self.name} refused: {said or 'it gave no reason'}"
        if any(word in said.lower() for word in endpoint.error_later):
            raise SourceUnavailable(message)
        raise SourceRefused(message)

    def _rows(self, endpoint: Endpoint, document: Json) -> list[Json]:
        rows = at(document, steps(endpoint.items))
        if not isinstance(rows, list):
            where = f"at {endpoint.items!r}" if endpoint.items else "at the top"
            raise SourceUnavailable(f"{self.name} sent JSON without a list {where}")
        return rows


class _RowReader:
    """Reads the rows of one endpoint into a builder; each row is counted once."""

    def __init__(self, endpoint: Endpoint, builder: BatchBuilder, *, now_ms: int) -> None:
        self._builder, self._tally, self._now_ms = builder, builder.tally, now_ms
        self._time_format = endpoint.time_format
        self._static_only = endpoint.is_static_only
        self._oldest_ms = now_ms - span_ms(timedelta(seconds=endpoint.max_age_s))
        self._latest_ms = now_ms + MAX_AHEAD_MS
        self._at = {
            name: (steps(found.path), _convert(found)) for name, found in endpoint.fields.items()
        }

    def take(self, row: Json) -> None:
        self._tally.read += 1
        mmsi, time_ms = whole(self._value(row, "mmsi")), self._instant(row, "time")
        if mmsi is None:
            self._tally.reject("no_mmsi", self._value(row, "mmsi"))
        elif not mmsi_is_ship(mmsi):
            self._tally.ignored["not_a_ship"] += 1
        elif time_ms is None:
            self._tally.reject("undated", f"mmsi {mmsi}")
        elif time_ms < self._oldest_ms:
            self._tally.ignored["stale"] += 1
        elif time_ms > self._latest_ms:
            self._tally.reject("time_in_future", f"mmsi {mmsi} {from_ms(time_ms)}")
        else:
            self._keep(row, mmsi, refined_ms(time_ms, whole(self._value(row, "second"))))

    def _keep(self, row: Json, mmsi: int, time_ms: int) -> None:
        static = static_report(
            mmsi=mmsi,
            time_ms=time_ms,
            dimensions=tuple(self._value(row, side) for side in _DIMENSIONS),
            **{
                name: self._value(row, name)
                for name in ("imo", "name", "call_sign", "ship_type", "draught_m", "destination")
            },
        )
        if static is not None:
            self._builder.add_static(static)
        fix = None if self._static_only else self._fix(row, mmsi)
        nowhere = fix is None or (math.isnan(fix.lon) and math.isnan(fix.lat))
        if fix is not None and not (nowhere and static is not None):
            received_ms = min(self._instant(row, "received") or self._now_ms, self._now_ms - 1)
            counted = static is None
            self._builder.add_fix(fix, time_ms=time_ms, received_ms=received_ms, counted=counted)
        elif static is None:
            self._tally.ignored["empty_static"] += 1

    def _fix(self, row: Json, mmsi: int) -> Fix:
        status = whole(self._value(row, "nav_status"))
        long_range = whole(self._value(row, "message_type")) == 27
        return Fix(
            mmsi=mmsi,
            lon=self._float(row, "lon"),
            lat=self._float(row, "lat"),
            sog_kn=self._float(row, "sog_kn"),
            cog_deg=self._float(row, "cog_deg"),
            heading_deg=self._float(row, "heading_deg"),
            nav_status=status if status is not None and 0 <= status <= 14 else -1,
            precision_m=LONG_RANGE_PRECISION_M if long_range else 1.0,
        )

    def _value(self, row: Json, name: str) -> Json:
        found = self._at.get(name)
        if found is None:
            return None
        path, convert = found
        value = at(row, path)
        if convert is None:
            return value
        measured = number(value)
        return None if measured is None else measured * convert[0] / convert[1] + convert[2]

    def _float(self, row: Json, name: str) -> float:
        value = number(self._value(row, name))
        return math.nan if value is None or abs(value) > _MOST else value

    def _instant(self, row: Json, name: str) -> int | None:
        value = self._value(row, name)
        if self._time_format == "iso":
            return instant_ms(value)
        seconds = number(value)
        if seconds is None or abs(seconds) > 1e15:
            return None
        return plausible_ms(round(seconds * 1000 if self._time_format == "unix" else seconds))


def _convert(found: FieldAt) -> tuple[float, float, float] | None:
    """Return factor, divisor and offset of a measured value; None where it is taken as it is."""
    if found.unit is None and found.scale == 1 and found.offset == 0:
        return None
    multiply, divide = UNITS[found.unit] if found.unit else (1, 1)
    return multiply * found.scale, divide, found.offset
