"""Ages as people write them: ranges, years of birth, letters, decades, and number words of other languages."""

from __future__ import annotations

from datetime import date

import pytest

from fourfold.constraints import Fact, Note
from fourfold.models import resolve
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold_offline.brief.age import find_ages
from fourfold_offline.brief.matches import QuotedValue
from fourfold_offline.brief.stated_years import further_age, unread_birth
from tests.builders import new_state, stepped

TODAY = date(2026, 11, 27)

# The brief, and the age it states on TODAY; None if it states no age of the person's own.
STATED: list[tuple[str, int | None]] = [
    ("A teacher, 45-50 years old, in Oslo", 47),
    ("A painter born 12.3.1980 in Minsk", 46),
    ("a woman in her early 60's in Perth", 62),
    ("A nurse (f/34) in Köln", 34),
    ("A grandmother of three, 2 cats, 61 years, in Turin", 61),
    ("Un boulanger de quarante-deux ans à Lille", 42),
    ("Un panettiere trentaquattrenne di Bari", 34),
    ("Um padeiro de trinta e quatro anos em Braga", 34),
    ("A widow born in 1956 who keeps bees near Ljubljana", 70),
    ("29F, barista in Leeds", 29),
    ("A 29F barista from Leeds", 29),
    ("M34, truck driver, Ohio", 34),
    ("A pianist (b. 1980) in Riga", 46),
    ("Eine vierunddreißigjährige Hebamme in Bern", 34),
    ("Ein Koch, vierunddreißig Jahre alt, aus Graz", 34),
    ("Una enfermera de treinta y un años en Sevilla", 31),
    ("Dört çocuklu, otuz dört yaşında bir öğretmen", 34),
    ("Учитель тридцати четырёх лет", None),
    ("Тридцатичетырёхлетняя учительница из Казани", 34),
    ("Учителю тридцать четыре года", 34),
    ("Trzydziestoczteroletni piekarz z Gdańska", 34),
    ("Piekarz, trzydzieści cztery lata, Gdańsk", 34),
    ("En bagare, trettiofyra år, i Malmö", 34),
    ("Een bakker van vierendertig jaar uit Gent", 34),
    ("Un boulanger depuis trente ans à Lille", None),
    ("Une femme dont la fille de douze ans est malade", None),
    ("Un homme avec sa fille de douze ans", None),
    ("Eine Frau Mitte fünfzig in Wien", 55),
    ("Ein Mittvierziger aus Ulm", 45),
    ("Una cuarentona de Madrid", 45),
    ("A man born in 1889 in Cork", None),
    ("A soldier born in 1920, it is 1944, in Kent", None),
    ("A mother whose son was born in 1990", None),
    ("A baker, forty to forty-five", None),
    ("A clerk between 30 and 35 years old", 32),
    ("A man, pushing 50, in Hull", 50),
    ("A 40-something lawyer in Kent", 45),
    ("A boxer, 34 yrs old, from Cork", 34),
    ("DOB 1980-03-12, a plumber in Leeds", 46),
    ("1956 doğumlu bir arıcı, Bursa", 70),
    ("1980年生まれの料理人", 46),
    ("Née en 1956 à Lyon, infirmière", 70),
    ("Nato il 12 marzo 1980 a Bari, panettiere", 46),
    ("A nurse with 20-25 years of experience", None),
    ("A couple of 30-40 cats live with her", None),
    ("A teacher of 25-30 pupils in Oslo", None),
    ("A shop open 9-17 in Oslo", None),
    ("Working 10-12 hours a day, a baker in Rome", None),
    ("A sailor of 60 winters", 60),
    ("A man in his mid-40s", 45),
    ("A driver in his late 50s", 58),
    ("Ein 45-50 Jahre alter Lehrer", 47),
    ("Aged between 45 and 50, a teacher", 47),
    ("A teacher who is 45 to 50 years old", 47),
    ("Une retraitée de soixante-dix-huit ans", 78),
    ("Una ragazza di ventun anni di Bari", 21),
    ("A runner 5F tall", None),
    ("A widower of ninety-two", 92),
    ("A quinquagénaire in Paris", 55),
    ("A woman turning 60 in May", 60),
    ("A baker turning forty next May", 40),
    ("A nurse from Leeds, born '84", 42),
    ("A surfer born in '05 in Cork", 21),
    ("A girl aged 7 to 9 who collects stones", 8),
    ("Un boulanger cinquantenaire à Nantes", 55),
    ("Le cinquantenaire de l'usine, un ouvrier à Lens", None),
    ("A potter, not 40 but 50, from Cork", 50),
    ("A potter, not forty but fifty, from Cork", 50),
    ("A man of about sixty who keeps bees", 60),
    ("A surgeon just past her 50th birthday", 50),
    ("A chef who remembers her 7th birthday", None),
    ("A smith, forty-odd, from Hull", 45),
    ("A keeper of forty-odd cats in Hull", None),
    ("Un homme dans la quarantaine, Lyon", 45),
    ("Un médecin pendant la quarantaine, Lyon", None),
    ("Pielęgniarka, lat 34, Kraków", 34),
    ("She runs a 24-hour shop and is 52", 52),
    ("She lives with a son who sings and is 7", None),
    ("A singer who was 20 in 1980", 66),
    ("A mother whose son was 5 in 1990", None),
    ("A planner with a 5-year plan for her bakery", None),
    ("He has worked for 30 years as a cook", None),
    ("A carpenter, class of 1999", None),
]


def stated(brief: str) -> list[QuotedValue]:
    """The ages that a brief states; those that depend on the date are read as on TODAY."""
    if not any(words in brief for words in ("19", "born", "DOB")):
        return find_ages(brief)
    further = further_age(brief, TODAY)
    return [] if further is None else [further]


@pytest.mark.parametrize(("brief", "age"), STATED)
def test_an_age_is_read_as_people_write_it(brief: str, age: int | None) -> None:
    exact = stated(brief)
    assert [found.value for found in exact[:1]] == ([] if age is None else [str(age)])
    assert all(found.quote in brief for found in exact)


def test_zero_width_characters_do_not_hide_an_age_or_a_place() -> None:
    state = stepped(INTENT_PARSE, new_state("A baker, 3\u200b4, in Lis\u200bbon"), resolve("offline:composer-1")).state
    facts = [link.constraint for link in state.constraints if isinstance(link.constraint, Fact)]
    assert [fact.value for fact in facts if fact.field == "surface.age"] == ["34"]
    assert [fact.value for fact in facts if fact.field == "surface.location"] == ["Lisbon"]


def test_a_birthday_later_in_the_year_is_not_counted() -> None:
    brief = "A painter born 12.3.1980 in Minsk"
    before, on = (further_age(brief, date(2026, 3, day)) for day in (11, 12))
    assert before is not None
    assert on is not None
    assert (before.value, on.value) == ("45", "46")


@pytest.mark.parametrize(
    "brief",
    ["A monk born in 1852 in Cork", "A soldier born in 1920, it is 1944, in Kent", "A carpenter, class of 1999"],
)
def test_a_year_of_birth_that_no_age_follows_from_is_said_to_be_unread(brief: str) -> None:
    unread = unread_birth(brief, TODAY)
    assert unread is not None
    constraints = stepped(INTENT_PARSE, new_state(brief), resolve("offline:composer-1")).state.constraints
    notes = [link.constraint for link in constraints if isinstance(link.constraint, Note)]
    assert any(unread in note.text for note in notes)
