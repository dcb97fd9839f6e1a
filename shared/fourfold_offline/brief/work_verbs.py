"""Reads work told by a verb ("drives a school bus", "keeps bees") as the title a stranger would give it."""

from __future__ import annotations

import re

from fourfold_offline.brief.matches import KIN, Work
from fourfold_offline.lexicon.occupations import OCCUPATIONS

_BUSINESS = (
    "shop store bar pub café cafe restaurant steakhouse bakery farm vineyard hotel inn motel hostel salon garage gallery studio company business factory mill brewery distillery bookshop bookstore "
    "laundrette laundromat laundry nightclub club casino gym stall kiosk market supermarket diner boutique pharmacy clinic ranch firm agency newspaper magazine cinema theatre theater startup parlour "
    "parlor boatyard shipyard nursery circus workshop orchard truck cart stand bistro tavern taverna teahouse coffeehouse guesthouse warehouse grocery butchery deli delicatessen pawnshop barbershop "
    "junkyard scrapyard sawmill printworks chain franchise label publisher estate plantation winery pizzeria trattoria cantina tearoom canteen creamery dairy fishery smithy forge foundry carwash hairdresser's "
    "florist's brothel bank marina campsite lodge resort bookmaker's greenhouse stable stables kennel kennels"
).split()
_HOUSES = ("shop", "store", "house", "yard", "works", "stall", "bar", "farm", "mill", "bakery", "parlour", "parlor")
_INSTITUTIONS = "school hospital orphanage museum prison library charity shelter laboratory lab choir orchestra theatre foundation cemetery zoo monastery kindergarten nursery department ward hospice crematorium mission refuge department".split()  # fmt: skip
_WORKPLACES = {
    *_BUSINESS, *_INSTITUTIONS, "office", "mine", "airport", "port", "kitchen", "centre", "center", "station", "morgue", "archive", "archives", "post-office", "embassy", "ministry", "bookies",
    "call-centre", "cannery", "steelworks", "quarry", "docks", "sawmill", "slaughterhouse", "abattoir", "supermarket",
}  # fmt: skip

# verb; its other forms; what the doer is called; "+" heads it is work for, "-" heads it is not (else any head).
_VERBS = """\
drive; driven; driver; - car people everyone bargain home fast herself himself them point nail wedge volvo porsche ferrari mercedes
run; ran; owner; + BUSINESS
own; ; owner; + BUSINESS
open; opened; owner; + BUSINESS
manage; ; manager; + BUSINESS INSTITUTIONS team band branch building fund portfolio estate
found; founded; founder; + BUSINESS band school charity label party movement newspaper commune company choir
keep; ; keeper; + bee sheep goat lighthouse inn shop chicken horse pig cow boarding-house book reindeer cattle beehive hive stall
sell; ; seller; - everything himself herself secret nothing thing soul lie body them it out story dream blood
teach; ; teacher; - himself herself themself her him them me us everyone dog lesson people
fix; ; repairer; - everything thing it problem dinner breakfast price game people other life match them what marriage world
repair; ; repairer; - everything thing it problem people other life them what marriage friendship
mend; ; mender; - everything thing it heart people other life them what marriage friendship fence way
restore; ; restorer; - order faith hope peace it them everything trust
tune; ; tuner; + piano organ violin guitar harp harpsichord engine
write; ; writer; - letter note list diary everything it down email name postcard memo will journal number thing nothing people report poem-at-night
paint; ; painter; - nail face it everything himself herself room toenail
build; ; builder; - life model castle thing it everything trust wall snowman birdhouse shed coffin nest
make; made; maker; + violin guitar cheese wine dress shoe hat candle furniture clock watch boat basket noodle tofu bread pot doll toy film documentary movie map instrument bell knife soap perfume chocolate wedding-cake cake coffin costume wig mask puppet saddle drum carpet kite lace jewellery jewelry umbrella prosthesis glass-eye button brush paper
carve; ; carver; - turkey it way name initial
forge; ; forger; + painting document passport signature banknote
weave; ; weaver; + carpet rug basket cloth silk wool tapestry kilim shawl mat
grow; ; grower; - up old tired vegetables-at-home restless moustache beard it hair
raise; ; breeder; + sheep goat cattle horse pig chicken alpaca pigeon dog llama mule camel ostrich reindeer cow turkey buffalo
breed; ; breeder; + sheep goat cattle horse pig chicken alpaca pigeon dog llama mule camel ostrich reindeer cow falcon cat orchid bird parrot
herd; ; herder; - people cat child
shear; ; shearer; + sheep alpaca
train; ; trainer; + dog horse athlete boxer falcon elephant dolphin swimmer recruit gymnast lion parrot hawk
groom; ; groomer; + dog horse cat poodle
walk; ; walker; + dog
clean; ; cleaner; + house office window pool room hotel-room street chimney carpet toilet school hospital train plane church stable tank grave car
collect; ; collector; + garbage rubbish debt ticket tax rent toll trash scrap rag bin
guard; ; guard; + bank warehouse border prison museum mall building president door factory gate bridge
pick; ; picker; + grape apple olive orange strawberry cotton tea coffee mushroom fruit berry rag
smuggle; ; smuggler; - it
hunt; ; hunter; + whale seal deer ghost treasure bounty truffle vampire monster boar wolf dragon witch
translate; ; translator; - it everything them
edit; ; editor; + newspaper magazine book film obituary manuscript dictionary journal
design; ; designer; - it life everything
host; ; host; + show podcast programme program phone-in
publish; ; publisher; + book newspaper magazine poetry map
sweep; ; sweeper; + street chimney floor yard platform
dive; ; diver; - in
fly; ; pilot; + helicopter plane airplane cargo jet airliner drone balloon seaplane glider bomber mail
catch; ; fisher; + fish crab lobster eel tuna shrimp oyster squid octopus salmon cod herring
photograph; ; photographer; - it everything
repossess; ; repossessor; + car house furniture
harvest; ; harvester; + rice salt olive seaweed pearl grape ice oyster kelp
tend; ; keeper; + goat sheep garden lighthouse bar grave cemetery vineyard bee flock orchard furnace
embalm; ; embalmer; - it
bake; ; baker; - herself himself it
brew; ; brewer; - trouble tea it
cast; ; caster; + bell bronze
shine; ; shiner; + shoe
pilot; ; pilot; + ferry boat ship tugboat plane helicopter drone barge
captain; ; captain; + ferry boat ship tugboat trawler barge
conduct; ; conductor; + orchestra choir tram
direct; ; director; + play film opera documentary choir
choreograph; ; choreographer; + ballet dance
"""  # fmt: skip
_SPECIAL: dict[str, str] = dict(
    line.split("=")
    for line in (
        "keep bee=beekeeper|keep beehive=beekeeper|keep hive=beekeeper|keep sheep=shepherd|keep goat=goatherd|keep lighthouse=lighthouse keeper|keep inn=innkeeper|keep shop=shopkeeper|keep chicken=chicken farmer|keep pig=pig farmer|"
        "keep cow=dairy farmer|keep cattle=cattle farmer|keep book=bookkeeper|keep horse=horse keeper|tend sheep=shepherd|tend goat=goatherd|tend flock=shepherd|tend bee=beekeeper|tend garden=gardener|tend bar=bartender|tend orchard=orchard keeper|"
        "tend vineyard=vine grower|tend grave=cemetery keeper|tend furnace=furnace keeper|write novel=novelist|write poem=poet|write poetry=poet|write play=playwright|write song=songwriter|write code=programmer|write software=programmer|write book=writer|"
        "write story=writer|write music=composer|write opera=composer|write obituary=obituary writer|write screenplay=screenwriter|sell insurance=insurance agent|sell drug=drug dealer|sell newspaper=newspaper seller|sell house=estate agent|"
        "sell real estate=real estate agent|build boat=boatbuilder|build house=builder|make film=filmmaker|make movie=filmmaker|make documentary=filmmaker|make wine=winemaker|make cheese=cheesemaker|make dress=dressmaker|make shoe=shoemaker|make clock=clockmaker|"
        "make watch=watchmaker|catch fish=fisher|raise sheep=sheep farmer|raise cattle=cattle farmer|raise pig=pig farmer|raise chicken=chicken farmer|raise goat=goat farmer|raise cow=dairy farmer|walk dog=dog walker|fly mail=mail pilot|"
        "teach class=teacher|teach child=teacher|teach kid=teacher|teach student=teacher|teach teenager=teacher|teach adult=teacher|teach refugee=teacher|bake bread=baker|bake cake=cake baker|brew beer=brewer|shear sheep=sheep shearer|fly plane=pilot|fly airplane=pilot"
    ).split("|")
)  # fmt: skip
# Verbs that are the work whatever follows, where a place or a purpose follows.
_BARE: tuple[tuple[str, str, str], ...] = (
    (r"cooks?|cooking", "cook", r"(?:at|in|for|on)\b"),
    (r"teaches|teaching", "teacher", r"(?:at|in|primary|kindergarten|elementary|high school\b(?! \w))\b"),
    (r"fishes|fishing", "fisher", r"(?:off|for|out of|in|the)\b"),
    (r"farms", "farmer", r"(?:in|outside|near|on|the)\b"),
    (r"sings", "singer", r"(?:in|at|with|for)\s+(?:an?|the)\s+(?:\w+\s+)?(?:bars?|opera|clubs?|weddings?|band|cruise|hotel|nightclub|jazz|cabaret)|(?:in|at)\s+(?:bars|clubs|weddings|hotels)"),
    (r"dances", "dancer", r"(?:in|at|with|for)\s+(?:an?|the)\s+(?:\w+\s+)?(?:ballet|company|club|cabaret|troupe|opera)"),
    (r"preaches", "preacher", r"(?:in|at|on|to)\b"),
    (r"waits", "waiter", r"tables\b"),
    (r"waits", "waiter", r"on tables\b"),
    (r"cuts", "hairdresser", r"hair\b"),
    (r"digs", "gravedigger", r"graves\b"),
    (r"binds", "bookbinder", r"books\b"),
    (r"milks", "dairy farmer", r"(?:\w+\s+)?cows\b"),
    (r"blows", "glassblower", r"glass\b"),
    (r"delivers", "midwife", r"babies\b"),
    (r"delivers", "mail carrier", r"(?:the\s+)?(?:mail|letters|post)\b"),
    (r"delivers", "delivery driver", r"(?:parcels|packages|pizzas?|food|groceries|meals|newspapers)\b"),
    (r"plays", "organist", r"the organ\s+(?:in|at|for)\b"),
    (r"plays", "pianist", r"(?:the\s+)?piano\s+(?:in|at|for|on)\b"),
    (r"plays", "violinist", r"(?:the\s+)?violin\s+(?:in|at|for|on)\b"),
    (r"plays", "street musician", r"(?:the\s+)?\w+\s+(?:on|in) the (?:street|metro|subway|underground)\b"),
    (r"practi[cs]es", "lawyer", r"(?:\w+\s+)?law\b"),
    (r"practi[cs]es", "doctor", r"medicine\b"),
    (r"sews", "dressmaker", r"(?:\w+\s+)?(?:dresses|gowns|clothes|costumes)\b"),
    (r"tells", "fortune teller", r"fortunes\b"),
    (r"studies", "medical student", r"medicine\b"),
    (r"studies", "law student", r"law\b"),
)  # fmt: skip
_TRADES: tuple[tuple[str, str], ...] = (
    ("steakhouse|restaurant|café|cafe|bar\\b|pub\\b|diner|bakery|tavern|pizz|noodle|food|bistro|tea|coffee|cook|bak|brew|cheese|wine|canteen|inn\\b", "kitchen"),
    ("bus|taxi|truck|tram|train|ferry|boat|ship|van|cab|rickshaw|danfo|ambulance|delivery|pilot|driver|mail|fisher|barge|captain", "sea"),
    ("bee|sheep|goat|farm|cattle|horse|herd|grow|breed|garden|orchard|vine|picker|shear|dog|lighthouse|harvest|ranch|nursery|stable|hunter", "land"),
    ("piano teacher|teacher|school|museum|library", "teaching"),
    ("novel|poet|writ|play|film|music|sing|danc|paint|conduct|direct|photograph|design|gallery|theat|circus|organist|pianist|violinist|composer|forger", "stage"),
    ("edit|translat|publish|newspaper|host|magazine", "press"),
    ("startup|programmer|software|app\\b|tech", "software"),
    ("insurance|bank|casino|fund|debt|tax", "money"),
    ("guard", "uniform"),
    ("hospital|clinic|pharmacy|hospice|embalm|midwife|doctor", "care"),
    ("repair|restor|mend|builder|maker|carver|weaver|tuner|mill|factory|workshop|garage|cleaner|sweep|cast", "building"),
    ("law", "law"),
    ("student", "school"),
    ("preach|fortune", "faith"),
)  # fmt: skip
_ADJECTIVES = frozenset(
    "small tiny little big large old new failing struggling busy dying famous local own run-down rundown modest successful popular quiet cheap expensive late-night seedy smoky shabby "
    "beloved red blue green yellow white black beat-up battered rusty fast stolen rented second her his their the a an his/her tired good bad best worst only beautiful rare used "
    "strange handmade hand-made homemade fresh whole entire several many few two three four five".split()
)
_OBJECT = r"(?P<object>(?:an?\s+|the\s+|his\s+|her\s+|their\s+|my\s+|our\s+|a\s+few\s+|two\s+|three\s+)?(?:[a-zà-ÿ][\w'’-]*\s+){0,3}?(?:[a-zà-ÿ][\w'’-]*|English|French|Spanish|German|Latin|Arabic|Italian|Turkish|Greek|Russian|Mandarin|Japanese|Chinese|Hebrew|Sanskrit))"
_STOP = r"(?=\s*(?:[,.;:!?)–—]|$|\b(?:in|on|at|from|to|for|and|by|near|with|who|that|but|out|outside|off|of|along|under|through|around|every|all|while|since|part|door|until|where|across|between|over|up|as|because|when|like|online|than|called|named|which|whose|under|again)\b))"
_THEY = r"(?:^|\b(?:who|and|she|he|they|I|but|that|now|still|also|only|secretly|quietly|proudly|then|mostly|,)\s+|[,.;]\s*|[A-ZÀ-Þ][\w'’-]+\s+)"
_NOT_THEM = re.compile(
    rf"\b(?:her|his|their|my|our|an?|the|with|of)\s+(?:[\w'’-]+\s+){{0,2}}?(?:{KIN})\s+(?:who\s+|that\s+)?$|\bwhose\s+(?:[\w'’-]+\s+){{1,3}}?(?:who\s+)?$"
    r"|\b(?:no longer|never|cannot|can't|not|doesn't|stopped|quit|used to|wants to|hopes to|dreams of)\s+$",
    re.IGNORECASE,
)
_HEAD_KIN = re.compile(
    rf"^\s*(?:(?:an?|the)\s+)?(?:[\w'’-]+\s+){{0,3}}?(?:{KIN})\s+(?:who\s+|that\s+)?$", re.IGNORECASE
)


def _is_anothers(before: str) -> bool:
    """Whether the doer is kin of the person; kin at the head of a brief is the person ("A grandmother who ...")."""
    return _NOT_THEM.search(before) is not None and _HEAD_KIN.match(before) is None


def _forms(verb: str, further: str) -> list[str]:
    """Third person, plain and -ing form of a verb, and those that are listed."""
    stem = verb.removesuffix("e")
    sibilant = verb.endswith(("s", "x", "sh", "ch", "z"))
    third = f"{verb}es" if sibilant else f"{verb[:-1]}ies" if re.search("[^aeou]y$", verb) else f"{verb}s"
    doubled = f"{verb}{verb[-1]}" if re.fullmatch("[^aeiou]{1,2}[aeiou][bdgnpt]", verb) else stem
    return [third, verb, f"{doubled}ing", *further.split()]


_RULES: dict[str, tuple[str, bool, frozenset[str]]] = {}  # lemma: doer, whether the heads are the only ones, heads
_LEMMAS: dict[str, str] = {}
for _line in _VERBS.splitlines():
    _verb, _further, _doer, _heads = (field.strip() for field in _line.split(";"))
    _listed = _heads[2:].replace("BUSINESS", " ".join(_BUSINESS)).replace("INSTITUTIONS", " ".join(_INSTITUTIONS))
    _RULES[_verb] = (_doer, _heads.startswith("+"), frozenset(_listed.split()))
    _LEMMAS |= dict.fromkeys(_forms(_verb, _further), _verb)
_TOLD = re.compile(rf"\b(?P<verb>{'|'.join(sorted(_LEMMAS, key=len, reverse=True))})\s+{_OBJECT}{_STOP}")
_TOLD_BARE = re.compile(
    "|".join(rf"\b(?P<v{index}>(?:{verb})\s+(?:{after}))" for index, (verb, _, after) in enumerate(_BARE))
)
_EMPLOYED = re.compile(
    rf"\b(?:works?|working|is employed|job)\s+(?:nights?\s+|days\s+|part-time\s+|the night shift\s+|late\s+|shifts\s+)?(?P<how>as|in|at|for)\s+{_OBJECT}{_STOP}"
)


def find_told_work(brief: str) -> Work | None:
    """The first work a verb tells of the person; None where only hobbies, kin or things are told of."""
    found = [*_by_rule(brief), *_bare(brief), *_employed(brief)]
    return min(found, key=lambda work: work.start, default=None)


def _by_rule(brief: str) -> list[Work]:
    found = []
    for match in _TOLD.finditer(brief):
        lemma = _LEMMAS[match["verb"]]
        if not _theirs(brief, match.start(), match["verb"], lemma):
            continue
        title = _title(lemma, match["object"])
        if title:
            found.append(Work(match.group(), trade_of(title), match.start(), title))
    return found


def _theirs(brief: str, start: int, verb: str, lemma: str) -> bool:
    before = brief[:start]
    if _is_anothers(before):
        return False
    if verb.endswith("ing"):
        return (
            re.search(r"(?:,|\b(?:now|currently|is|am|are|spends \w+ \w+|living|days|nights))\s+$", before) is not None
        )
    if verb == lemma:  # the plain form: only of the one who speaks, or of a "they"
        return (
            re.search(r"\b(?:I|[Tt]hey|we)\s+(?:\w+ly\s+|also\s+|still\s+)?$|\bI\b[^.]*\band\s+$", before) is not None
        )
    return re.search(rf"{_THEY}(?:\w+ly\s+|still\s+|also\s+|now\s+)?$", before) is not None


_OWNERS = re.compile(rf"(?!children)(?:{KIN})['’]s?", re.IGNORECASE)


def _title(lemma: str, told: str) -> str | None:
    """The title a verb and its object make, or None where that is no work."""
    words = told.split()
    possessed = words[0].casefold() in {"his", "her", "their", "my", "our"}
    owners = [index for index, word in enumerate(words) if _OWNERS.fullmatch(word)]
    words = words[owners[-1] + 1 :] if owners else words  # "her late husband's hardware store"
    while words and words[0].casefold() in _ADJECTIVES | {"my", "our"}:
        words.pop(0)
    if not words:
        return None
    words[-1] = singular(words[-1])
    head, thing = words[-1], " ".join(words)
    doer, only, heads = _RULES[lemma]
    listed = head in heads or thing.replace(" ", "-") in heads or (doer == "owner" and head.endswith(_HOUSES))
    if lemma in {"run", "manage"} and head in _INSTITUTIONS:
        doer, listed = ("director" if lemma == "run" else doer), True
    if only != listed or (
        possessed and lemma in {"sell", "teach", "drive", "fix", "repair", "mend", "paint", "write", "translate"}
    ):
        return None
    special = _SPECIAL.get(f"{lemma} {thing}") or _SPECIAL.get(f"{lemma} {head}")
    if special:
        extra = " ".join(words[:-1])
        return (
            f"{extra} {special}"
            if extra and f"{lemma} {thing}" not in _SPECIAL and lemma in {"teach", "write"}
            else special
        )
    return f"{thing} {doer}"


def _bare(brief: str) -> list[Work]:
    found = []
    for match in _TOLD_BARE.finditer(brief):
        _, title, _ = _BARE[int((match.lastgroup or "v0")[1:])]
        if not _is_anothers(brief[: match.start()]) and re.search(
            rf"{_THEY}(?:\w+ly\s+|still\s+|also\s+)?$", brief[: match.start()]
        ):
            found.append(Work(match.group(), trade_of(title), match.start(), title))
    return found


def _employed(brief: str) -> list[Work]:
    """ "works as a ..." in any words, and "works in a bank" as a worker there."""
    found = []
    for match in _EMPLOYED.finditer(brief):
        words = match["object"].split()
        if _is_anothers(brief[: match.start()]):
            continue
        while words and words[0].casefold() in _ADJECTIVES:
            words.pop(0)
        if not words:
            continue
        head = singular(words[-1])
        if match["how"] == "as":
            found.append(Work(match["object"], trade_of(" ".join(words)), match.start("object"), " ".join(words)))
        elif head in _WORKPLACES or head.endswith(_HOUSES):
            title = f"{' '.join([*words[:-1], head])} worker"
            found.append(Work(match.group(), trade_of(title), match.start(), title))
    return found


def trade_of(title: str) -> str:
    """The trade of a title: as listed, else by the words in it."""
    if title in OCCUPATIONS:
        return OCCUPATIONS[title]
    return next((trade for words, trade in _TRADES if re.search(rf"\b(?:{words})", title)), "shop")


_PLURALS = {"fries": "fries", "knives": "knife", "wolves": "wolf", "children": "child", "people": "people", "buses": "bus", "loaves": "loaf", "glasses": "glasses", "clothes": "clothes", "shoes": "shoe", "horses": "horse", "cheeses": "cheese", "houses": "house", "movies": "movie", "maths": "maths", "physics": "physics", "gymnastics": "gymnastics", "ethics": "ethics", "economics": "economics", "politics": "politics", "athletics": "athletics", "mathematics": "mathematics", "ceramics": "ceramics", "electronics": "electronics", "antiques": "antique", "cows": "cow"}  # fmt: skip


def singular(noun: str) -> str:
    """The singular of an English noun, as far as its ending tells; mass nouns as they are."""
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith("ies") and len(noun) > 4:
        return f"{noun[:-3]}y"
    if noun.endswith(("ches", "shes", "xes", "sses", "toes", "goes")) and len(noun) > 4:
        return noun[:-2]
    if noun.endswith("s") and not noun.endswith(("ss", "us", "is", "news", "as")):
        return noun[:-1]
    return noun
