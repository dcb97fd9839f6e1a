"""Finds the name of the person; a capitalised job, temperament, relative or place is no name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fourfold_offline.brief.matches import KIN, QuotedValue, words_before
from fourfold_offline.data_files import load
from fourfold_offline.lexicon.foreign_occupations import foreign_titles
from fourfold_offline.lexicon.given_names import is_given_name
from fourfold_offline.lexicon.occupations import job_titles, trades_by_title
from fourfold_offline.lexicon.temperament import speech, temperament

_W = r"[A-ZÀ-ÖØ-ÞĀ-ŽȘȚƏİŞÇĞÖÜŁŠŽĆČĐĞẠ-ỹ][\w'’-]{0,40}[\w]"  # a capital and at least one letter more
_NAME = rf"({_W}(?:\s{{1,9}}{_W}){{0,2}})"
_TITLE = r"(?:(?:Dr\.?|Professor|Prof\.?|Sister|Father|Brother|Mother|Captain|Judge|Mr\.?|Mrs\.?|Ms\.?|Miss|Officer|Detective|Uncle|Aunt|Auntie|Queen|King|Lady|Lord|Sir|Sergeant|Inspector|Reverend|Rabbi|Imam|Don|Doña|Señora|Señor|Frau|Herr|Madame|Monsieur|Signora|Signor)\s{1,9})"
_CYRILLIC = r"([А-ЯЁІЇЄҐ][а-яёіїєґ'-]{1,40}(?:\s{1,9}[А-ЯЁІЇЄҐ][а-яёіїєґ'-]{1,40})?)"
_HAN = r"([\u4e00-\u9fff]{1,4})"
_END = r"(?=[\s,.;:!?)、，。；！？]|$)"

_DOES = r"(?:works|lives|runs|teaches|grew|keeps|wants|lost|drives|sells|owns|fixes|repairs|writes|paints|cooks|bakes|plays|hates|loves|makes|builds|collects|spends|believes|thinks|dreams|fears|moved|left|came|studies|speaks|talks|sings|takes|raises|grows|trains|manages|leads|hunts|cleans|designs|feels|says|used|cannot|can't|does|doesn't|had|tends|mends|translates)\b"

# Phrases that introduce a name: any capitalised word after one is a name.
_OUTRIGHT: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:[Nn]amed|[Cc]alled|[Nn]icknamed|[Nn]ame is|[Nn]ame's|[Nn]ame’s|[Nn]ame was|known as|goes by|answers to|christened|baptised|baptized)\s{{1,9}}[\"“']?{_TITLE}?{_NAME}",
        rf"(?:^|[\n;.,|(])\s{{0,9}}(?:[Ff]ull |[Ff]irst |[Gg]iven )?(?:[Nn]ame|NAME|Nom|Nombre|Nome|Ad[ıi]?|İsim|Имя)\s{{0,9}}[:=]\s{{0,9}}[\"“']?{_TITLE}?{_NAME}",
        rf"\b(?:[Cc]all|[Mm]eet|[Nn]ame)\s{{1,9}}(?:(?:her|him|them|me|it)\s{{1,9}})?[\"“']?{_TITLE}?{_NAME}",
        rf"\b(?:I'm|I’m|I am|[Tt]his is)\s{{1,9}}{_TITLE}?{_NAME}",
        rf"\b(?:mi nombre es|[Ss]e llama|[Mm]e llamo|llamad[ao]|de nombre|[Ss]'appelle|[Jj]e m'appelle|nommée?|prénommée?|qui s'appelle|namens|mit Namen|[Hh]eißt|genannt|di nome|[Ss]i chiama|[Mm]i chiamo|chiamat[ao]|[Cc]hama-se|[Mm]e chamo|chamad[ao]|de nome|genaamd|heet|o imieniu|imieniem|med namnet|som heter|ved navn|jménem|nimeltä|bernama|bernama|tên là|pe nume|nevű)\s{{1,9}}{_NAME}",
        rf"\b(?:adı|ismi|isminde)\s{{0,9}}:?\s{{1,9}}{_NAME}|{_NAME}\s{{1,9}}(?:adında|adlı|isimli|ismindeki|nevű|nimi(?:nen|seltä))\b",
        rf"(?:по имени|зовут|имя|на ім'я|звати)\s{{1,9}}{_CYRILLIC}",
        rf"(?:名叫|名字叫|名字是|叫做|姓名[:：]|他叫|她叫|我叫){_HAN}{_END}|叫({_HAN[1:-1]}){_END}",
        rf"(?:名前は|名は){_HAN[:-1]}|[\u3040-\u30ff]{{1,6}})(?=[\s、。,.]|です|だ|$)|((?:[\u4e00-\u9fff]{{1,4}}|[\u3040-\u30ff]{{2,6}}))(?:という名|と(?:いう|申し))",
        r"(?:이름은|이름이|이름:)\s{0,9}([\uac00-\ud7af]{2,4}?)(?=[\s,.]|인|이다|입니다|$)|([\uac00-\ud7af]{2,4})(?:라는|이라는)",
        r"(?:اسمها|اسمه|اسمي|تدعى|تُدعى|يدعى|يُدعى|واسمها|واسمه|الاسم:?)\s{1,9}([\u0621-\u064a]{1,40})",
        r"(?:به نام|نامش|اسمش)\s{1,9}([\u0621-\u06cc]{1,40})",
        r"(?:नाम|जिसका नाम|नाम है)\s{0,9}:?\s{1,9}([\u0900-\u097f]{1,40})",
        r"(?:בשם|שמה|שמו)\s{1,9}([\u05d0-\u05ea]{1,40})",
        r"(?:με το όνομα|που τη λένε|που τον λένε|ονόματι)\s{1,9}([Α-ΩΆ-Ώ][\w]{1,40})",
        r"ชื่อ\s{0,9}([\u0e00-\u0e7f]{2,12})",
    )
)
# Usual positions of a name: a capitalised word there may also be a job or a temperament, so it is checked.
_LIKELY: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^\s{{0,9}}{_TITLE}?{_NAME}\s{{0,9}}(?:,|\(|:|–|—|-\s)\s{{0,9}}(?:age[d]?\s{{1,9}})?(?:\d|an?\b|the\b|who\b|whose\b|our\b|one\b)",
        rf"^\s{{0,9}}{_TITLE}?{_NAME}\s{{1,9}}(?:is|was|has|never|once|still|always|who|es|est|ist|è|é)\b",
        rf"^\s{{0,9}}{_TITLE}?{_NAME}\s{{1,9}}{_DOES}",
        rf"^\s{{0,9}}{_TITLE}?{_NAME}\s{{1,9}}(?:the|of the)\s{{1,9}}[a-z]",
        rf"^\s{{0,9}}{_TITLE}{_NAME}",
        rf"^\s{{0,9}}{_NAME}\s{{0,9}}$",
    )
)
# Other positions: only a listed given name counts.
_KNOWN: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^\s{{0,9}}{_TITLE}?{_NAME}\s{{0,9}}[,(:–—]\s{{0,9}}[a-zà-ÿ]",
        rf"^\s{{0,9}}[\w-]{{1,40}}(?:\s{{1,9}}(?!(?:who|that|whose|in|of|from|with|to|at|near|on|by|for|and|loves)\b)[a-z][\w-]{{1,40}}){{0,3}}\s{{1,9}}{_NAME}(?=\s{{0,9}}[,.;(]|\s{{0,9}}$|\s{{1,9}}(?:is|was|who|lives|works|has|from|in)\b)",
        rf"[,–—(:]\s{{0,9}}{_TITLE}?{_NAME}(?=\s{{0,9}}[,.;)]|\s{{0,9}}$)",
        r"([\uac00-\ud7af]{2,3})\s{0,9}$",
        rf"(?:^|[.;]\s{{1,9}}){_NAME},?\s{{1,9}}(?:is|was|lives|works)\b",
    )
)
_KIN_NAMED = re.compile(
    rf"(?:\b(?:her|his|their|my|whose|with|has|have|and|a|an|the|of|to|by|loves|owns|runs|keeps)\s{{1,9}}(?:[\w'’-]{{1,40}}\s{{1,9}}){{0,2}})?(?P<noun>{KIN}|bar|shop|café|cafe|restaurant|boat|ship|ferry|village|town|city|street|island|robot|band|company|"
    r"farm|club|newspaper|novel|book|song|film|play|hotel|pub|bakery|steakhouse|startup|app|river|salon|store|inn|trawler|yacht|horse|ghost|god|saint|woman|man)\s{0,9},?\s{0,9}(?:who is |that is |is )?$",
    re.IGNORECASE,
)
_SOMEONES = re.compile(
    r"\b(?:her|his|their|my|whose|with|has|have|and|of|to|by|loves|owns|runs|keeps|from|in|on)\b", re.IGNORECASE
)
_THING = re.compile(r"(?:bar|shop|caf[ée]|restaurant|boat|ship|ferry|village|town|city|street|island|band|company|farm|club|newspaper|novel|book|song|film|play|hotel|pub|bakery|steakhouse|startup|app|river|salon|store|inn|trawler|yacht)$", re.IGNORECASE)  # fmt: skip

_NOUN_ENDING = re.compile(r"(?:er|or|ist|ician|eur|euse|ess|ian|man|woman|ant|ent|ive|ful|less|ous|ed|ing|ly|ic|ish|smith|wright|monger|keeper|maker|ologist|ador|adora|ero|era|aholic|iac|ite|ling|ette|ism|ness|ship|hood|tion|al|ary|est)$")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _NameWords:
    """`never_names` begin briefs, or are words for people, relatives and work; `also_names` are words of titles and
    temperament that are more often names at the position of a name."""

    never_names: frozenset[str]
    also_names: frozenset[str]


@cache
def _words() -> _NameWords:
    return load("en/name_words", _NameWords)


def find_name(brief: str, places: frozenset[str]) -> QuotedValue | None:
    """The given name, with family names if stated; None if there is none. `places` are casefolded place names."""
    for quote, start in _read(brief, _OUTRIGHT):
        kept = _cleaned(quote)
        if kept and not _names_someone_else(words_before(brief, start)) and _may_be(kept, places):
            return QuotedValue(kept, kept)
    for quote, _ in _read(brief, _LIKELY):
        kept = _cleaned(quote)
        if kept and _is_likely(kept, places):
            return QuotedValue(kept, kept)
    for quote, start in _read(brief, _KNOWN):
        kept = _cleaned(quote)
        if (
            kept
            and is_given_name(kept.split()[0])
            and _is_likely(kept, places)
            and not _names_someone_else(words_before(brief, start))
        ):
            return QuotedValue(kept, kept)
    return None


def _read(brief: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[tuple[str, int]]:
    for pattern in patterns:
        for match in pattern.finditer(brief):
            group = next(index for index, text in enumerate(match.groups(), 1) if text is not None)
            yield match.group(group), _opening(match)


def _opening(match: re.Match[str]) -> int:
    """The offset of the words that introduce the name, after a comma or bracket before them."""
    return match.start() + len(match.group()) - len(match.group().lstrip(" ,–—(:;.\n"))


def _cleaned(quote: str) -> str:
    """The words of a name, cut before the first word of the sentence that follows ("Mina She's")."""
    words: list[str] = []
    for word in quote.split():
        plain = word.removesuffix("'s").removesuffix("’s").rstrip("'’-")
        if words and (plain.casefold() in _words().never_names or plain.casefold() in {"she", "he", "they"}):
            break
        words.append(plain if word == quote else word.rstrip("'’-"))
        if word != plain and word.endswith(("'s", "’s")):
            words[-1] = plain
            break
    return " ".join(words)


_MET = re.compile(
    r"\b(?:in love with|obsessed with|loves|loved|married to|engaged to|divorced from|killed|murdered|misses|hates|raised by|haunted by|betrayed by|works for|cares for|with)\s{1,9}(?:an?|the|her|his|their)\s{1,9}(?:[\w'’-]{1,40}\s{1,9}){1,3}$",
    re.IGNORECASE,
)


def _names_someone_else(before: str) -> bool:
    """Whether the words before make it the name of a relative, an animal or a thing ("with a dog named Rex")."""
    if _MET.search(before):
        return True
    match = _KIN_NAMED.search(before)
    if match is None:
        return False
    return _THING.match(match["noun"]) is not None or bool(_SOMEONES.search(match.group().removesuffix(match["noun"])))


def _may_be(name: str, places: frozenset[str]) -> bool:
    """Whether words after an introducing phrase can be a name."""
    first = name.split(maxsplit=1)[0].casefold()
    return first not in _words().never_names and name.casefold() not in places


def _is_likely(name: str, places: frozenset[str]) -> bool:
    """Whether a capitalised word at the position of a name is one."""
    words = [word.casefold() for word in name.split()]
    if not _may_be(name, places) or words[0] in places:
        return False
    if any(word in _common() or word.split("-")[0] in _common() for word in words[:1]):
        return False
    if (
        len(words) > 1
        and any(word in _common() or word in _words().never_names for word in words[1:])
        and not is_given_name(words[0])
    ):
        return False
    return is_given_name(words[0]) or not _NOUN_ENDING.search(words[0])


@cache
def _common() -> frozenset[str]:
    """Words of jobs and temperament, which a terse brief puts at the position of a name."""
    titles = {word for title in trades_by_title() for word in title.split() if len(word) > 2}
    foreign = {title for titles in foreign_titles().values() for title in titles}
    words = (
        titles
        | foreign
        | job_titles().modifiers
        | set(temperament())
        | {word for term in speech() for word in term.split()}
    )
    return frozenset(words - _words().also_names)
