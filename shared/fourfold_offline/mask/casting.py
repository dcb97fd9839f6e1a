"""Which voices a temper asks for and which it rules out: words first, numbers after.

A stern colonel may be laconic or exact; he is not "mild and unfinished". The numbers of the self alone do not say so,
because the same numbers are reached from several tempers.
"""

from __future__ import annotations

import re

from fourfold_offline.brief.temperament import said_in_place

_Named = frozenset[str]


def _names(text: str) -> _Named:
    return frozenset(name.strip() for name in text.split("|"))


# Words of a temper, the families that carry it, and those nobody of that temper speaks in.
_CASTING: tuple[tuple[str, str, str], ...] = (
    (
        "stern strict severe disciplined exacting rigorous dour solemn controlling principled serious",
        "definer|telegraph|foreman|negator|understater|enumerator|examiner",
        "trailer-off|apologiser|exclaimer|plain pleader|feeder|thing-talker|heckler|gallows comic|digresser|self-corrector|echoer|reporter of others",
    ),
    (
        "calm serene unflappable stoic composed relaxed steady placid imperturbable unruffled level-headed even-tempered deadpan phlegmatic stolid easygoing easy-going laid-back",
        "understater|telegraph|echoer|measurer|ceremonious|parabler|enumerator",
        "digresser|exclaimer|self-corrector|apologiser|forecaster|trailer-off|invoicer|heckler|gallows comic|plain pleader",
    ),
    (
        "cheerful outgoing jovial bubbly jolly merry happy sociable gregarious exuberant boisterous enthusiastic lively vivacious optimistic hopeful warm happy-go-lucky light-hearted big-hearted friendly energetic fun-loving playful extrovert extroverted",
        "exclaimer|digresser|feeder|heckler|reporter of others|parabler",
        "ceremonious|forecaster|invoicer|negator|telegraph|definer|measurer|apologiser|self-corrector|trailer-off|enumerator",
    ),
    (
        "hot-tempered short-tempered quick-tempered hot-headed volatile angry irascible irritable aggressive combative confrontational belligerent fiery quarrelsome ill-tempered bad-tempered feisty",
        "heckler|foreman|invoicer|negator|bargainer",
        "echoer|trailer-off|apologiser|ceremonious|thing-talker|parabler|plain pleader|understater|definer|measurer|forecaster|telegraph|feeder",
    ),
    (
        "soft-spoken softly-spoken quietly-spoken soft-voiced shy timid quiet meek bashful introverted introvert withdrawn reserved retiring demure diffident mild-mannered self-effacing submissive",
        "trailer-off|echoer|thing-talker|apologiser|measurer|telegraph|plain pleader|understater",
        "exclaimer|heckler|foreman|digresser|bargainer|reporter of others|invoicer|feeder|gallows comic",
    ),
    (
        "terse curt laconic taciturn monosyllabic tight-lipped close-mouthed silent",
        "telegraph|understater|measurer|negator|foreman",
        "digresser|exclaimer|reporter of others|parabler|ceremonious|apologiser|feeder|gallows comic|self-corrector|plain pleader|trailer-off",
    ),
    (
        "garrulous talkative chatty loquacious verbose long-winded gossipy voluble effusive nosy nosey",
        "digresser|reporter of others|exclaimer|parabler",
        "telegraph|trailer-off|echoer|definer|measurer|negator|understater|enumerator|thing-talker",
    ),
    (
        "kind gentle compassionate caring tender kind-hearted warm-hearted soft-hearted sweet good-natured loving affectionate nurturing empathetic kindly motherly sentimental selfless",
        "feeder|echoer|plain pleader|thing-talker|digresser|parabler",
        "heckler|invoicer|negator|bargainer|definer|examiner|foreman",
    ),
    (
        "cold ruthless cruel callous heartless cunning sly manipulative arrogant haughty vain conceited snobbish scheming domineering cold-blooded merciless stingy miserly greedy",
        "definer|negator|bargainer|examiner|ceremonious|understater|invoicer",
        "feeder|plain pleader|apologiser|trailer-off|exclaimer|thing-talker|echoer|self-corrector|digresser|parabler|forecaster",
    ),
    (
        "pompous dignified aristocratic formal courtly prim ceremonious proud theatrical",
        "ceremonious|definer|parabler|examiner",
        "telegraph|heckler|apologiser|trailer-off|thing-talker|foreman|self-corrector|gallows comic",
    ),
    (
        "gloomy pessimistic pessimist morose melancholic melancholy glum mournful sombre sad brooding bitter resentful",
        "forecaster|gallows comic|negator|understater|self-corrector|invoicer|thing-talker",
        "exclaimer|feeder|foreman|reporter of others|bargainer",
    ),
    (
        "grumpy cranky surly cantankerous crabby grouchy curmudgeonly crotchety gruff brusque prickly envious jealous",
        "invoicer|negator|heckler|foreman|forecaster|telegraph",
        "echoer|apologiser|trailer-off|plain pleader|exclaimer|ceremonious|parabler|feeder",
    ),
    (
        "sarcastic cynical ironic wry sardonic witty caustic acerbic mordant dry",
        "heckler|gallows comic|understater|invoicer|negator",
        "plain pleader|echoer|feeder|apologiser|trailer-off|exclaimer|thing-talker",
    ),
    (
        "blunt outspoken direct frank plain-spoken plainspoken forthright straight-talking tactless candid no-nonsense abrasive impatient bossy pushy assertive",
        "foreman|negator|heckler|bargainer|examiner|telegraph",
        "trailer-off|apologiser|ceremonious|echoer|thing-talker|parabler|plain pleader|self-corrector|digresser",
    ),
    (
        "anxious nervous worried fearful insecure neurotic jittery frightened high-strung fretful tense cautious paranoid",
        "self-corrector|apologiser|forecaster|trailer-off|measurer|plain pleader|gallows comic",
        "foreman|ceremonious|understater|bargainer|telegraph|heckler|parabler",
    ),
    (
        "meticulous pedantic fastidious precise methodical perfectionist punctual orderly thorough tidy fussy scrupulous detail-obsessed nitpicking",
        "definer|measurer|enumerator|examiner",
        "exclaimer|digresser|trailer-off|heckler|parabler",
    ),
    (
        "messy absent-minded scatterbrained forgetful dreamy dreamer disorganised chaotic clumsy whimsical distracted lazy idle",
        "digresser|trailer-off|thing-talker|parabler|self-corrector",
        "enumerator|definer|measurer|foreman|invoicer",
    ),
    (
        "charming flirtatious charismatic cocky swaggering bold daring fearless brash flamboyant adventurous reckless",
        "bargainer|heckler|exclaimer|digresser|parabler",
        "apologiser|trailer-off|forecaster|measurer|invoicer|definer|echoer|plain pleader",
    ),
    (
        "curious inquisitive philosophical thoughtful bookish intellectual idealistic wise",
        "examiner|parabler|echoer|definer|self-corrector|digresser",
        "heckler|invoicer",
    ),
    (
        "honest modest humble polite patient loyal stubborn naive hopeful trusting passionate zealous lonely",
        "plain pleader|measurer|echoer|self-corrector|enumerator|thing-talker",
        "",
    ),
)  # fmt: skip


def casting(brief: str) -> tuple[_Named, _Named]:
    """The families the words of a brief prefer and those they forbid; what one word prefers and another forbids is out."""
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", brief.casefold())) | {said.word for said in said_in_place(brief)}
    preferred, forbidden = set[str](), set[str]()
    for terms, wanted, barred in _CASTING:
        if words & set(terms.split()):
            preferred |= _names(wanted)
            forbidden |= _names(barred) if barred else set()
    return frozenset(preferred - forbidden), frozenset(forbidden)
