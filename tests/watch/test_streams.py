"""Listening: the inbox, the waits between connections, silence, refusal, and what is stored."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import Clock, VirtualClock
from monitor.domain.tally import Tally
from monitor.domain.vessel import StaticReport
from monitor.domain.window import to_ms
from monitor.errors import SourceRefused, SourceUnavailable
from monitor.sources.base import AisBatch, Heard
from monitor.store.engine import Store, open_store
from monitor.store.observations import load_losses, load_positions
from monitor.store.progress import read_cursor
from monitor.store.reception import load_beats
from monitor.watch.streams import Inbox, Listener, StreamCriteria, retry_wait
from tests.builders import INSIDE, T0, a_track, hours

QUICK = StreamCriteria(retry_first=timedelta(milliseconds=2), retry_max=timedelta(milliseconds=4))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    store = open_store(tmp_path / "s.db")
    yield store
    store.close()


def a_heard(rows: int = 1, *, at: timedelta = timedelta(0), frames: int | None = None) -> Heard:
    """Return some positions heard at an instant; none are an empty second."""
    start = at / hours(1)
    positions = a_track(*((start + i / 3600, INSIDE, 1.0) for i in range(rows)))
    tally = Tally(read=rows, accepted=rows)
    return Heard(
        batch=AisBatch(positions=positions),
        tally=tally,
        frames=rows if frames is None else frames,
        last_frame_ms=to_ms(T0 + at) if rows or frames else None,
    )


Step = Heard | Exception | timedelta | Callable[[], None]


class FakeStream:
    """Says what its script holds, one list a connection; a span of time moves the clock."""

    def __init__(self, *connections: list[Step], mended: bool = True) -> None:
        self.name = "feed"
        self.mended = mended
        self.script = list(connections)
        self.connections = 0
        self.closed = 0
        self.done = threading.Event()

    def stream(self, clock: Clock, stop: threading.Event) -> Generator[Heard, None, None]:
        """Run one connection of the script; the one after the last says nothing until stopped,
        and stands only if `mended`."""
        self.connections += 1
        steps = self.script.pop(0) if self.script else None
        try:
            for step in steps or ():
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, timedelta):
                    assert isinstance(clock, VirtualClock)
                    clock.set(T0 + step)
                    yield a_heard(0)
                elif isinstance(step, Heard):
                    yield step
                else:
                    step()
            if steps is None:
                if self.mended:
                    yield a_heard(0)
                self.done.set()
                stop.wait(10)
        finally:
            self.closed += 1


def listened(source: FakeStream, criteria: StreamCriteria = QUICK) -> tuple[Listener, VirtualClock]:
    """Listen until the script is over; return the listener and where its clock stands."""
    clock = VirtualClock(T0)
    listener = Listener(source, criteria=criteria)
    listener.start(clock)
    assert source.done.wait(10)
    return listener, clock


def storing_fails(inbox: Inbox, *, meanwhile: Heard) -> None:
    """Take what waits, hear something more, and fail."""
    with inbox.emptied():
        inbox.put(meanwhile)
        raise OSError("disk full")


def test_what_could_not_be_stored_waits_in_its_place() -> None:
    """A failed commit loses nothing, and later rows stay behind earlier ones."""
    inbox = Inbox(100)
    inbox.put(a_heard(1))
    inbox.put(a_heard(2, at=MINUTE))
    with pytest.raises(OSError, match="full"):
        storing_fails(inbox, meanwhile=a_heard(3, at=2 * MINUTE))
    with inbox.emptied() as heard:
        times = heard.batch.positions.time_ms.tolist()
        assert (times, len(times)) == (sorted(times), 6)
        assert (heard.tally.accepted, heard.frames) == (6, 6)
    with inbox.emptied() as heard:
        assert (len(heard.batch.positions), heard.tally.read, heard.frames) == (0, 0, 0)


@pytest.mark.parametrize(("rows", "lost"), [(7, 0), (8, 3)])
def test_a_full_inbox_lets_the_oldest_go_and_counts_its_rows(rows: int, lost: int) -> None:
    """At the bound all wait; one row more and the oldest batch gives way."""
    inbox = Inbox(10)
    inbox.put(a_heard(3))
    inbox.put(a_heard(rows, at=MINUTE))
    with inbox.emptied() as heard:
        assert len(heard.batch.positions) == rows + 3 - lost
        assert bool(heard.batch.positions.time_ms.min() > to_ms(T0)) is bool(lost)
    assert heard.tally.rejected["inbox_full"] == lost
    assert heard.tally.read == heard.tally.accepted + heard.tally.rejected.total()


def test_rows_put_back_beyond_the_bound_are_counted_too() -> None:
    """While a commit fails the inbox fills up; the bound holds and every lost row is counted."""
    inbox = Inbox(4)
    inbox.put(a_heard(3))
    with pytest.raises(OSError, match="full"):
        storing_fails(inbox, meanwhile=a_heard(2, at=MINUTE))
    with inbox.emptied() as heard:
        assert len(heard.batch.positions) == 2
    assert heard.tally.rejected == {"inbox_full": 3}
    assert heard.tally.accepted == 2


def test_waits_grow_jittered_and_the_same_for_the_same_source() -> None:
    """From one to two seconds, doubled until two minutes; sources do not march in step."""
    criteria = StreamCriteria()
    waits = [retry_wait("a", n, told=None, criteria=criteria) for n in range(12)]
    for n, wait in enumerate(waits):
        longest = min(timedelta(seconds=2 * 2**n), timedelta(minutes=2))
        assert longest / 2 <= wait <= longest
    assert min(waits) >= timedelta(seconds=1)
    assert waits == [retry_wait("a", n, told=None, criteria=criteria) for n in range(12)]
    assert waits != [retry_wait("b", n, told=None, criteria=criteria) for n in range(12)]
    assert retry_wait("a", 10**6, told=None, criteria=criteria) <= timedelta(minutes=2)


def test_who_is_told_to_stay_away_does_up_to_half_an_hour() -> None:
    """A told wait is kept at least, and grows up to thirty minutes."""
    criteria = StreamCriteria()
    waits = [retry_wait("a", n, told=MINUTE, criteria=criteria) for n in range(12)]
    assert min(waits) >= MINUTE
    assert 15 * MINUTE <= waits[-1] <= 30 * MINUTE
    assert retry_wait("a", 0, told=hours(9), criteria=criteria) == 30 * MINUTE


def test_what_is_heard_is_stored_with_the_cursor_and_the_losses(store: Store) -> None:
    """One drain stores rows, static reports, counts and the time of the last frame."""
    spoilt = a_heard(2, at=MINUTE)
    spoilt.tally.reject("bad_checksum", "!AIVDM")
    spoilt = Heard(
        batch=AisBatch(
            positions=spoilt.batch.positions,
            static=(StaticReport(time_ms=to_ms(T0), mmsi=273351920, name="SPARTA"),),
        ),
        tally=spoilt.tally, frames=3, last_frame_ms=spoilt.last_frame_ms,
    )  # fmt: skip
    listener, clock = listened(FakeStream([a_heard(1), spoilt]))
    stored = listener.store_heard(store, now=clock.now())
    listener.stop()
    assert stored.positions == 3
    with store.read() as connection:
        assert len(load_positions(connection, received_by=T0 + hours(1))) == 3
        assert load_losses(connection) == [("feed", "bad_checksum", 1, "!AIVDM")]
        assert read_cursor(connection, "ais:feed") == (T0 + MINUTE).isoformat()
        beat = load_beats(connection)["feed"]
        assert (beat.connected, beat.last_frame_ms, beat.frames) == (True, to_ms(T0 + MINUTE), 4)
    assert listener.store_heard(store, now=clock.now()).positions == 0


def test_a_commit_that_fails_loses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of a failed transaction are stored by the next."""
    listener, clock = listened(FakeStream([a_heard(3)]))

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("monitor.watch.streams.count_losses", fail)
        with pytest.raises(OSError, match="disk full"):
            listener.store_heard(store, now=clock.now())
    with store.read() as connection:
        assert len(load_positions(connection, received_by=T0 + hours(1))) == 0
    assert listener.store_heard(store, now=clock.now()).positions == 3
    listener.stop()


@pytest.mark.parametrize(("beyond", "connections"), [(timedelta(0), 1), (MINUTE / 60_000, 2)])
def test_an_open_line_without_a_word_is_made_anew(beyond: timedelta, connections: int) -> None:
    """Ten minutes of silence are borne; a millisecond more and the connection is given up."""
    steps: list[Step] = [a_heard(1), 5 * MINUTE, 10 * MINUTE + beyond]
    seen = []
    source = FakeStream(steps)
    steps.append(lambda: seen.append(source.closed))
    listener, _ = listened(source)
    listener.stop()
    # Where the line was given up, the script did not go on to its last step.
    assert seen == ([] if connections == 2 else [0])


def test_silence_is_said_while_the_line_is_open(store: Store) -> None:
    """An open line on which nothing comes is no success, at the limit and one step beside it."""
    listener, _ = listened(FakeStream([a_heard(1)]))
    listener.store_heard(store, now=T0 + 10 * MINUTE)
    with pytest.raises(
        SourceUnavailable, match="feed: connected but silent since 2025-01-10T00:00"
    ):
        listener.store_heard(store, now=T0 + 10 * MINUTE + timedelta(milliseconds=1))
    listener.stop()


def test_a_thin_feed_is_measured_by_its_own_habit() -> None:
    """A feed that speaks every three minutes is silent after thirty, not after ten."""
    steps: list[Step] = []
    for n in range(25):
        steps += [3 * n * MINUTE, a_heard(1, at=3 * n * MINUTE)]
    last = 72 * MINUTE
    seen: list[int] = []
    source = FakeStream([*steps, last + 30 * MINUTE, lambda: seen.append(source.connections)])
    listener, _ = listened(source)
    listener.stop()
    assert seen == [1]


def test_a_lost_line_is_nobodys_business_for_a_minute(store: Store) -> None:
    """A drop that is mended at once is not told; one that lasts is, with its cause."""
    lost = SourceUnavailable("feed: connection lost (code 1006)")
    listener, _ = listened(FakeStream([a_heard(1), lost], mended=False))
    listener.store_heard(store, now=T0 + MINUTE)
    with pytest.raises(SourceUnavailable, match=r"not connected since .* \(code 1006\)"):
        listener.store_heard(store, now=T0 + MINUTE + timedelta(milliseconds=1))
    listener.stop()


def test_a_line_that_is_lost_at_once_again_and_again_is_no_line(store: Store) -> None:
    """A server that lets us in and hangs up does not count as connected."""
    lost = SourceUnavailable("feed: connection closed by the other side")
    source = FakeStream(*([a_heard(0), lost] for _ in range(4)), mended=False)
    listener, _ = listened(source)
    with pytest.raises(SourceUnavailable, match="not connected since 2025-01-10T00:00:00Z"):
        listener.store_heard(store, now=T0 + 2 * MINUTE)
    listener.stop()
    assert source.connections == 5
    assert source.closed == 5


def test_a_refusal_ends_the_trying_and_is_told_each_time(store: Store) -> None:
    """Who is refused does not knock again; what was heard before is stored all the same."""
    source = FakeStream(
        [a_heard(2), SourceRefused("feed: aisstream.io says: Api Key Is Not Valid")]
    )
    listener = Listener(source, criteria=QUICK)
    listener.start(VirtualClock(T0))
    listener._thread.join(10)  # type: ignore[union-attr] # it ends by itself
    for _ in range(2):
        with pytest.raises(SourceRefused, match="Api Key Is Not Valid"):
            listener.store_heard(store, now=T0)
    listener.stop()
    assert source.connections == 1
    with store.read() as connection:
        assert not load_beats(connection)["feed"].connected
        assert len(load_positions(connection, received_by=T0 + hours(1))) == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_that_fell_over_is_started_again(store: Store) -> None:
    """A fault of our own is told, and does not silence the feed for good."""
    source = FakeStream([a_heard(1), ZeroDivisionError("ours")])
    listener = Listener(source, criteria=QUICK)
    listener.start(VirtualClock(T0))
    listener._thread.join(10)  # type: ignore[union-attr] # it falls over by itself
    with pytest.raises(SourceUnavailable, match="started again"):
        listener.store_heard(store, now=T0)
    assert source.done.wait(10)
    listener.stop()
    assert source.connections == 2


def test_stopping_twice_or_before_starting_is_safe() -> None:
    """Stop may be called at any time."""
    listener = Listener(FakeStream(), criteria=QUICK)
    listener.stop()
    assert not listener.is_started
    listener, _ = listened(FakeStream())
    listener.stop()
    listener.stop()
