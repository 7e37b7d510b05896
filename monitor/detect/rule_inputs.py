"""What the rules were set to: thresholds as plain values, and one hash of them all.

Every finding carries the hash in `why.rules`, so that it can be told which thresholds made it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from enum import Enum
from typing import Any


def digest_of(criteria: object) -> str:
    """Return twelve hex digits that are equal for equal thresholds, all of them."""
    text = json.dumps(plain_value(criteria), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def plain_value(value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a threshold, or a table of them, as plain JSON values; durations in hours."""
    if is_dataclass(value):
        return {f.name: plain_value(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, timedelta):
        return f"{value / timedelta(hours=1):.10g} h"
    if isinstance(value, Mapping):
        return {str(k): plain_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(v) for v in value]
    if isinstance(value, Enum):
        return value.value
    return value if isinstance(value, str | int | float | bool | None) else str(value)
