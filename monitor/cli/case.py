"""`monitor case`: one finding, or one span of time, as a file that can be mailed and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.shared import StoreOption, instant, loaded, plain, stored
from monitor.errors import InputError


def case(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FINDING]... | verify FILE",
            help="Ids of findings, or their first digits; or `verify` and a case to check.",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            help="Settings file (TOML), or the name of a bundled one: demo, tartus.",
        ),
    ] = None,
    store: StoreOption = None,
    begin: Annotated[
        str | None, typer.Option("--from", help="With --to instead of ids: all that fell into it.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="See --from; ISO 8601, UTC.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="What to write: NAME.zip or a folder [case-ID.zip]."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", help="SSH key: private to sign with, public to verify against."),
    ] = None,
) -> None:
    """Make a case file, or check one.

    A case is one page that opens anywhere, offline (claim, map, berth plan, images, timeline, why,
    what was not seen, sources), beside it the data and images it rests on, and a list of their
    SHA-256, signed if --key is given.

    `monitor case 7f3a -c demo --store out` makes one, `monitor case --from 2025-01-20 --to
    2025-01-29 -c demo --store out` another, `monitor case verify case-7f3a1b2c.zip --key
    them.pub` says whether anything was changed since and who signed it; it ends with 1 if so.
    """
    words = words or []
    if words[:1] == ["verify"]:
        _verify(words[1:], key)
        return
    from monitor.cli.questions import now_of
    from monitor.domain.window import TimeWindow
    from monitor.report.case import case_files, case_title
    from monitor.report.parcel import write_parcel
    from monitor.watch.casework import case_of

    if config is None:
        raise InputError("name the settings with --config, as in `-c demo`")
    window = None
    if begin or end:
        if not (begin and end):
            raise InputError("--from and --to go together")
        window = TimeWindow(start=instant(begin, "--from"), end=instant(end, "--to"))
        if window.start >= window.end:
            raise InputError("--from must come before --to")
    if not words and window is None:
        raise InputError("say what the case is about: ids of findings, or --from and --to")
    wiring = loaded(config)
    with stored(config, store) as opened:
        view = case_of(
            opened, wiring.brief, wiring.press, now=now_of(opened), ids=words, window=window
        )
    if out is None:
        name = view.findings[0].id[:8] if words else f"{view.window.start:%Y%m%d}"
        out = Path(f"case-{name}.zip")
    files = case_files(view)
    write_parcel(out, files, key=key)
    size = len(files["case.html"])
    typer.echo(
        f"{case_title(view)}: {len(view.findings)} findings, case.html of {size:,} bytes and "
        f"{len(files) - 1} files of data, {'signed' if key else 'not signed'}"
    )
    typer.echo(f"case: {out.resolve()}")


def _verify(words: list[str], key: Path | None) -> None:
    from monitor.report.parcel import check_parcel

    if len(words) != 1:
        raise InputError("say which case to check: monitor case verify FILE")
    checked = check_parcel(Path(words[0]), key=key)
    for word, names in (
        ("changed", checked.changed), ("missing", checked.missing), ("added", checked.added)
    ):  # fmt: skip
        for name in names:
            typer.echo(f"{word}: {plain(name)}")
    said = {
        "none": "not signed",
        "good": f"signed by the key given, {checked.signed_by}",
        "unchecked": f"signed by {checked.signed_by}; whose that is was not checked (--key)",
        "bad": "the signature does not hold"
        + (" for the key given, or there is none" if key else ""),
    }[checked.signature]
    verdict = "as it was made" if checked.is_whole else "NOT as it was made"
    typer.echo(f"{checked.intact} files intact; {said}; {verdict}")
    if not checked.is_whole:
        raise typer.Exit(1)
