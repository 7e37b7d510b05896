"""A finding: one claim about the port, with its evidence, its interval and its reasons.

The keys written by `to_json` are a public format and stay stable.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitor.domain.window import utc_text


class FindingKind(StrEnum):
    """What happened."""

    ARRIVED = "arrived"
    DEPARTED = "departed"
    WAITING = "waiting"
    BERTHED = "berthed"
    UNBERTHED = "unberthed"
    NO_AIS_RECEIVED = "no_ais_received"
    AIS_RESUMED = "ais_resumed"
    OCCUPIED_WITHOUT_AIS = "occupied_without_ais"
    BERTH_STATE_CHANGED = "berth_state_changed"
    FEED_SILENT = "feed_silent"
    INTERFERENCE = "interference"
    IDENTITY_CONFLICT = "identity_conflict"
    DESTINATION_CHANGED = "destination_changed"
    FIRST_VISIT = "first_visit"
    ENCOUNTER = "encounter"
    CROSSED_12_NM = "crossed_12_nm"
    EN_ROUTE = "en_route"
    AIS_WITHOUT_SHIP = "ais_without_ship"
    UNUSUAL_OCCUPANCY = "unusual_occupancy"
    OCCUPANCY_DRIFT = "occupancy_drift"
    APRON_FILLED = "apron_filled"
    APRON_CLEARED = "apron_cleared"
    APRON_CHANGED = "apron_changed"
    EXPECTED_SCENE_MISSING = "expected_scene_missing"


class Status(StrEnum):
    """Where a finding is in its life."""

    OPEN = "open"
    CLOSED = "closed"
    RETRACTED = "retracted"
    VOID = "void"
    """No longer claimed, because it turned out that we could not tell: the feed was down."""


class Severity(StrEnum):
    """How loudly to say it."""

    INFO = "info"
    NOTICE = "notice"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the quietest."""
        return list(Severity).index(self)


class Basis(StrEnum):
    """Which sensor the claim rests on."""

    AIS = "ais"
    IMAGE = "image"
    BOTH = "both"


DRAWN = "rendered for the demo"
"""How the note of a drawn scene ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The ship a finding is about; all None where no ship is named."""

    imo: int | None = None
    mmsi: int | None = None
    name: str | None = None

    @property
    def key(self) -> str:
        """Identity used in ids: IMO first, MMSI else."""
        if self.imo is not None:
            return f"imo:{self.imo}"
        return f"mmsi:{self.mmsi}" if self.mmsi is not None else "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A reference to one observation the finding rests on."""

    kind: str
    """`position`, `static`, `watch_list`, `scene` or `coverage`."""
    ref: str
    """`mmsi/time` of a position or static report, scene id, or a sentence of coverage."""
    at: datetime | None = None
    source: str = ""
    """Feed, file or catalog."""
    note: str = ""
    """What it shows, in a few words."""

    @property
    def is_made_up(self) -> bool:
        """Whether it is no observation but part of the demo: a rebuilt report or a drawn scene."""
        return self.source.startswith("reconstruction") or self.note.endswith(DRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One claim. `id` depends on what it claims, never on when it was computed."""

    kind: FindingKind
    status: Status
    severity: Severity
    subject: Subject
    place_id: str | None
    start_earliest: datetime | None
    start_latest: datetime | None
    end_earliest: datetime | None
    end_latest: datetime | None
    learned_at: datetime
    """When the evidence that makes the claim had reached us; a property of the evidence."""
    basis: Basis
    confidence: str
    """`high`, `medium` or `low`."""
    evidence: tuple[Evidence, ...] = ()
    why: dict[str, Any] = field(default_factory=dict)
    """Rule, thresholds and values, plain JSON."""
    text: str = ""
    anchor: str = ""
    """Distinguishes repeats of one kind, subject and place; fixed by the first evidence."""

    @property
    def id(self) -> str:
        """Twenty hex digits of a hash over kind, subject, place, basis and anchor."""
        return hashlib.sha256(self.claim_key.encode()).hexdigest()[:20]

    @property
    def claim_key(self) -> str:
        """What the finding claims, as `id` names it."""
        return claim_key(self.kind, self.subject, self.place_id, self.basis, self.anchor)

    @property
    def place_key(self) -> str:
        """The place as far as it tells two findings apart: a wait may shift from area to area."""
        return _place_key(self.kind, self.place_id)

    @property
    def basis_key(self) -> str:
        """The basis as far as it tells two findings apart: a departure by image is not one by AIS.

        A finding first seen by AIS and later confirmed by an image keeps its id.
        """
        return _basis_key(self.basis)

    @property
    def stage(self) -> str:
        """What makes a revision worth telling: status, severity and any escalation reached."""
        return f"{self.status}/{self.severity}/{self.why.get('stage', '')}"

    def to_dict(self) -> dict[str, Any]:
        """Return the public form, keys in their public order."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "status": self.status.value,
            "severity": self.severity.value,
            "subject": {
                "imo": self.subject.imo,
                "mmsi": self.subject.mmsi,
                "name": self.subject.name,
            },
            "place_id": self.place_id,
            "start_earliest": _text(self.start_earliest),
            "start_latest": _text(self.start_latest),
            "end_earliest": _text(self.end_earliest),
            "end_latest": _text(self.end_latest),
            "learned_at": _text(self.learned_at),
            "basis": self.basis.value,
            "confidence": self.confidence,
            "evidence": [
                {
                    "kind": e.kind,
                    "ref": e.ref,
                    "at": _text(e.at),
                    "source": e.source,
                    "note": e.note,
                }
                for e in self.evidence
            ],
            "why": self.why,
            "text": self.text,
        }

    def to_json(self) -> str:
        """Return one line of JSON, the same bytes for the same finding."""
        return json.dumps(
            self.to_dict(), ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )


def claim_key(
    kind: FindingKind, subject: Subject, place_id: str | None, basis: Basis, anchor: str
) -> str:
    """Return what names a claim, whether it is told or not; fields are set apart by U+001F."""
    parts = (kind, subject.key, _place_key(kind, place_id), _basis_key(basis), anchor)
    return "\x1f".join(parts)


def _place_key(kind: FindingKind, place_id: str | None) -> str:
    place = place_id or "-"
    return place.partition(".")[0] if kind is FindingKind.WAITING else place


def _basis_key(basis: Basis) -> str:
    return "image" if basis is Basis.IMAGE else "ais"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between what was found before and what is found now."""

    finding: Finding
    previous_stage: str | None
    """None for a finding told of the first time; of a correction, the stage of what it corrects."""
    revision: int
    """1 for the first telling; grows only when the stage changes."""
    replaced: Finding | None = None
    """As it was last told, the finding that this one corrects."""
    superseded_by: str | None = None
    """Of a retracted finding: the id of the one that corrects it, which is told instead."""


def _text(at: datetime | None) -> str | None:
    return utc_text(at) if at is not None else None
