"""Cases: the same for a seed, and silent about what is wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from app.faults import cards
from app.faults.case import changed_lines, draw
from app.faults.mending import race_of
from app.faults.score import Play, report
from app.study.schedule import Schedule, StudySettings
from app.study.store import Store

pytestmark = pytest.mark.usefixtures("cases")
LEVELS = ("basic", "intermediate", "advanced", "debugging")


@pytest.mark.parametrize("level", LEVELS)
def test_a_seed_gives_the_same_case_each_time_and_others_another_page(level: str) -> None:
    assert draw(7, level) == draw(7, level)
    assert len({draw(seed, level).sick for seed in range(5)}) == 5


@pytest.mark.parametrize("level", LEVELS)
def test_mending_the_faults_one_by_one_leads_to_the_healthy_page(level: str) -> None:
    for seed in range(4):
        case = draw(seed, level)
        assert set(case.without) == {fault.id for fault in case.faults}
        assert case.sick not in case.without.values()
        if len(case.faults) == 1:
            assert list(case.without.values()) == [case.healthy]
        assert all(case.lines.values())


def test_the_line_of_a_fault_is_where_it_is() -> None:
    case = draw(7, "advanced")
    (lines,) = case.lines.values()
    assert all('["train"].select(' in case.sick.splitlines()[line - 1] for line in lines)


def test_a_line_that_was_left_out_is_found_beside_the_gap() -> None:
    assert changed_lines("a\nb\nc\nd\n", "a\nb\nd\n") == {2, 3}
    assert changed_lines("a\nb\n", "a\n") == {1}
    assert changed_lines("a\n", "a\nb\n") == {2}


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_that_is_shown_or_sent_before_the_reveal_names_a_fault(level: str) -> None:
    for seed in range(3):
        case = draw(seed, level)
        race = race_of(case, case.sick)
        shown = "\n".join([case.name, *report(case), case.sick, *race.pages, race.name, race.title])
        shown += msgspec.json.encode(race.settings).decode() + str(race.module)
        for fault in case.faults:
            assert fault.id not in shown and fault.fault.cause not in shown
            assert not any(point.point in shown for point in fault.fault.key_points)
        assert not any(decoy.id in shown for decoy in case.decoys)


def test_the_points_so_far_do_not_tell_what_was_hit() -> None:
    case = draw(7, "intermediate")
    right, wrong = Play(case), Play(case)
    right.accuse(min(next(iter(case.lines.values()))))
    wrong.accuse(1)
    assert right.so_far == wrong.so_far and right.score > wrong.score


def test_what_is_looked_at_refused_accused_and_said_is_what_counts() -> None:
    case = draw(7, "intermediate")
    play = Play(case)
    assert play.score == 100 - 40 - 10 - 10
    play.mended = True
    play.accuse(min(next(iter(case.lines.values()))))
    play.words = "zero_grad comes before step, so the gradients are cleared before the optimizer uses them"
    assert play.score == 100 and not play.costs()
    play.look("a batch")
    play.look("a batch")
    play.refused = 1
    play.accuse(1)
    assert play.score == 100 - 8 - 10 - 5


def test_a_level_without_cases_says_so() -> None:
    with pytest.raises(ValueError, match="the levels are basic"):
        draw(7, "impossible")


def test_a_fault_that_was_missed_comes_back(tmp_path: Path) -> None:
    at = [datetime(2026, 3, 2, 9, 0, tzinfo=UTC)]
    store = Store(tmp_path / "viva.sqlite3")
    schedule = Schedule(store, StudySettings(fuzz=False), now=lambda: at[0], zone=UTC)
    play = Play(draw(7, "intermediate"))
    cards.rate(play, schedule, 60.0)
    card = cards.card_of("zero-grad-before-step")
    assert schedule.memories()[card].last_rating == 1
    at[0] += timedelta(days=1)
    assert schedule.status(card).is_due
    assert cards.seed_for("intermediate", schedule, start=3) == 3  # made.records has no other fault
    play.mended = True
    play.accuse(min(next(iter(play.case.lines.values()))))
    play.words = "zero_grad comes before step, so the gradients are cleared before the optimizer uses them"
    assert cards.rating(play, "zero-grad-before-step") == 4
    store.close()
