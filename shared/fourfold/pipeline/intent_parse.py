"""Step 1, intent_parse: extracts hints, explicit facts and the first constraints from the brief."""

from __future__ import annotations

from fourfold.constraints import Violation, contradictory_bounds, locate
from fourfold.pipeline.intent import Intent
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import AppliedAnswer, Step, extended_chain
from fourfold.pipeline.system_prompt import PARSE_PREAMBLE
from fourfold.steps import StepName

TASK = """\
Task: intent_parse. Read the brief and state what it fixes. Invent nothing; everyone after you relies on this.

Facts: only what the brief says outright, one entry each. `quote` is copied letter by letter from the brief, as short
as will carry the fact. `value` is its plain form: surface.age in digits ("34", also where the brief says
"thirty-four" or "in her mid-thirties" - then the middle of the range), surface.location and surface.occupation without
articles, surface.name exactly as spelt. Use "other" for facts no surface field holds (a dead brother, two daughters, a
limp). A mood is not a fact, and neither is anything you conclude.

Constraints: what the temperament words of the brief demand.
- trait_bound: a word such as "shy" caps extraversion (say at 0.35), "meticulous" raises conscientiousness (from 0.7).
  Give the word in `reason`. Only bound what the words carry: a job is no temperament.
- voice_demand: only where the brief speaks of how they talk ("never finishes a sentence", "blunt").
- note: other demands on soul, self, mask or surface.

language is what the person speaks in this text: the language of the brief, wherever they live, unless the brief says
that they speak another. An English brief set in Bergen gives "en". locale is where they live (BCP 47: "tr-TR"); if the
brief names no place, the most usual locale of its language. gender only when the brief tells it (a pronoun, "widow").
Leave tonal axes at 0 where the brief is silent: warmth (cold -1, warm 1), gravity (light -1, grave 1), intensity (calm
-1, fierce 1), irony (plain -1, ironic 1). genre_hints are at most six short tags ("workplace drama", "noir").

refusal is null but for two kinds of brief. real_person_private: it asks for the inner or private life of a real person
who is alive, famous or not; a fictional or historical person is no such case, nor one who only resembles, serves or
admires somebody real. minor_romantic: it puts somebody under 18 in a romantic or sexual frame; a minor in any other
story is no such case, nor an adult who writes romances or looks back.

If the brief contradicts itself, record both facts as they stand: the audit will speak of it.

Example. Brief: "Shy night-shift baker in Izmir, 41, who lost the family shop". Facts: age "41" (quote "41"), location
"Izmir" (quote "Izmir"), occupation "night-shift baker" (quote "night-shift baker"), other "lost the family shop".
Constraint: extraversion at most 0.35, reason "the brief says shy". Not: "hard-working" (nobody said so).
"""


def apply(state: RunState, output: Intent) -> AppliedAnswer:
    """Returns the state with the hints in the draft, and the facts and constraints in the chain only.

    A language that the caller asked for replaces the answer's.

    A fact whose quote is not in the brief is a violation and is not added to the chain.
    """
    facts, broken = [], []
    for stated in output.facts:
        fact = locate(state.intent, stated)
        if fact is None:
            broken.append(
                Violation(
                    source=StepName.INTENT_PARSE,
                    field="intent.facts",
                    observed=f'{stated.field} with the quote "{stated.quote}"',
                    demand="a quote copied from the brief; drop the fact if the brief does not say it",
                )
            )
        else:
            facts.append(fact)
    chain = extended_chain(state, StepName.INTENT_PARSE, [*facts, *output.constraints])
    language = state.asked_language or output.language
    hints = output.model_copy(update={"language": language, "facts": (), "constraints": ()})
    after = state.model_copy(update={"draft": state.draft.model_copy(update={"parse": hints}), "constraints": chain})
    return AppliedAnswer(after, [*broken, *contradictory_bounds(chain)])


INTENT_PARSE = Step(name=StepName.INTENT_PARSE, output_type=Intent, task=TASK, apply=apply, system=PARSE_PREAMBLE)
