"""The `[rules]` table: every threshold under its own name, and nothing that makes no sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.detect.picture import Criteria
from monitor.detect.rule_inputs import digest_of, plain_value
from monitor.errors import ConfigError
from monitor.rules import RulesSettings, criteria_of, differing
from monitor.settings import load_rules


def read(tmp_path: Path, text: str) -> Criteria:
    """Return the thresholds of a file that holds nothing else."""
    path = tmp_path / "rules.toml"
    path.write_text(text)
    return load_rules(path)


def leaves(table: dict[str, Any], *where: str) -> list[tuple[tuple[str, ...], Any]]:
    """Return every threshold of a table of tables with its place."""
    found = []
    for key, value in table.items():
        inner = isinstance(value, dict) and not all(k.isdigit() for k in value)
        found += leaves(value, *where, key) if inner else [((*where, key), value)]
    return found


THRESHOLDS = plain_value(Criteria())


def test_what_explain_prints_can_be_set() -> None:
    """Every threshold, as it is shown, is accepted and means the same."""
    assert criteria_of(RulesSettings.model_validate(THRESHOLDS)) == Criteria()
    assert criteria_of(RulesSettings()) == Criteria()


@pytest.mark.parametrize("bad", [-1, float("nan"), "soon", [[]]])
def test_no_threshold_takes_nonsense(bad: object) -> None:
    """Each of them, set to what it cannot be, is refused by its name."""
    for where, _ in leaves(THRESHOLDS):
        table: Any = bad
        for key in reversed(where):
            table = {key: table}
        with pytest.raises(ValueError, match=where[-1]):
            RulesSettings.model_validate(table)


def test_a_file_with_rules_alone_is_enough(tmp_path: Path) -> None:
    """Durations as people write them, nested tables, a table of numbers by ship type."""
    found = read(
        tmp_path,
        '[rules.rule]\nwaiting_stages = ["90 min", "P1D"]\n[rules.outlook.reach]\nmargin = 1.5\n'
        "caps_kn = { 3 = 20 }\n",
    )
    assert found.rule.waiting_stages == (timedelta(minutes=90), timedelta(days=1))
    assert found.outlook.reach.caps_kn == {3: 20.0}
    assert [name for name, _, _ in differing(Criteria(), found)] == [
        "outlook.reach.caps_kn", "outlook.reach.margin", "rule.waiting_stages",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[rules.visit]\nwaiting_mn = "6 h"', ["rules.visit.waiting_mn", "'waiting_min'"]),
        ("[rules.visit]\nwaiting_min = 6", ["rules.visit.waiting_min", '"6 h"']),
        ("[rules.visit]\nberth_enter_m = 99", ["rules.visit", "berth_exit_m"]),
        ("[rules.matrix]\ntaken_from = 0.2", ["rules.matrix", "freed_to must not be larger"]),
        ('[rules.rule]\nwaiting_stages = ["24 h", "6 h"]', ["waiting_stages", "longer"]),
        ("[rules.silence]\nleast_coverage = 1.5", ["least_coverage", "less than or equal to 1"]),
        ("[rules]\nvisit = 3", ["rules.visit", "must be a table"]),
        ("[criteria.visit]\nport_min = 'PT1H'", ["now called 'rules'"]),
        ("[rulse]", ["rulse", "'rules'"]),
    ],
)
def test_a_wrong_rule_is_refused_with_its_name_and_fix(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    """The error names the file, the threshold and what would be right."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    for word in ["rules.toml", *words]:
        assert word in str(caught.value)


def test_the_hash_is_of_the_thresholds_alone() -> None:
    """Equal thresholds, equal hash; another threshold, another hash."""
    silence = replace(Criteria().silence, least=timedelta(hours=5))
    assert digest_of(Criteria()) == digest_of(Criteria())
    assert digest_of(replace(Criteria(), silence=silence)) != digest_of(Criteria())
