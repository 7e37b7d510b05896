"""Two sets of rules over the same evidence: told by one, by both alike, or otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.finding import Finding
from monitor.report.rule_diff import compared
from tests.store.test_derived import a_finding

DAY = timedelta(days=1)
WAIT = a_finding(anchor="a")
FAR = replace(
    a_finding(anchor="b"), start_earliest=WAIT.learned_at + 90 * DAY,
    start_latest=WAIT.learned_at + 90 * DAY,
)  # fmt: skip


def test_what_both_tell_alike_is_only_counted() -> None:
    """Words and counters may differ: the claim does not."""
    other = replace(WAIT, text="otherwise", why={**WAIT.why, "rules": "0"})
    answer = compared([WAIT], [other])
    assert (answer.same, answer.differences) == (1, ())


def test_each_difference_says_who_tells_it_and_what_changed() -> None:
    """Learned later counts as changed; told by one only names the one."""
    later = replace(WAIT, learned_at=WAIT.learned_at + DAY, confidence="low")
    answer = compared([WAIT], [later, FAR])
    assert [d.which for d in answer.differences] == ["changed", "only_b"]
    assert [edit[0] for edit in answer.differences[0].changed] == ["confidence", "learned_at"]
    assert [d.which for d in compared([FAR], []).differences] == ["only_a"]


def test_a_finding_under_another_id_is_the_same_one_changed() -> None:
    """A threshold that moves the first evidence renames a finding: it is not two."""
    (difference,) = compared([WAIT], [a_finding(anchor="c")]).differences
    assert difference.which == "changed"
    assert difference.changed[0][0] == "id"


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.sampled_from("abcde"), unique=True), st.lists(st.sampled_from("abcde"), unique=True)
)
def test_every_finding_is_accounted_for_and_order_does_not_matter(
    a: list[str], b: list[str]
) -> None:
    """Each finding of each side is alike, changed, or told by that side only; once."""
    one, two = ([placed(name) for name in names] for names in (a, b))
    answer = compared(one, two)
    both = answer.same + answer.count("changed")
    assert both + answer.count("only_a") == len(a)
    assert both + answer.count("only_b") == len(b)
    assert answer == compared(reversed(one), reversed(two))


def placed(name: str) -> Finding:
    """Return a finding far in time from those of other names."""
    at = WAIT.learned_at + 90 * ord(name) * DAY
    return replace(
        a_finding(anchor=name), start_earliest=at, start_latest=at, end_earliest=at, end_latest=at
    )
