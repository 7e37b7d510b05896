"""The `[rules]` table: every threshold of the analysis, under the names it has there, checked.

The table is made out of `detect.picture.Criteria`, so a new threshold can be set as soon as it
exists. Durations are written as people do (`"6 h"`, `"30 min"`, `"7 d"`) or by ISO 8601 (`"PT6H"`).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    create_model,
    model_validator,
)

from monitor.detect.picture import Criteria

_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
_SPOKEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|min|h|d)\s*")
_ISO = re.compile(r"P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
_MEASURED = re.compile(r"_(m|nm|kn|deg|s)$")
_SHARES = frozenset(
    {
        "berth_covered", "berth_hull_share", "control_share", "covers", "fine_score", "freed_to",
        "ghost_half", "ghost_score", "ghost_usable", "least_coverage", "least_kept",
        "least_share", "level", "long_rank", "observed", "pass_share", "quiet_share", "rare_share",
        "same_place", "taken_from", "usable", "used_to", "usual_share",
    }
)  # fmt: skip
"""Thresholds between 0 and 1."""
_ORDERED = (
    ("berth_enter_m", "berth_exit_m"), ("berth_enter_kn", "berth_exit_kn"),
    ("anchor_enter_kn", "anchor_exit_kn"), ("point_enter_m", "point_exit_m"),
    ("freed_to", "taken_from"), ("window", "longest_window"), ("here_nm", "from_nm"),
)  # fmt: skip
"""Pairs of one table of which the first must not be larger: between them nothing changes."""


def _read_duration(value: object) -> object:
    if isinstance(value, str):
        spoken = _SPOKEN.fullmatch(value)
        if spoken:
            return timedelta(**{_UNITS[spoken[2]]: float(spoken[1])})
        if _ISO.fullmatch(value):
            return value
    elif isinstance(value, timedelta):
        return value
    raise ValueError('write a duration with its unit, as in "6 h", "30 min", "7 d" or "PT6H"')


def _rising(stages: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    if list(stages) != sorted(set(stages)):
        raise ValueError("each must be longer than the one before")
    return stages


_Duration = Annotated[
    timedelta, BeforeValidator(_read_duration), Field(gt=timedelta(0), le=timedelta(days=36_500))
]
_Stages = Annotated[tuple[_Duration, ...], Field(min_length=1), AfterValidator(_rising)]
_Count = Annotated[int, Field(ge=1)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Measure = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Number = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _ordered(self) -> _Rules:
        for small, large in _ORDERED:
            if {small, large} <= type(self).model_fields.keys():
                low, high = getattr(self, small), getattr(self, large)
                if low > high:
                    raise ValueError(f"{small} must not be larger than {large}")
        return self


def _model_of(kind: type[Any]) -> type[BaseModel]:
    """Make a checked table out of a criteria value: same names, same defaults, no other keys."""
    hints, defaults = get_type_hints(kind), kind()
    made: dict[str, Any] = {}
    for f in dataclasses.fields(kind):
        hint, default = hints[f.name], getattr(defaults, f.name)
        if dataclasses.is_dataclass(hint):
            assert isinstance(hint, type)
            part = _model_of(hint)
            made[f.name] = (part, Field(default_factory=part))
        elif isinstance(default, Mapping):
            made[f.name] = (_checked(f.name, hint), dict(default))
        else:
            made[f.name] = (_checked(f.name, hint), default)
    return create_model(kind.__name__, __base__=_Rules, **made)


def _checked(name: str, hint: Any) -> Any:  # noqa: ANN401 - a type
    if get_origin(hint) in (Union, UnionType):
        (inner,) = (h for h in get_args(hint) if h is not NoneType)
        return _checked(name, inner) | None
    if get_origin(hint) is MappingProxyType:
        return dict[int, _Measure]
    if get_origin(hint) is tuple:
        return _Stages
    if hint is timedelta:
        return _Duration
    if hint is int:
        return _Count
    if hint is float:
        return _Share if name in _SHARES else _Measure if _MEASURED.search(name) else _Number
    return hint


RulesSettings = _model_of(Criteria)
"""The table as a settings file holds it."""


def criteria_of(rules: BaseModel) -> Criteria:
    """Return what the analysis takes, from a table that was checked."""
    made: Criteria = _built(Criteria, rules)
    return made


def _built(kind: type[Any], table: BaseModel) -> Any:  # noqa: ANN401 - a value of that kind
    hints, values = get_type_hints(kind), {}
    for name in type(table).model_fields:
        value = getattr(table, name)
        if isinstance(value, BaseModel):
            value = _built(hints[name], value)
        elif isinstance(value, dict):
            value = MappingProxyType(value)
        values[name] = value
    return kind(**values)


def differing(one: Criteria, other: Criteria) -> Iterator[tuple[str, Any, Any]]:
    """Yield (name as in the settings, its value in each) of the thresholds that differ."""
    yield from _differing("", one, other)


def _differing(prefix: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401 - criteria
    for f in dataclasses.fields(one):
        a, b = getattr(one, f.name), getattr(other, f.name)
        if dataclasses.is_dataclass(a):
            yield from _differing(f"{prefix}{f.name}.", a, b)
        elif a != b:
            yield f"{prefix}{f.name}", a, b
