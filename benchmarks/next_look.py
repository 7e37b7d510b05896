"""Predict each satellite pass from those before it: hit rate and error, on two catalogs.

The Tartus table holds 47 passes, most of them computed from the repeat cycle, so its errors are
flattering; the Latakia scenes are real acquisitions with holes, of two satellites.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from benchmarks.data import shared
from monitor.detect.next_look import NextLookCriteria, Pass, by_orbit, next_looks
from monitor.domain.scene import Modality
from monitor.domain.window import parse_utc

_C = NextLookCriteria()


def main() -> None:
    """Print hit rate, error and false predictions of each catalog."""
    _report("tartus, 47 passes", _tartus())
    _report("latakia sentinel-1", _latakia())


def _report(name: str, passes: list[Pass]) -> None:
    predicted = hits = could = 0
    errors = []
    for flown in by_orbit(passes).values():
        for number, actual in enumerate(flown):
            before = flown[:number]
            could += number >= _C.least_passes
            # What was the next pass expected to be, an hour before this one came?
            looks = next_looks(before, as_of=actual.at - timedelta(hours=1), criteria=_C)
            nearest = min((abs(n.at - actual.at) for n in looks), default=None)
            if nearest is not None and nearest <= timedelta(minutes=30):
                hits += 1
                errors.append(nearest / timedelta(minutes=1))
        predicted += sum(1 for _ in _due(flown))
    errors.sort()
    came = sum(_came(flown) for flown in by_orbit(passes).values())
    print(f"{name}: {len(passes)} passes, {could} with four or more of their orbit before them")
    print(f"  foretold when they came: {hits} of {could} ({100 * hits / max(could, 1):.0f} %)")
    if errors:
        print(f"  error, minutes: median {errors[len(errors) // 2]:.1f}, worst {errors[-1]:.1f}")
    print(f"  of {predicted} next passes predicted, {came} came with an image")


def _due(flown: list[Pass]) -> Iterable[datetime]:
    """Yield the nearest pass predicted after each pass that another one followed."""
    for number in range(len(flown) - 1):
        at = flown[number].at + timedelta(days=1, hours=1)
        looks = next_looks(flown[: number + 1], as_of=at, criteria=_C)
        if looks and looks[0].at <= flown[-1].at + timedelta(hours=1):
            yield looks[0].at


def _came(flown: list[Pass]) -> int:
    return sum(any(abs(p.at - at) <= timedelta(minutes=30) for p in flown) for at in _due(flown))


def _pass(sensor: str, orbit: int, at: datetime) -> Pass:
    modality = Modality.OPTICAL if sensor == "sentinel-2" else Modality.RADAR
    return Pass(sensor=sensor, orbit=orbit, modality=modality, at=at, available_at=at, scenes=())


def _tartus() -> list[Pass]:
    with shared("facts", "sat_passes.csv").open(newline="") as handle:
        return [
            _pass(
                "sentinel-1" if row["sensor"].startswith("S1") else "sentinel-2",
                int(row["rel_orbit"]),
                parse_utc(row["time_utc"]),
            )
            for row in csv.DictReader(handle)
        ]


def _latakia() -> list[Pass]:
    found = {}
    for path in sorted(shared("data", "imagery", "latakia_s1").glob("*/item.json")):
        said = json.loads(path.read_text())["properties"]
        at, orbit = parse_utc(said["datetime"]), said.get("sat:relative_orbit")
        if isinstance(orbit, int):
            found[orbit, at.date()] = _pass("sentinel-1", orbit, at)
    return [found[key] for key in sorted(found)]
