"""Temperament and speech words of English briefs: what each bounds, and which of them deny each other.

Words that are also names or the first half of a trade ("frank", "private") are read in their place, with the words
of other languages, by `temperament_in_place`.
"""

from __future__ import annotations

from fourfold.constraints import VoiceMarker
from fourfold.persona import Trait

_O, _C, _E, _A, _N = (
    Trait.OPENNESS,
    Trait.CONSCIENTIOUSNESS,
    Trait.EXTRAVERSION,
    Trait.AGREEABLENESS,
    Trait.NEUROTICISM,
)

_GROUPS: tuple[tuple[Trait, float, float, str], ...] = (
    (_E, 0.0, 0.35, "shy introverted introvert reclusive withdrawn reserved solitary taciturn timid bashful hermit recluse loner antisocial self-effacing wallflower unsociable uncommunicative diffident mousy"),
    (_E, 0.0, 0.45, "quiet lonely aloof retiring laconic silent invisible distant guarded secretive soft-spoken softly-spoken quietly-spoken mild-mannered terse curt monosyllabic tight-lipped close-mouthed meek demure inhibited self-conscious standoffish soft-voiced stand-offish hesitant"),
    (_E, 0.0, 0.5, "submissive tentative apologetic discreet solemn dour"),
    (_E, 0.68, 1.0, "outgoing extroverted extraverted extrovert extravert gregarious boisterous flamboyant exuberant sociable bubbly loud attention-seeking theatrical charismatic magnetic rowdy ebullient effusive convivial"),
    (_E, 0.58, 1.0, "charming talkative chatty cheerful energetic lively vivacious flirtatious swaggering bold brash cocky jovial enthusiastic garrulous loquacious verbose long-winded voluble gossipy happy happy-go-lucky playful nosy nosey bossy daring feisty assertive dominant fun-loving light-hearted lighthearted merry jolly perky hearty spirited wisecracking jocular melodramatic"),
    (_E, 0.52, 1.0, "passionate aggressive zealous fiery hot-headed outspoken forthright pushy"),
    (_C, 0.7, 1.0, "meticulous perfectionist fastidious punctual organised organized orderly disciplined exacting rigorous methodical fussy precise conscientious diligent workaholic hard-working hardworking scrupulous controlling obsessive thorough pedantic tidy neat studious industrious assiduous nitpicking punctilious detail-obsessed"),
    (_C, 0.58, 1.0, "reliable dependable responsible ambitious driven careful dutiful strict stern patient efficient frugal thrifty stubborn determined tireless cautious prudent zealous stingy miserly tenacious dogged persistent principled serious honest trustworthy prim bossy severe dignified"),
    (_C, 0.0, 0.38, "messy lazy disorganised disorganized chaotic reckless careless irresponsible impulsive slovenly scatterbrained unreliable forgetful feckless sloppy indolent slothful lethargic work-shy workshy untidy scruffy negligent rash hasty"),
    (_C, 0.0, 0.5, "absent-minded spontaneous carefree hedonistic aimless restless clumsy idle impatient hot-headed happy-go-lucky distracted dishevelled disheveled scatty flighty"),
    (_A, 0.68, 1.0, "kind gentle warm warm-hearted kind-hearted compassionate caring tender-hearted generous selfless soft-hearted sweet forgiving empathetic trusting nurturing good-natured self-sacrificing people-pleasing people-pleaser kindly tender loving affectionate benevolent charitable considerate big-hearted sympathetic motherly fatherly"),
    (_A, 0.58, 1.0, "polite friendly loyal humble modest helpful obedient naive agreeable soft well-meaning meek submissive deferential obliging accommodating courteous affable amiable genial respectful unassuming tolerant docile gullible credulous apologetic sentimental self-deprecating"),
    (_A, 0.0, 0.35, "cruel ruthless cold selfish manipulative hostile arrogant abrasive vindictive vengeful callous rude mean misanthropic cutthroat spiteful greedy narcissistic cold-blooded heartless domineering bullying aggressive scheming conniving devious brutal merciless unscrupulous malicious tyrannical belligerent sadistic contemptuous"),
    (_A, 0.0, 0.45, "grumpy cynical sarcastic gruff competitive blunt jealous proud bitter combative suspicious stubborn confrontational cantankerous surly haughty prickly quarrelsome skeptical sceptical tough hard-nosed acerbic curmudgeonly brusque hot-tempered short-tempered quick-tempered ill-tempered bad-tempered hot-headed irascible vain conceited smug envious stingy miserly pompous condescending snobbish cunning sly wily cranky crabby grouchy crotchety irritable sardonic caustic sharp-tongued bossy pushy possessive argumentative opinionated resentful defiant self-centred self-centered egotistical foul-mouthed stern curt"),
    (_A, 0.0, 0.5, "outspoken forthright plain-spoken plainspoken straight-talking tactless impatient nosy nosey strict severe pedantic wry"),
    (_N, 0.65, 1.0, "anxious neurotic nervous worried insecure panicky paranoid fearful fragile moody volatile hypochondriac high-strung tormented haunted guilt-ridden depressed unstable jittery frightened terrified jumpy skittish edgy overwrought needy hysterical fretful"),
    (_N, 0.55, 1.0, "sensitive melancholic melancholy sad lonely grieving heartbroken hot-tempered short-tempered irritable angry restless brooding homesick weary burned-out burnt-out bitter ashamed tense gloomy pessimistic pessimist envious jealous impatient hot-headed quick-tempered irascible morose glum sullen sombre mournful wistful touchy temperamental self-pitying remorseful sorrowful unhappy miserable desperate resentful cranky melodramatic"),
    (_N, 0.0, 0.35, "calm serene unflappable stoic composed easygoing easy-going relaxed steady fearless laid-back placid level-headed imperturbable unshakeable confident untroubled cool-headed unruffled even-tempered tranquil nonchalant stolid self-assured"),
    (_N, 0.0, 0.45, "tough brave patient cheerful optimistic optimist carefree phlegmatic happy happy-go-lucky hopeful daring wise jolly merry jovial contented light-hearted lighthearted upbeat resilient"),
    (_N, 0.0, 0.5, "deadpan down-to-earth dignified placid playful"),
    (_O, 0.68, 1.0, "curious imaginative creative artistic eccentric visionary dreamy inventive bohemian philosophical poetic unconventional open-minded adventurous bookish quirky inquisitive whimsical fanciful contemplative free-spirited"),
    (_O, 0.58, 1.0, "idealistic romantic intellectual rebellious nostalgic dreamer brilliant playful passionate wise witty thoughtful reflective intelligent daring ingenious sentimental insightful"),
    (_O, 0.0, 0.38, "conventional traditional traditionalist narrow-minded unimaginative conservative dogmatic rigid close-minded closed-minded prosaic unadventurous old-fashioned bigoted"),
    (_O, 0.0, 0.5, "pragmatic practical down-to-earth no-nonsense superstitious literal-minded sensible cautious prudish provincial"),
)  # fmt: skip

TEMPERAMENT: dict[str, tuple[tuple[Trait, float, float], ...]] = {}
for _trait, _low, _high, _words in _GROUPS:
    for _word in _words.split():
        TEMPERAMENT[_word] = (*TEMPERAMENT.get(_word, ()), (_trait, _low, _high))

_SPEECH_GROUPS: tuple[tuple[VoiceMarker, str], ...] = (
    (VoiceMarker.TERSE, "terse laconic taciturn curt monosyllabic tight-lipped close-mouthed"),
    (VoiceMarker.TERSE, "man of few words|woman of few words|person of few words|of few words|barely speaks|rarely speaks|hardly speaks|says little|speaks little|hardly talks|barely talks|speaks in short sentences"),
    (VoiceMarker.EXPANSIVE, "talkative chatty garrulous loquacious verbose long-winded rambling voluble gossipy effusive"),
    (VoiceMarker.EXPANSIVE, "never stops talking|talks too much|can't stop talking|cannot stop talking|chatterbox|talks non-stop|loves to talk|storyteller"),
    (VoiceMarker.BLUNT, "blunt outspoken plain-spoken plainspoken tactless straight-talking brusque forthright abrasive no-nonsense hot-tempered short-tempered quick-tempered hot-headed sharp-tongued aggressive candid opinionated"),
    (VoiceMarker.BLUNT, "speaks her mind|speaks his mind|speaks their mind|says what she thinks|says what he thinks|no filter|brutally honest"),
    (VoiceMarker.HEDGES, "hesitant tentative apologetic unsure people-pleasing people-pleaser meek submissive diffident"),
    (VoiceMarker.HEDGES, "always apologises|always apologizes|never finishes a sentence|over-apologises|over-apologizes"),
    (VoiceMarker.NEVER_EXCLAIMS, "soft-spoken softly-spoken quietly-spoken mild-mannered deadpan unflappable soft-voiced calm stoic serene placid imperturbable unruffled dour"),
    (VoiceMarker.NEVER_EXCLAIMS, "never raises her voice|never raises his voice|never raises their voice|speaks softly|speaks quietly|whispers"),
    (VoiceMarker.FORMAL, "formal courtly ceremonious stiff prim aristocratic pompous dignified punctilious"),
    (VoiceMarker.INFORMAL, "foul-mouthed folksy slangy casual swears|curses a lot|swears a lot|swears like"),
    (VoiceMarker.SELF_DEPRECATING, "self-deprecating self-mocking self-effacing"),
    (VoiceMarker.DEFLECTS_WITH_HUMOUR, "wisecracking jokey joking clownish witty prankster funny jocular playful"),
    (VoiceMarker.DEFLECTS_WITH_HUMOUR, "hides behind jokes|jokes about everything|jokes too much|cracks jokes|always joking|makes jokes"),
    (VoiceMarker.ASKS_BEFORE_ASSERTING, "answers questions with questions|asks too many questions|always asks questions|asks questions|inquisitive|nosy|nosey"),
    (VoiceMarker.SPEAKS_IN_CONCRETE_DETAIL, "literal-minded detail-obsessed nitpicking pedantic"),
)  # fmt: skip

SPEECH: dict[str, VoiceMarker] = {}
for _marker, _terms in _SPEECH_GROUPS:
    for _term in _terms.split("|") if "|" in _terms else _terms.split():
        SPEECH.setdefault(_term, _marker)

CONFLICTS: dict[VoiceMarker, VoiceMarker] = {
    VoiceMarker.TERSE: VoiceMarker.EXPANSIVE,
    VoiceMarker.EXPANSIVE: VoiceMarker.TERSE,
    VoiceMarker.FORMAL: VoiceMarker.INFORMAL,
    VoiceMarker.INFORMAL: VoiceMarker.FORMAL,
    VoiceMarker.BLUNT: VoiceMarker.HEDGES,
    VoiceMarker.HEDGES: VoiceMarker.BLUNT,
}

WARM = frozenset(
    [
        "kind",
        "gentle",
        "warm",
        "warm-hearted",
        "kind-hearted",
        "compassionate",
        "caring",
        "generous",
        "sweet",
        "cheerful",
        "friendly",
        "tender",
        "loving",
        "jovial",
        "affectionate",
        "big-hearted",
        "kindly",
    ]
)
COLD = frozenset(
    ["cold", "cruel", "ruthless", "aloof", "distant", "callous", "heartless", "cold-blooded", "bitter", "misanthropic"]
)
GRAVE = frozenset(
    [
        "widow",
        "widower",
        "widowed",
        "grieving",
        "died",
        "dead",
        "death",
        "lost",
        "war",
        "prison",
        "funeral",
        "murder",
        "murdered",
        "killed",
        "illness",
        "dying",
        "cancer",
        "orphan",
        "orphaned",
        "haunted",
        "tragic",
        "guilt",
        "ghost",
        "refugee",
        "exile",
        "suicide",
        "grief",
        "mourning",
    ]
)
LIGHT = frozenset(
    [
        "comedy",
        "funny",
        "comedian",
        "clown",
        "cheerful",
        "joke",
        "jokes",
        "bubbly",
        "whimsical",
        "party",
        "silly",
        "jovial",
        "prankster",
        "playful",
        "carefree",
    ]
)
FIERCE = frozenset(
    [
        "fierce",
        "ruthless",
        "passionate",
        "hot-tempered",
        "volatile",
        "furious",
        "obsessive",
        "reckless",
        "rebel",
        "fanatic",
        "vengeful",
        "revenge",
        "angry",
        "fiery",
        "combative",
        "aggressive",
        "hot-headed",
        "zealous",
    ]
)
CALM = frozenset(
    [
        "calm",
        "serene",
        "quiet",
        "gentle",
        "placid",
        "patient",
        "soft-spoken",
        "stoic",
        "composed",
        "relaxed",
        "laid-back",
        "steady",
        "unflappable",
        "unruffled",
    ]
)
IRONIC = frozenset(
    ["sarcastic", "cynical", "ironic", "wry", "deadpan", "witty", "sardonic", "satirical", "dry", "mordant"]
)
GENRES: dict[str, str] = {
    "detective": "crime", "murder": "crime", "heist": "crime", "thief": "crime", "smuggler": "crime", "mafia": "crime",
    "con artist": "crime", "noir": "noir", "private eye": "noir", "startup": "workplace drama", "founder": "workplace drama",
    "office": "workplace drama", "lawyer": "courtroom", "judge": "courtroom", "nurse": "hospital", "surgeon": "hospital",
    "doctor": "hospital", "wizard": "fantasy", "witch": "fantasy", "elf": "fantasy", "elven": "fantasy", "knight": "fantasy",
    "dragon": "fantasy", "vampire": "gothic", "ghost": "ghost story", "lighthouse": "sea story", "sailor": "sea story",
    "fisherman": "sea story", "captain": "sea story", "starship": "science fiction", "spaceship": "science fiction",
    "android": "science fiction", "robot": "science fiction", "mars": "science fiction", "galactic": "science fiction",
    "cyberpunk": "cyberpunk", "soldier": "war story", "war": "war story", "veteran": "war story", "spy": "espionage",
    "widow": "family drama", "widower": "family drama", "divorced": "family drama", "grandmother": "family drama",
    "teenager": "coming of age", "student": "campus", "professor": "campus", "cowboy": "western", "sheriff": "western",
    "comedian": "comedy", "clown": "comedy", "medieval": "historical", "victorian": "historical", "1920s": "historical",
}  # fmt: skip
