"""Finds the events of a life that no surface field holds: losses, relatives, bodies, wishes, fears."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """An event: its kind (a key of `Core.kinds`), its plain form, and the words of the brief it rests on."""

    kind: str
    value: str
    quote: str


_KIN = r"(?:twin |older |younger |little |big |baby |elder |only |first |best )*"
_LOSSES: tuple[tuple[str, str], ...] = (
    ("dead_sibling", rf"\b(?:lost|buried|mourn(?:s|ing)|grieving|grieves)\s+(?:(?:a|her|his|their|the)\s+)?{_KIN}(?:brother|sister|sibling|twin)(?:\s+\w+){{0,1}}\b|\b(?:dead|late|drowned|missing)\s+{_KIN}(?:brother|sister|twin)\b|\bwhose\s+{_KIN}(?:brother|sister|twin)\s+(?:died|drowned|was killed|disappeared|vanished|killed)[^,.;]{{0,40}}|\b(?:brother|sister|twin)(?:'s| is)?\s+(?:death|dead)\b"),
    ("dead_child", rf"\b(?:lost|buried|mourn(?:s|ing)|grieving|grieves)\s+(?:(?:a|her|his|their|the)\s+)?{_KIN}(?:son|daughter|child|baby)\b|\bwhose\s+{_KIN}(?:son|daughter|child)\s+(?:died|drowned|was killed|disappeared|vanished)[^,.;]{{0,40}}"),
    ("dead_parent", rf"\b(?:lost|buried|mourn(?:s|ing)|grieving|grieves)\s+(?:(?:a|her|his|their|the|both)\s+)?{_KIN}(?:mother|father|parents?|mum|mom|dad)\b|\bwhose\s+(?:mother|father|parents?)\s+(?:died|drowned|was killed|were killed|disappeared|vanished|left|abandoned)[^,.;]{{0,40}}|\borphan(?:ed)?\b"),
    ("widowed", r"\bwidow(?:ed|er)?\b|\b(?:lost|buried|mourn(?:s|ing)|grieving|grieves)\s+(?:(?:her|his|their|a)\s+)?(?:wife|husband|spouse|partner|fiancée?)\b|\b(?:dead|late)\s+(?:wife|husband|partner)\b"),
    ("divorced", r"\b(?:recently |newly |twice |thrice )*(?:divorced|separated)\b(?: (?:twice|three times))?|\bdivorcee\b|\bafter (?:a|her|his|their) divorce\b|\bjilted\b|\bleft at the altar\b"),
    ("prison", r"\bex-con(?:vict)?\b|\b(?:out of|from|in|years? in) prison\b|\bformer prisoner\b|\bserved (?:time|\w+ years)\b|\bjailed\b|\bon parole\b"),
    ("war", r"\bwar veteran\b|\bsurvived (?:the|a) (?:war|siege|bombing)\b|\b(?:civil )?war\b(?! correspondent| photographer)|\bveteran of [^,.;]{3,30}"),
    ("ruin", r"\b(?:lost|losing|sold|gambled away)\s+(?:the|her|his|their)\s+(?:\w+\s+){0,2}(?:shop|business|company|house|home|farm|savings|restaurant|fortune|job|boat|bakery|store|land|career|voice|licence|license|sight|hearing)\b|\bbankrupt(?:cy)?\b|\bwent broke\b|\bin debt\b|\blaid off\b|\bfired\b"),
    ("migration", r"\b(?:refugee|immigrant|emigrated|immigrated|exiled?|asylum seeker|expat|undocumented)\b|\b(?:fled|left) (?:from )?[A-Z]\w+"),
    ("addiction", r"\brecovering (?:alcoholic|addict|gambler)\b|\balcoholic\b|\b(?:newly |\w+ years )?sober\b|\bgambling (?:problem|addiction|debts?)\b|\baddicted to [^,.;]{3,30}|\baddict\b"),
    ("body", r"\b(?:walks )?with a (?:bad )?(?:limp|stutter|stammer|scar|prosthetic \w+|cane|glass eye|bad knee|tremor)\b|\b(?:limps|stutters|stammers)\b|\bin a wheelchair\b|\bwheelchair(?:-bound| user)?\b|\b(?:going |half-|partly |nearly )?(?:blind|deaf)\b|\bone-(?:eyed|armed|legged|handed)\b|\bchronic (?:pain|illness)\b|\b(?:has|with|survived|survivor of) (?:cancer|epilepsy|diabetes|polio|parkinson's|tinnitus|insomnia)\b|\bmissing (?:a|two|three) fingers?\b|\binsomniac\b"),
    ("twin", r"\b(?:identical )?twin\b"),
    ("adopted", r"\badopted\b|\bfoster (?:child|kid|care)\b|\bfoundling\b"),
    ("estranged", r"\bestranged (?:from )?(?:(?:her|his|their) )?(?:\w+)|\b(?:has not|hasn't|haven't|not) spoken to [^,.;]{3,40}|\bno longer speaks to [^,.;]{3,40}|\bdisowned\b"),
    ("children", r"\b(?:single )?(?:mother|father|mom|mum|dad|parent) (?:of|to) (?:\w+(?: grown)?(?: (?:children|kids|daughters|sons|girls|boys))?)|\b(?:with|has|raising|raises) (?:\w+ )?(?:two|three|four|five|six|seven|a|grown|young|teenage|adult) ?(?:\w+ )?(?:children|kids|daughters?|sons?|grandchildren|twins)\b|\bsingle (?:mother|father|mom|mum|dad|parent)\b|\bgrandmother\b(?: of \w+)?|\bgrandfather\b(?: of \w+)?|\bgreat-grand\w+|\bpregnant\b"),
    ("retired", r"\bretired\b|\bretiree\b|\bpensioner\b"),
    ("degree", r"\bPhD\b|\bdoctorate\b|\bM\.?D\.\b|\bMBA\b"),
    ("married", r"\bmarried\b(?: (?:to [^,.;]{3,30}|for \w+ years|twice|three times))?|\bnewlywed\b"),
)  # fmt: skip
_CLAUSES: tuple[tuple[str, str], ...] = (
    ("wish", r"\b(?:who |and |but |she |he |they )?(?:secretly |desperately |only |still |really |just )*((?:wants?|longs?|dreams?|hopes?|yearns?|plans?|is desperate|is determined|is trying|would like|wishes)\s+(?:to|of|for|that)\s+[^,.;!?\n]{3,90})"),
    ("dread", r"\b((?:is |are )?(?:terrified|afraid|scared|frightened) (?:of|that|to)\s+[^,.;!?\n]{3,80}|(?:fears|dreads)\s+[^,.;!?\n]{3,80}|with a fear of [^,.;!?\n]{3,60})"),
    ("clause", r"\bwho(?:'s)?\s+((?!is\b|was\b|are\b|wants?\b|lives?\b|works?\b|has been\b|were\b)[a-z][^,.;!?\n]{3,100})"),
    ("clause", r"\b(?:she|he|they)\s+((?:still |never |secretly |always |once |only |cannot |can't |has |had |keeps |collects |hates |loves |lost |killed |betrayed |believes |writes |hides |refuses |lies |owes |talks |sings |speaks |moved |grew |left )[^,.;!?\n]{3,100})"),
    ("obsession", r"\b(obsessed with\s+[^,.;!?\n]{3,60}|in love with\s+[^,.;!?\n]{3,60}|haunted by\s+[^,.;!?\n]{3,60}|hiding\s+[^,.;!?\n]{3,60}|famous for\s+[^,.;!?\n]{3,60}|known for\s+[^,.;!?\n]{3,60})"),
    ("holding", r"\bwith (?!a fear|a limp|a stutter|a stammer|two |three |four |five |grown)((?:an?|no|too many|only|her|his|their)\s+[^,.;!?\n]{3,60})"),
    ("whose", r"\bwhose\s+([^,.;!?\n]{5,80})"),
)  # fmt: skip
_MOST = 6
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|instructions?|prompt|json|output|schema|score|scores|rating|rate it|5/5|out of 5|system|overall|you are|you must|as an ai|assistant|audit|findings)\b",
    re.IGNORECASE,
)


def find_life_events(brief: str) -> list[LifeEvent]:
    """At most six events, losses first. Instructions to the reader are skipped."""
    found: list[LifeEvent] = []
    for kind, pattern in (*_LOSSES, *_CLAUSES):
        for match in re.finditer(pattern, brief, re.IGNORECASE):
            quote = (match.group(1) if match.re.groups else match.group()).strip(" \t-–—\"'()")
            clash = any(
                quote.casefold() in other.quote.casefold()
                or (
                    other.quote.casefold() in quote.casefold()
                    and kind in {"clause", "whose", "holding"}
                    and other.kind not in _ADDABLE
                )
                for other in found
            )
            of_kin = kind == "clause" and re.search(
                r"\b(?:her|his|their|a dead|an estranged)\s+(?:\w+\s+)?(?:father|mother|brother|sister|son|daughter|wife|husband|friend|boss|twin)\s*,?\s*$",
                brief[: match.start()],
                re.IGNORECASE,
            )
            if _usable(quote) and not of_kin and not clash and not _INSTRUCTION.search(quote):
                found.append(LifeEvent(kind, re.sub(r"\s+", " ", quote), quote))
            if len(found) >= _MOST:
                return found
    return found


# Kinds that a longer clause may contain without replacing it ("retired" in "who retired to the coast").
_ADDABLE = frozenset({"retired", "married", "degree"})
_LONGEST = 120


def _usable(quote: str) -> bool:
    return 2 < len(quote) <= _LONGEST and "\n" not in quote and not re.search("[\ud800-\udfff\x00-\x1f]", quote)
