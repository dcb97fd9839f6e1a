"""Finds the gender a brief tells: by pronouns, words of kin, the given name, and the grammar of other languages."""

from __future__ import annotations

import re

from fourfold_offline.grammar import Gender
from fourfold_offline.lexicon.foreign_occupations import FOREIGN_GENDERS
from fourfold_offline.lexicon.given_names import gender_of_name

_FEMALE = frozenset(
    "she her hers herself woman girl lady female mother grandmother widow wife daughter sister aunt niece nun actress waitress queen "
    "princess policewoman businesswoman heiress mum mom grandma granny schoolgirl goddess saleswoman housewife ballerina fisherwoman matriarch "
    "duchess countess baroness spinster stewardess seamstress abbess witch masseuse bride barmaid chambermaid governess landlady hostess priestess "
    "godmother stepmother mrs ms miss madam lesbian heroine sorceress mermaid businesswoman stuntwoman cowgirl teyze abla hanım "
    "kadın kız frau mädchen mutter witwe oma großmutter mujer chica niña madre abuela viuda señora ella femme fille mère veuve elle mamie "
    "donna ragazza madre vedova nonna signora lei mulher menina moça mãe avó viúva senhora ela kobieta wdowa babcia kvinna kvinde "
    "женщина девушка девочка вдова мать бабушка дочь сестра она её llamada nommée prénommée appelée chiamata chamada".split()
)
_MALE = frozenset(
    "he him his himself man boy guy male father grandfather widower husband son brother uncle nephew monk king prince policeman fisherman "
    "salesman businessman fireman dad grandpa grandad schoolboy cowboy gentleman patriarch bloke lad conman mailman postman salaryman handyman duke "
    "wizard baron bachelor groom landlord altar-boy godfather stepfather mr sir lord emperor stuntman repairman doorman nobleman "
    "adam erkek oğlan baba dede amca mann vater witwer opa großvater hombre chico niño padre abuelo viudo señor él homme garçon père veuf lui "
    "uomo ragazzo vedovo nonno homem menino rapaz pai avô viúvo senhor ele mężczyzna wdowiec "
    "мужчина парень мальчик вдовец отец дед сын брат он его llamado nommé prénommé appelé chiamato chamado".split()
)
# Signs inside scripts that put no spaces, or no letters a word test sees, between words.
_FEMALE_SIGNS = re.compile("女性|女人|女士|女子|の女|女の|她|寡妇|母亲|奶奶|여자|여성|할머니|그녀|امرأة|سيدة|فتاة|أرملة|هي |اسمها|تدعى|महिला|औरत|लड़की|वाली|विधवा|אישה|אלמנה|שמה|γυναίκα|χήρα|ผู้หญิง|หญิง")  # fmt: skip
_MALE_SIGNS = re.compile("男性|男人|男子|の男|男の|男孩|寡夫|爷爷|남자|남성|할아버지|رجل|شاب|أرمل(?!ة)|اسمه(?!ا)|يدعى|पुरुष|आदमी|लड़का|वाला|גבר|אלמן(?!ה)|שמו|άντρας|ผู้ชาย")  # fmt: skip
_NONBINARY = re.compile(r"\b(?:non-?binary|genderqueer|genderfluid|enby|agender|they/them)\b", re.IGNORECASE)
_TRANS = re.compile(r"\btrans(?:gender|sexual)?\s+(woman|girl|man|boy)\b", re.IGNORECASE)
_KIN_OF = re.compile(
    r"\b(?:her|his|their|a|the|whose|lost|of|with|an|estranged|dead|late|two|three|my)\s+(?:\w+\s+)?(mother|father|brother|sister|wife|husband|son|daughter|aunt|uncle|grandmother|grandfather|"
    r"boy|girl|nephew|niece|mum|mom|dad|king|queen|man|woman|widow|widower|lady|boyfriend|girlfriend)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^\s*(?:meet\s+)?(?:(?:an?|the)\s+)?(?:(?!(?:who|whose|that|with|of|in|and|from|his|her|their|lost|to|by|raised|like|for|married|on|at|named|called|is)\b)[\w'’-]+,?\s+){0,5}?"
    r"(mother|father|mum|mom|dad|grandmother|grandfather|grandma|grandpa|brother|sister|widow|widower|wife|husband|girl|boy|man|woman|lady|king|queen|aunt|uncle|daughter|son|nun|monk|bachelor)\b(?!['’]s)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?:^|[/,(|\d])\s*([fm])\s*(?=[/,)|\d]|$)", re.IGNORECASE)
_NEUTRAL = re.compile(r"\b(?:person|persona|personne|pessoa|fachkraft|lehrkraft|victime|guardia)\b", re.IGNORECASE)
_FEMALE_ARTICLE = re.compile(r"^\s*(?:una|une|uma|un['’]|eine)(?:\s|(?<=['’]))", re.IGNORECASE)
_MALE_ARTICLE = re.compile(r"^\s*(?:un|um|ein|uno)\s", re.IGNORECASE)


def find_gender(brief: str, name: str | None, language: str, locale: str) -> Gender | None:
    """What pronouns and words of kin tell; else what the given name tells; else what the grammar of its language does."""
    if _NONBINARY.search(brief):
        return "nonbinary"
    return _by_words(brief) or (gender_of_name(name, locale) if name else None) or _by_grammar(brief, language)


def _by_words(brief: str) -> Gender | None:
    trans = _TRANS.search(brief)
    head = _HEAD.match(brief)
    said = trans or head
    if said is not None:
        return "female" if said.group(1).casefold() in _FEMALE else "male"
    words = re.findall(r"[^\W\d_]+", brief.casefold())
    for match in _KIN_OF.finditer(brief):
        word = match.group(1).casefold()
        if word in words:
            words.remove(word)
    female = sum(word in _FEMALE for word in words) + len(_FEMALE_SIGNS.findall(brief))
    male = sum(word in _MALE for word in words) + len(_MALE_SIGNS.findall(brief))
    if female == male:
        letter = _LETTER.search(brief)
        return None if letter is None else "female" if letter.group(1) in "fF" else "male"
    return "female" if female > male else "male"


def _by_grammar(brief: str, language: str) -> Gender | None:
    """An article at the head, or a title that has one form for women and one for men."""
    if language not in {"es", "it", "pt", "fr", "de"} | FOREIGN_GENDERS.keys() or _NEUTRAL.search(brief):
        return None
    if language in {"es", "it", "pt", "fr", "de"}:
        if _FEMALE_ARTICLE.match(brief) and (language == "it" or "'" not in brief[:4]):
            return "female"
        if _MALE_ARTICLE.match(brief) and language != "de":
            return "male"
    genders = FOREIGN_GENDERS.get(language, {})
    folded = brief.casefold()
    told = [(len(title), gender) for title, gender in genders.items() if title in folded]
    return max(told)[1] if told else None
