"""The rows of `fourfold judges`: no figure without its n and interval, and unverified judges say so."""

from __future__ import annotations

from fourfold.cli.judges import figure_rows
from fourfold.judge_passports import Figure, JudgePassport, shipped_passports


def rows(passport: JudgePassport) -> list[tuple[str, ...]]:
    return list(figure_rows(passport.model_dump(mode="json")))


def test_each_figure_has_its_n_and_interval() -> None:
    for passport in shipped_passports():
        for row in rows(passport):
            assert "n = " in row[-1]
            assert row[3] == ("verified" if passport.verified else "unverified")


def test_a_judge_that_was_not_measured_is_unverified_and_has_no_figure() -> None:
    passport = JudgePassport(
        kind="audit", judge="openai:gpt-6.1-sol", version="aud_0", settings={}, labels="none", cohort_gap={}
    )
    assert rows(passport) == [("openai:gpt-6.1-sol", "documents", "none", "unverified", "not measured", "")]


def test_cohort_gaps_are_rows_of_their_own() -> None:
    gap = Figure(value=0.07, low=0.01, high=0.13, n=6)
    passport = shipped_passports()[0].model_copy(update={"cohort_gap": {"culture": gap}})
    assert rows(passport)[-1][-2:] == ("gap by culture", "0.07 (0.01-0.13, n = 6)")
