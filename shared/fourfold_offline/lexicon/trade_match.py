"""Fits a trade to an occupation in words: the wide heading a lexicon gives, and the narrower one its words tell."""

from __future__ import annotations

import re

# Narrower trade, the headings it may be found under, and words that tell. The first that fits is taken.
_FINER: tuple[tuple[str, frozenset[str], re.Pattern[str]], ...] = tuple(
    (trade, frozenset(headings.split()), re.compile(words, re.IGNORECASE))
    for trade, headings, words in (
        ("funeral", "care building shop faith uniform office", r"\bundertak|\bmortician|\bfuneral|\bembalm|gravedigger|cemeter|crematori|\bcoffin"),
        ("animals", "care land kitchen building sport uniform", r"\bvets?\b|veterinar|zookeeper|\bdog\b|\bbee-?keep|apicult|\bimker|\bgroom\b|\bstable|\bhorse|falconer|\banimal|\bkennel|farrier|\bmule|\belephant|\bcat\b"),
        ("air", "sea building uniform science office", r"air.?traffic|(?<!harbor )(?<!harbour )(?<!river )\bpilot\b|flight attendant|\bastronaut|cabin crew|\bsteward(?:ess)?\b|\baircraft"),
        ("road", "sea building uniform shop idle office", r"\b(?:bus|taxi|cab|tram|train|truck|lorry|van|delivery|rickshaw|ambulance|minibus)\b|cabbie|trucker|chauffeur|courier|\bdriver|\brail|ticket (?:inspector|collector)|\btoll\b|stationmaster|signalman|\bpost(?:man|woman|al)|mail(?:man| carrier)|taxista|taksici|şoför|motorista|facteur|busfahrer|ferrovi|cheminot|司机|водитель|سائق"),
        ("sweeping", "building shop office", r"sweeper|street clean|garbage|\bbin man|\bbinman|refuse|\bcleaner|cleaning|janitor|caretaker|chimney sweep|toilet attendant|\bmaid\b|chambermaid|housekeeper|limpiador|temizlik|putzfrau|femme de ménage|faxineira"),
        ("software", "software", r"\btech\b|startup|start-up|software|\bgame|\bapp\b|\bweb\b|engineer|developer|programmer|\bdata\b|security"),
        ("office", "software shop money politics building press office", r"\bc[eto]o\b|\bexecutive|(?<!hotel )(?<!bank )(?<!store )(?<!fund )(?<!product )\bmanager|secretary|personal assistant|^assistant|\bhr\b|recruiter|\boffice\b|consultant|civil servant|bureaucrat|registrar|advertising|marketing|entrepreneur|call cent|telemarket|customer service|administrat|salaryman|会社員|회사원|business(?:man|woman)|tycoon|insurance clerk|\bchairman|\bdirector"),
        ("pen", "stage", r"novelist|(?<!song)writer|\bpoet|playwright|\bauthor\b|crossword|escritor|écrivain|schriftsteller|scritt|\byazar|писател|作家|كاتب"),
        ("studio", "stage", r"painter|sculptor|potter|ceramic|illustrator|cartoonist|tattoo|photograph|\bartist|calligraph|art (?:restorer|forger)|designer|animator|pintor|peintre|ressam|maler|pittor|художни|画家"),
    )
)  # fmt: skip

_BROADER = {
    "funeral": "care", "animals": "land", "air": "sea", "road": "sea", "sweeping": "shop", "office": "money", "campus": "school", "pen": "stage", "studio": "stage",
}  # fmt: skip


def finer(trade: str, occupation: str) -> str:
    """The narrower trade of an occupation; the one given where its words tell nothing more."""
    return next((narrow for narrow, headings, words in _FINER if trade in headings and words.search(occupation)), trade)


def broader(trade: str) -> str:
    """The heading under which the cores of a story know a trade."""
    return _BROADER.get(trade, trade)
