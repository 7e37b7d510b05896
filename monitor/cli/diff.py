"""`monitor diff`: what other rules would have found in the same evidence."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.shared import (
    AtOption,
    ConfigOption,
    JsonOption,
    StoreOption,
    instant,
    loaded,
    plain,
    show_table,
    stored,
)

if TYPE_CHECKING:
    from monitor.domain.finding import Finding
    from monitor.report.rule_diff import Difference


def diff(
    config: ConfigOption,
    rules: Annotated[
        tuple[str, str],
        typer.Option(
            help="Two settings files whose [rules] are held against each other, or files with "
            "nothing but [rules]; `current` for those of --config.",
            metavar="A B",
        ),
    ],
    store: StoreOption = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Leave out what was over by then, ISO 8601.")
    ] = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what two sets of rules make of what a store holds: found by one only, or changed.

    Only [rules] is taken of A and B: ports, areas and watch list are those of --config. Scenes are
    not judged again. Exit code 0 if both find the same, 1 if not.

    Example: monitor diff -c demo --store demo-output --rules current stricter.toml
    """
    from monitor.report.rule_diff import compared
    from monitor.rules import differing
    from monitor.watch.assess import findings_under
    from monitor.watch.explain import last_assessed

    wiring = loaded(config)
    one, other = (wiring.rules_named(name) for name in rules)
    since = instant(start, "--from") if start else None
    with stored(config, store) as opened:
        as_of = instant(at, "--at") if at else last_assessed(opened)
        a, b = (findings_under(opened, wiring.brief, c, as_of=as_of) for c in (one, other))
    answer = compared(_since(a, since), _since(b, since))
    changed = list(differing(one, other))
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "as_of": as_of.isoformat(),
                    "rules": [{"name": n, "a": _said(x), "b": _said(y)} for n, x, y in changed],
                    "same": answer.same,
                    "differences": [d.to_dict() for d in answer.differences],
                },
                ensure_ascii=True,
            )
        )
    else:
        counts = [f"{answer.count(w)} {said}" for w, said in _WORDS.items()]
        typer.echo(f"As of {as_of:%Y-%m-%d %H:%M} UTC: {', '.join(counts)}, {answer.same} alike.")
        for name, x, y in changed:
            typer.echo(f"  {name}: {_said(x)} by A, {_said(y)} by B")
        if not changed:
            typer.echo("  the rules are the same")
        if answer.differences:
            typer.echo("")
            headings = ("told", "began (UTC)", "what", "ship", "where", "basis", "sure", "changed")
            show_table(headings, map(_cells, answer.differences))
    if answer.differences:
        raise typer.Exit(1)


_WORDS = {"only_a": "only by A", "only_b": "only by B", "changed": "changed"}


def _since(findings: tuple[Finding, ...], since: datetime | None) -> list[Finding]:
    from monitor.domain.life import is_over_by

    return [f for f in findings if since is None or not is_over_by(f, since)]


def _cells(difference: Difference) -> tuple[str, ...]:
    f = difference.shown
    began = f.start_latest or f.start_earliest or f.learned_at
    return (
        _WORDS[difference.which],
        f"{began:%Y-%m-%d %H:%M}",
        f.kind.value,
        f.subject.name or (f"MMSI {f.subject.mmsi}" if f.subject.mmsi else ""),
        f.place_id or "",
        f.basis.value,
        f.confidence,
        "; ".join(f"{field} {_said(x)} -> {_said(y)}" for field, x, y in difference.changed),
    )


def _said(value: Any) -> str:  # noqa: ANN401 - any value of a finding or of the rules
    from monitor.detect.rule_inputs import plain_value

    told = plain_value(value)
    return plain(told if isinstance(told, str) else json.dumps(told, ensure_ascii=False))
