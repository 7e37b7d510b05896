"""`monitor explain`: why a finding is told, and why something is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from monitor.cli.shared import ConfigOption, JsonOption, StoreOption, instant, loaded, plain, stored
from monitor.errors import InputError


def explain(
    config: ConfigOption,
    finding: Annotated[
        str | None, typer.Argument(help="Id of a finding, or its first digits.")
    ] = None,
    berth: Annotated[
        str | None, typer.Option("--berth", help="Id of a berth, or the end of it.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="With --berth: the instant asked about, ISO 8601.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="With what was known then (default: the last assessment)."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why: rule, evidence with hashes, thresholds, revisions, decisions and deliveries.

    With --berth and --at: what was seen and heard there, what holds, and what was not told and why.

    Example: monitor explain 61b2ff -c demo --store demo-output
    """
    from monitor.watch.explain import explain_berth, explain_finding

    if (finding is None) == (berth is None) or (berth is None) != (at is None):
        raise InputError("say what to explain: a finding's id, or --berth BERTH --at INSTANT")
    known = instant(as_of, "--as-of") if as_of else None
    brief = loaded(config).brief
    with stored(config, store) as opened:
        if finding is not None:
            answer = explain_finding(opened, brief, finding, as_of=known)
        else:
            assert berth is not None
            assert at is not None
            answer = explain_berth(opened, brief, berth, at=instant(at, "--at"), as_of=known)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=True, indent=2))
        return
    for line in _finding_lines(answer) if finding is not None else _berth_lines(answer):
        typer.echo(plain(line))


def _finding_lines(answer: dict[str, Any]) -> Iterator[str]:
    told = answer["finding"]
    yield f"{told['id']}  {told['kind']}  {told['status']}, {told['severity']}"
    yield f"  {told['text']}"
    life = answer["life"]
    for key, word in (("replaces", "corrects"), ("superseded_by", "was corrected by")):
        if life[key]:
            yield f"  {word} {life[key]}"
    for other in told["why"].get("beside", ()):
        word = "agrees with" if other["agrees"] else "stands against"
        yield f"  {word} {other['id']} [{other['basis']}]"
    yield ""
    yield f"rule        {answer['rule']}, basis {told['basis']}, confidence {told['confidence']}"
    yield f"starts      {_interval(told['start_earliest'], told['start_latest'])}"
    yield f"ends        {_interval(told['end_earliest'], told['end_latest'])}"
    yield f"learned     {told['learned_at']} (explained as of {answer['as_of']})"
    yield "values"
    skipped = ("rule", "beside")
    yield from (f"  {k}: {_short(v)}" for k, v in told["why"].items() if k not in skipped)
    rules = answer["rules"]
    same = "the same" if rules["found_under"] == rules["now"] else f"others, {rules['now']}"
    yield f"rules       {rules['found_under']}; these settings hold {same}"
    yield "thresholds in these settings"
    for part, values in answer["thresholds"].items():
        yield from (f"  {part}.{k}: {_short(v)}" for k, v in values.items())
    yield "gates passed"
    yield from (f"  {gate}" for gate in answer["gates"])
    yield "inputs"
    for item in answer["inputs"]:
        digest = item["sha256"]
        hashed = f"sha256 {digest[:16]}" if digest else "no stored row: worked out from many"
        yield f"  {item['kind']} {item['ref']}  {item['note']} [{item['source']}]  {hashed}"
    yield from _life_lines(answer)
    yield from _held_lines(answer["held"], "held back about the same ship or place then")


def _life_lines(answer: dict[str, Any]) -> Iterator[str]:
    yield "revisions"
    for row in answer["revisions"]:
        number = f"{row['revision']}.{row['minor']}" if row["minor"] else str(row["revision"])
        yield f"  {number}  {row['recorded_at']}  {row['stage']}"
        for field, old, new in row["changed"]:
            yield f"      {field}: {_short(old)} -> {_short(new)}"
        for word, refs in row["cause"].items():
            if refs:
                yield f"      evidence {word}: {', '.join(refs)}"
    yield "decisions"
    if not answer["decisions"]:
        yield "  none: no channel was configured when it was assessed"
    for d in [*answer["decisions"], *answer["follow_ups"]]:
        said = f"owed ({d['reason']})" if d["told"] else f"not told: {d['reason']}"
        yield f"  revision {d['revision']}  {d['target']}  {d['recorded_at']}  {said}"
        notice, sent = d["notice"], d["delivery"]
        if notice:
            why = f": {notice['reason']}" if notice["reason"] else ""
            word = "looked at again" if notice["state"] == "held" else "on"
            yield f"      {notice['state']} ({notice['news']}){why}, {word} {notice['at']}"
        if sent:
            error = f": {sent['error']}" if sent["error"] else ""
            many = " with others in one message" if sent["together"] else ""
            yield f"      delivery {sent['state']}{many}, {sent['attempts']} attempts{error}"


def _berth_lines(answer: dict[str, Any]) -> Iterator[str]:
    yield f"{answer['berth']} at {answer['at']} (as of {answer['as_of']})"
    yield ""
    yield "images"
    words = {
        "last": "last look",
        "last_usable": "last usable look",
        "next": "next look",
        "next_usable": "next usable look",
    }
    for key, word in words.items():
        look = answer["looks"][key]
        if look is None:
            yield f"  {word}: none"
            continue
        score = "" if look["score"] is None else f", score {look['score']:.2f}"
        why = f" ({look['reason']})" if look["reason"] else ""
        drawn = ", rendered" if look["rendered"] else ""
        yield f"  {word}: {look['at']} {look['state']}{score}{why}  {look['scene']}"
        yield f"      {look['sensor']}{drawn}, {100 * look['usable']:.0f} % of the berth usable"
    heard = answer["ais"]
    yield f"AIS (others heard in {heard['hours_heard']} of {heard['hours']} h around)"
    if not heard["stays"]:
        yield "  no stay at this berth before or after"
    for stay in heard["stays"]:
        name = stay["name"] or f"MMSI {stay['mmsi']}"
        here = "there then" if stay["heard_around"] else "may have been there"
        state = here if stay["may_hold"] else "not there then"
        came = _interval(stay["start_earliest"], stay["start_latest"])
        left = _interval(stay["end_earliest"], stay["end_latest"])
        yield f"  {name}: {state}; came {came}, left {left}"
    for key, title in (("findings", "findings that hold then"), ("retracted", "taken back")):
        yield title
        if not answer[key]:
            yield "  none"
        for told in answer[key]:
            yield f"  {told['id']}  {told['kind']} [{told['basis']}]  {told['text']}"
    yield from _held_lines(answer["held"], "not told, and why")


def _held_lines(held: list[dict[str, Any]], title: str) -> Iterator[str]:
    yield title
    if not held:
        yield "  nothing"
    for one in held:
        name = one["subject"]["name"] or one["subject"]["mmsi"] or ""
        span = _interval(one["start"], one["end"])
        yield f"  {one['rule']}  {name}  {one['place_id'] or ''}  {span}  {one['reason']}"
        numbers = ", ".join(f"{k} {_short(v)}" for k, v in one["numbers"].items())
        yield f"      {one['said']} {numbers}".rstrip()


def _interval(earliest: str | None, latest: str | None) -> str:
    if earliest == latest:
        return earliest or "not known"
    if latest is None:
        return f"after {earliest}"
    return f"between {earliest} and {latest}" if earliest else f"by {latest}"


def _short(value: object) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 200 else f"{said[:200]}... (+{len(said) - 200} characters)"
