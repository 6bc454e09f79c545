"""What `make bench` says of its figures, and that the page is what was kept."""

import json
from pathlib import Path

import pytest

from bench import performance, terminal, training
from bench.figures import Figure, as_data, from_data, of_speed, of_times, text_table

FIGURES = [
    of_times("a run", "a | b", [2.0, 3.0, 2.2], [2.0, 2.0, 2.0], at_most=1.05),
    of_speed("steps", "a loop", [20.0, 10.0, 20.0], [20.0, 20.0, 21.0], "ms", at_least=1.05),
]
DATA = {
    "date": "2025-01-31",
    "processor": "x86_64",
    "cores": 2,
    "python": "3.12.1",
    "figures": as_data(FIGURES),
}


def test_a_ratio_is_the_median_of_its_rounds_with_what_came_at_the_edges() -> None:
    time, speed = FIGURES
    assert (time.ratio, time.is_reached, time.cells()[4:6]) == (1.1, False, ["1.10", "1.00–1.50"])
    assert (speed.ratio, speed.is_reached, speed.cells()[4:6]) == (1.05, True, ["1.05", "1.00–2.00"])


def test_what_is_kept_is_what_was_measured() -> None:
    assert from_data(json.loads(json.dumps(as_data(FIGURES)))) == FIGURES
    assert [line.split("  ")[0] for line in text_table(FIGURES).splitlines()] == ["what", "a run", "steps"]


def test_the_page_takes_in_what_was_kept_and_keeps_all_else() -> None:
    text = f"# Title\n\n{performance.BEGIN}old\n{performance.END}\nthe rest\n"
    page = performance.page(text, DATA)
    assert "| a run | a \\| b | 2.2 s | 2 s | 1.10 | 1.00–1.50 | ≤ 1.05 | no |" in page
    assert "1 of 2 limits reached" in page
    assert page.startswith("# Title\n") and page.endswith("\nthe rest\n") and "old" not in page
    assert performance.page(page, DATA) == page


def test_the_page_in_the_repository_is_what_its_data_give() -> None:
    text = performance.PAGE.read_text(encoding="utf-8")
    if not performance.DATA.exists():
        assert "Nothing was measured yet." in text
        return
    assert performance.page(text, json.loads(performance.DATA.read_text(encoding="utf-8"))) == text


def test_what_fails_is_said_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(environment: object) -> list[Figure]:
        raise TimeoutError("nothing [changed]")

    monkeypatch.setattr(performance, "rows", lambda home: {"bad": fails, "good": lambda environment: FIGURES})
    monkeypatch.setattr(performance, "_leave_home", lambda home: {})
    assert list(performance.measure([], tmp_path)) == FIGURES
    assert "bad left out: TimeoutError: nothing [changed]" in capsys.readouterr().err


def test_more_examples_are_the_same_ones_again(tmp_path: Path) -> None:
    once, twice = (training._corpus(tmp_path / str(size), size) for size in (1, 2))
    (heading, *rows), lines = ((one / "train.csv").read_text().splitlines() for one in (once, twice))
    assert lines == [heading, *rows, *rows]
    assert (once / "README.md").exists() and (once / "validation.csv").exists()


def test_an_application_in_a_terminal_is_seen_and_ended() -> None:
    command = ["python3", "-c", "print('painted'); print(input())"]
    with terminal.Terminal(command, {"PATH": "/usr/bin:/bin:/usr/local/bin"}) as one:
        assert 0 < one.until(b"painted") < 60
        one.settle()
        assert one.press(b"k") > 0
        with pytest.raises(TimeoutError, match="was not painted"):
            one.until(b"never", most=0.05)
