"""Every table, once. Times are milliseconds since the epoch, UTC; coordinates are 1e-7 degree.

Rows of `positions`, `static_reports` and `scenes` are facts and are never changed after they are
stored (a repeat received earlier takes the place of a later one). All else is derived from them
or is about delivery.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

sources = Table(
    "sources",
    metadata,
    # A hash of the name, so that the same feed has the same number in every store.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)

positions = Table(
    "positions",
    metadata,
    Column("mmsi", BigInteger, primary_key=True, autoincrement=False),
    Column("time_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("lon_e7", Integer, primary_key=True, autoincrement=False),
    Column("lat_e7", Integer, primary_key=True, autoincrement=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("sog_kn", Float),
    Column("cog_deg", Float),
    Column("heading_deg", Float),
    Column("nav_status", SmallInteger, nullable=False),
    Column("precision_m", Float, nullable=False),
    Column("source_id", BigInteger, nullable=False),
    Index("positions_time", "time_ms"),
    # Those that reached us more than a day late are few, and change what was long found.
    Index(
        "positions_late",
        "received_ms",
        sqlite_where=text("received_ms - time_ms > 86400000"),
        postgresql_where=text("received_ms - time_ms > 86400000"),
    ),
    # The primary key is the row itself: a repeat is found without a second index.
    sqlite_with_rowid=False,
)

vessels = Table(
    "vessels",
    metadata,
    # The box each vessel was ever reported in: says whose tracks a port needs without a scan.
    Column("mmsi", BigInteger, primary_key=True, autoincrement=False),
    Column("west_e7", Integer, nullable=False),
    Column("south_e7", Integer, nullable=False),
    Column("east_e7", Integer, nullable=False),
    Column("north_e7", Integer, nullable=False),
)

heard = Table(
    "heard",
    metadata,
    # For each hour with any report the smallest and largest MMSI: enough to say whether anybody
    # but one given vessel was heard.
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("low_mmsi", BigInteger, nullable=False),
    Column("high_mmsi", BigInteger, nullable=False),
)

reception = Table(
    "reception",
    metadata,
    # The reception map: for each quarter-degree cell, hour (by the time the ships were there) and
    # source the minutes in which something was received, one bit each, and the smallest and
    # largest MMSI.
    Column("cell", Integer, primary_key=True, autoincrement=False),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("source_id", BigInteger, primary_key=True, autoincrement=False),
    Column("minutes", BigInteger, nullable=False),
    Column("low_mmsi", BigInteger, nullable=False),
    Column("high_mmsi", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

feed_hours = Table(
    "feed_hours",
    metadata,
    # For each source and hour (by the time it reached us) the minutes in which something came,
    # one bit each, and the MMSIs: ordered, four bytes each, least significant first.
    Column("source_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("minutes", BigInteger, nullable=False),
    Column("mmsis", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

source_beats = Table(
    "source_beats",
    metadata,
    # The latest that each live connection said about itself.
    Column("source", Text, primary_key=True),
    Column("connected", Integer, nullable=False),
    Column("last_frame_ms", BigInteger),
    Column("frames", BigInteger, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
)

static_reports = Table(
    "static_reports",
    metadata,
    # One row per vessel, content and UTC day: enough to weigh claims, small enough to keep.
    Column("mmsi", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(16), primary_key=True),
    Column("time_ms", BigInteger, nullable=False),
    Column("imo", Integer),
    Column("body", Text, nullable=False),
    Index("static_reports_imo", "imo"),
    sqlite_with_rowid=False,
)

scenes = Table(
    "scenes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("acquired_ms", BigInteger, nullable=False),
    Column("available_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("scenes_acquired", "acquired_ms"),
)

berth_states = Table(
    "berth_states",
    metadata,
    Column("scene_id", Text, primary_key=True),
    Column("berth_id", Text, primary_key=True),
    Column("acquired_ms", BigInteger, nullable=False),
    # Names the scenes the judgement was made against; another digest means judge again.
    Column("references_digest", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Index("berth_states_acquired", "acquired_ms"),
)

looks = Table(
    "looks",
    metadata,
    Column("scene_id", Text, primary_key=True),
    Column("acquired_ms", BigInteger, nullable=False),
    # Names what the judgement was made with; another digest means judge again.
    Column("references_digest", String(16), nullable=False),
    # JSON lists of sightings and of apron states.
    Column("ships", Text, nullable=False),
    Column("aprons", Text, nullable=False),
    Index("looks_acquired", "acquired_ms"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("learned_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    # Ids of the finding it corrects, and of the one that corrects it.
    Column("replaces", String(20)),
    Column("superseded_by", String(20)),
    # 1 where it rests on a part of the history that is not read again: it stays as it is.
    Column("settled", Integer, nullable=False, server_default="0"),
    Index("findings_settled", "settled"),
)

finding_revisions = Table(
    "finding_revisions",
    metadata,
    # Never changed once written. `revision` counts what is told, `minor` the edits in between.
    Column("finding_id", String(20), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("minor", Integer, primary_key=True, autoincrement=False),
    # When it was assessed, and when the evidence for it had reached us.
    Column("recorded_ms", BigInteger, nullable=False),
    Column("learned_ms", BigInteger, nullable=False),
    Column("stage", Text, nullable=False),
    # JSON: [field, old, new] against the row before, and the evidence that came and went.
    Column("changed", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("body", Text, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    # For every revision and channel whether it was told, and why or why not.
    Column("finding_id", String(20), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("target", Text, primary_key=True),
    Column("recorded_ms", BigInteger, nullable=False),
    Column("speak", Integer, nullable=False),
    Column("reason", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    # A hash of finding, revision and target: the same news for the same target is one row.
    Column("id", String(32), primary_key=True),
    Column("finding_id", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("target", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    # pending -> sending -> sent | pending (again) | dead; dropped by hand.
    Column("state", Text, nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("uncertain", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("body", Text, nullable=False),
    # Messages of one thread are about the same finding; empty for one that stands alone.
    Column("thread", Text, nullable=False, server_default=""),
    # The ledger: when it was sent, and the other side's name for it.
    Column("sent_ms", BigInteger),
    Column("remote_id", Text, nullable=False, server_default=""),
    Index("outbox_due", "state", "not_before_ms"),
    # When it was last tried: by it the pace of a channel is kept.
    Column("tried_ms", BigInteger),
    Index("outbox_thread", "target", "thread"),
    Index("outbox_tried", "target", "tried_ms"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("job", Text, primary_key=True),
    Column("started_ms", BigInteger, nullable=False),
    Column("finished_ms", BigInteger),
    Column("succeeded_ms", BigInteger),
    Column("every_s", Integer, nullable=False),
    Column("note", Text, nullable=False),
)

losses = Table(
    "losses",
    metadata,
    # What each source could not give us, by reason.
    Column("source", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("example", Text, nullable=False),
)

outside_events = Table(
    "outside_events",
    metadata,
    # A hash of source, kind, ship, start and place: what stays when the source changes its ids.
    Column("key", String(20), primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    # When we first had it, and when the source last said it.
    Column("learned_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("outside_events_start", "source", "start_ms"),
)

notices = Table(
    "notices",
    metadata,
    # What a channel is, or was, owed: a hash of finding, revision and target (and of which
    # reminder it is). held -> told | dropped.
    Column("id", String(32), primary_key=True),
    Column("finding_id", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("target", Text, nullable=False),
    # A word of `decide.News`: as decided; of a told one, as told.
    Column("news", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Why it is held or was dropped, and why a told one was held before.
    Column("reason", Text, nullable=False),
    # Since when the channel is owed something about the finding, and this revision.
    Column("first_ms", BigInteger, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    # Of a held one when to look again; else when it was told or dropped.
    Column("due_ms", BigInteger, nullable=False),
    Column("group_key", Text, nullable=False),
    # Of a told one: the finding's stage then, and the row of the outbox that tells it.
    Column("stage", Text, nullable=False),
    Column("message_id", String(32), nullable=False),
    Index("notices_due", "state", "target", "due_ms"),
    Index("notices_finding", "finding_id", "target"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", String(8), primary_key=True),
    # A JSON list of conditions as typed.
    Column("matchers", Text, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    # Up to which revision somebody has taken note of a finding.
    Column("finding_id", String(20), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("comment", Text, nullable=False),
)

closed_targets = Table(
    "closed_targets",
    metadata,
    # Channels that refused for good: nothing is sent there until a human mends them.
    Column("target", Text, primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)
