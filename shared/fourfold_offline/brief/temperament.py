"""Temperament that a list of English words cannot read: other languages, whole phrases, words that are also names.

Each entry names the English word it means, so that what a word bounds is written down once (`lexicon_temperament`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold.constraints import TraitBound, VoiceDemand, VoiceMarker
from fourfold_offline.brief.language import language_of
from fourfold_offline.lexicon.temperament import SPEECH, TEMPERAMENT


@dataclass(frozen=True, slots=True)
class Said:
    """What a brief says of a temper: its own words, and the English word that means the same."""

    quote: str
    word: str


# Patterns are matched with case: "a frank vet" is a temper, "Frank, a vet" is a man.
_ENGLISH: tuple[tuple[str, str], ...] = (
    (r"\b(?<!is )(?:frank|direct)\b(?! (?:line|sales|debit|marketing|route|descendant|flight))", "outspoken"),
    (r"\bcontent\b(?! (?:moderator|writer|creator|manager|strategist|designer|editor|producer))", "contented"),
    (r"\bprivate\b(?! (?:detective|eye|investigator|tutor|chef|cook|nurse|banker|secretary|teacher|school|pilot|equity|security|soldier|clinic|practice|hospital|collector|museum))", "retiring"),
    (r"\b(?:an?|the|and|very|,) (?:dry|dry-humoured|dry-witted)\b(?! (?:clean|dock|goods|stone))", "wry"),
    (r"\b(?:wo)?m[ae]n of few words|\bperson of few words|\b(?:barely|rarely|hardly) (?:speaks|talks)|\b(?:says|speaks) little\b", "laconic"),
    (r"\bnever stops talking|\btalks (?:too much|non-stop)|\bcan(?:'t|not) stop talking|\bloves to talk|\bchatterbox\b", "talkative"),
    (r"\bspeaks (?:her|his|their) mind|\bsays what (?:she|he|they) thinks?\b|\bno filter\b|\bbrutally honest", "outspoken"),
    (r"\bnever raises (?:her|his|their) voice|\bspeaks (?:softly|quietly)|\bwhispers\b", "soft-spoken"),
    (r"\b(?:quick|short|hot|bad|violent) temper\b|\bflies into rages?\b|\bloses (?:her|his|their) temper", "hot-tempered"),
    (r"\bheart of gold\b|\beveryone's confidante?\b|\bcannot say no\b|\bcan't say no\b", "kind"),
    (r"\blife of the party\b|\bnever met a stranger\b", "outgoing"),
    (r"\bkeeps? to (?:herself|himself|themselves|themself)\b|\bavoids people\b|\bhates (?:crowds|parties|small talk)\b", "introverted"),
)  # fmt: skip

# Stems, each standing for every word that begins with it; "=" after a stem asks for the whole word.
_STEMS: dict[str, str] = {
    "tr": "utangaç:shy çekingen:shy içine-kapanık:introverted sessiz:quiet suskun:taciturn konuşkan:talkative geveze:garrulous dışadönük:outgoing girişken:outgoing neşeli:cheerful güleryüzlü:cheerful "
    "titiz:meticulous düzenli:organised disiplinli:disciplined çalışkan:hard-working tembel:lazy dağınık:messy unutkan:forgetful nazik:polite iyi-kalpli:kind-hearted şefkatli:compassionate yumuşak:gentle cömert:generous "
    "acımasız:ruthless bencil:selfish kibirli:arrogant huysuz:grumpy aksi:grumpy inatçı:stubborn gururlu:proud sert=:stern öfkeli:hot-tempered sinirli:hot-tempered kaygılı:anxious endişeli:anxious tedirgin:nervous "
    "sakin:calm soğukkanlı:composed hüzünlü:melancholy yalnız:lonely kıskanç:jealous meraklı:curious hayalperest:dreamy yaratıcı:creative geleneksel:traditional cesur:brave kurnaz:cunning cimri:stingy dürüst:honest açıksözlü:outspoken",
    "de": "schüchtern:shy zurückhaltend:reserved verschlossen:withdrawn scheu:shy still=:quiet stille:quiet ruhig:calm wortkarg:taciturn gesprächig:talkative redselig:garrulous geschwätzig:garrulous gesellig:gregarious fröhlich:cheerful heiter:cheerful lebhaft:lively "
    "pedantisch:pedantic gewissenhaft:conscientious penibel:meticulous ordentlich:tidy pünktlich:punctual fleißig:diligent ehrgeizig:ambitious streng:stern faul=:lazy fauler:lazy faule:lazy unordentlich:messy chaotisch:chaotic vergesslich:forgetful zerstreut:absent-minded "
    "freundlich:friendly gutmütig:good-natured warmherzig:warm-hearted herzlich:warm sanft:gentle großzügig:generous hilfsbereit:helpful grausam:cruel rücksichtslos:ruthless egoistisch:selfish arrogant:arrogant mürrisch:grumpy grantig:grumpy stur=:stubborn sture:stubborn stolz:proud jähzornig:hot-tempered "
    "ängstlich:anxious nervös:nervous gelassen:composed schwermütig:melancholy melancholisch:melancholic einsam:lonely eifersüchtig:jealous neugierig:curious verträumt:dreamy eigenbrötlerisch:reclusive mutig:brave geizig:stingy ehrlich:honest direkt:outspoken zynisch:cynical abergläubisch:superstitious",
    "fr": "timide:shy réservé:reserved introverti:introverted taciturne:taciturn discret:discreet discrète:discreet silencieu:quiet bavard:garrulous loquace:loquacious sociable:sociable extraverti:extroverted joyeu:cheerful enjoué:cheerful gai=:cheerful gaie=:cheerful "
    "méticuleu:meticulous rigoureu:rigorous ordonné:orderly ponctuel:punctual travailleu:hard-working ambitieu:ambitious sévère:stern strict:strict paresseu:lazy désordonné:messy distrait:absent-minded étourdi:scatterbrained "
    "gentil:kind aimable:friendly généreu:generous chaleureu:warm dou=:gentle doux=:gentle douce=:gentle tendre:tender cruel:cruel impitoyable:ruthless égoïste:selfish arrogant:arrogant bourru:gruff grincheu:grumpy têtu:stubborn fier=:proud fière=:proud colérique:hot-tempered "
    "anxieu:anxious inquiet:worried inquiète:worried nerveu:nervous calme:calm serein:serene mélancolique:melancholic solitaire:solitary jalou:jealous curieu:curious rêveu:dreamy courageu:brave avare:stingy honnête:honestoutspoken franche=:outspoken cynique:cynical sarcastique:sarcastic",
    "es": "tímid:shy reservad:reserved introvertid:introverted callad:quiet silencios:quiet taciturn:taciturn hablador:talkative parlanchín:garrulous parlanchina:garrulous charlatán:garrulous sociable:sociable extrovertid:outgoing alegre:cheerful "
    "meticulos:meticulous perfeccionista:perfectionist ordenad:orderly puntual:punctual trabajador:hard-working ambicios:ambitious sever:stern estrict:strict perezos:lazy desordenad:messy despistad:absent-minded distraíd:absent-minded olvidadiz:forgetful "
    "amable:friendly generos:generous bondados:kind cariños:affectionate tiern:tender dulce:sweet cruel:cruel despiadad:ruthless egoísta:selfish arrogante:arrogant gruñon:grumpy gruñón:grumpy testarud:stubborn terc:stubborn orgullos:proud colérico:hot-tempered colérica:hot-tempered irascible:irascible "
    "ansios:anxious nervios:nervous inquiet:restless tranquil:calm seren:serene melancólic:melancholic solitari:solitary celos:jealous curios:curious soñador:dreamy valiente:brave tacañ:stingy honest:honest honrad:honest sarcástic:sarcastic cínic:cynical supersticios:superstitious",
    "it": "timid:shy riservat:reserved introvers:introverted schiv:shy silenzios:quiet taciturn:taciturn loquace:loquacious chiacchieron:garrulous socievole:sociable estrovers:outgoing allegr:cheerful solare=:cheerful "
    "meticolos:meticulous pignol:pedantic pedante:pedantic ordinat:orderly puntual:punctual ambizios:ambitious sever:stern rigoros:rigorous pigr:lazy disordinat:messy distratt:absent-minded sbadat:absent-minded smemorat:forgetful "
    "gentil:kind generos:generous affettuos:affectionate dolce:sweet buon-cuore:kind-hearted crudele:cruel spietat:ruthless egoist:selfish arrogante:arrogant burber:gruff scontros:grumpy brontolon:grumpy testard:stubborn orgoglios:proud irascibile:irascible iracond:hot-tempered collerico:hot-tempered "
    "ansios:anxious nervos:nervous tranquill:calm calm:calm seren:serene malinconic:melancholic solitari:solitary gelos:jealous curios:curious sognator:dreamy coraggios:brave avaro:stingy avara:stingy onest:honest schiett:outspoken cinic:cynical sarcastic:sarcastic superstizios:superstitious",
    "pt": "tímid:shy reservad:reserved introvertid:introverted calad:quiet silencios:quiet taciturn:taciturn tagarela:garrulous falador:talkative conversador:talkative sociáve:sociable extrovertid:outgoing alegre:cheerful "
    "meticulos:meticulous perfeccionista:perfectionist organizad:organised pontual:punctual trabalhador:hard-working ambicios:ambitious sever:stern rigoros:rigorous preguiços:lazy desorganizad:messy distraíd:absent-minded esquecid:forgetful "
    "gentil:kind amável:friendly generos:generous bondos:kind carinhos:affectionate meig:gentle doce=:sweet cruel:cruel implacável:ruthless egoísta:selfish arrogante:arrogant rabugent:grumpy ranzinza:grumpy teimos:stubborn orgulhos:proud colérico:hot-tempered colérica:hot-tempered irritadiç:irritable "
    "ansios:anxious nervos:nervous inquiet:restless calm:calm seren:serene tranquil:calm melancólic:melancholic solitári:solitary ciument:jealous curios:curious sonhador:dreamy corajos:brave sovin:stingy honest:honest sarcástic:sarcastic cínic:cynical supersticios:superstitious",
    "ru": "застенчив:shy робк:timid замкнут:withdrawn молчалив:taciturn тих:quiet болтлив:garrulous разговорчив:talkative общительн:sociable весёл:cheerful весел:cheerful жизнерадостн:cheerful "
    "аккуратн:meticulous педантичн:pedantic трудолюбив:hard-working строг:stern ленив:lazy рассеян:absent-minded неряшлив:messy добр:kind нежн:tender щедр:generous вежлив:polite "
    "жесток:cruel безжалостн:ruthless эгоистичн:selfish высокомерн:arrogant ворчлив:grumpy угрюм:sullen упрям:stubborn горд:proud вспыльчив:hot-tempered тревожн:anxious нервн:nervous спокойн:calm грустн:sad одинок:lonely ревнив:jealous любопытн:curious мечтательн:dreamy смел:brave честн:honest жадн:stingy",
    "ar": "خجول:shy هادئ:calm صامت:silent ثرثار:garrulous مرح:cheerful اجتماعي:sociable دقيق:meticulous منظم:organised كسول:lazy طيب:kind لطيف:kind كريم:generous قاس:cruel أناني:selfish مغرور:arrogant عنيد:stubborn فخور:proud عصبي:hot-tempered قلق:anxious حزين:sad وحيد:lonely غيور:jealous فضولي:curious حالم:dreamy شجاع:brave بخيل:stingy صادق:honest صارم:stern متشائم:pessimistic",
}  # fmt: skip
# Scripts without spaces: the word is looked for anywhere.
_ANYWHERE: dict[str, str] = {
    "ja": "内気:shy 恥ずかしがり:shy 無口:taciturn 物静か:quiet おしゃべり:talkative 社交的:sociable 陽気:cheerful 明るい:cheerful 几帳面:meticulous 完璧主義:perfectionist 真面目:conscientious 勤勉:diligent 怠け者:lazy だらしない:messy 優しい:kind 穏やか:calm 親切:kind 冷酷:ruthless わがまま:selfish 傲慢:arrogant 頑固:stubborn 気難しい:grumpy 短気:hot-tempered 厳しい:stern 心配性:anxious 神経質:nervous 冷静:composed 孤独:lonely 嫉妬深い:jealous 好奇心:curious 夢見がち:dreamy 勇敢:brave けち:stingy 正直:honest",
    "zh": "害羞:shy 内向:introverted 沉默寡言:taciturn 安静:quiet 健谈:talkative 话多:garrulous 外向:outgoing 开朗:cheerful 乐观:optimistic 细心:meticulous 严谨:rigorous 勤奋:diligent 懒:lazy 邋遢:messy 善良:kind 温柔:gentle 慷慨:generous 冷酷:ruthless 自私:selfish 傲慢:arrogant 固执:stubborn 倔强:stubborn 暴躁:hot-tempered 严厉:stern 焦虑:anxious 紧张:nervous 冷静:composed 平静:calm 忧郁:melancholy 孤独:lonely 嫉妒:jealous 好奇:curious 浪漫:romantic 勇敢:brave 吝啬:stingy 诚实:honest 直率:outspoken",
    "ko": "수줍:shy 내성적:introverted 과묵:taciturn 조용한:quiet 수다:talkative 외향적:outgoing 명랑:cheerful 꼼꼼:meticulous 성실:diligent 게으:lazy 친절:kind 다정:affectionate 냉정:cold 이기적:selfish 거만:arrogant 고집:stubborn 다혈질:hot-tempered 엄격:stern 불안:anxious 차분:calm 외로운:lonely 호기심:curious 용감:brave 정직:honest",
}  # fmt: skip
_DENIED = re.compile(
    r"\b(?:not|never|no longer|hardly|isn't|nicht|kein|keine|pas|no|non|não|değil|не|нет|ليس)\s+$", re.I
)


def said_in_place(brief: str) -> list[Said]:
    """What the brief says of a temper beyond plain English words, in its order, each English word once."""
    patterns = (*_english(), *_stems(language_of(brief)[0]))
    found = [
        (match.start(), Said(match.group().strip(" ,"), word))
        for pattern, word in patterns
        for match in pattern.finditer(brief)
    ]
    kept: dict[str, Said] = {}
    for start, said in sorted(found, key=lambda each: each[0]):
        if not _DENIED.search(brief[:start]):
            kept.setdefault(said.word, said)
    return list(kept.values())


def bounds_in_place(brief: str) -> list[TraitBound]:
    """The trait bounds of those words."""
    return [
        TraitBound(trait=trait, minimum=low, maximum=high, reason=f'the brief says "{said.quote}"')
        for said in said_in_place(brief)
        for trait, low, high in TEMPERAMENT[said.word]
    ]


def demands_in_place(brief: str) -> list[VoiceDemand]:
    """The voice demands of those words, where the English word makes one."""
    return [
        VoiceDemand(marker=marker, reason=f'the brief says "{said.quote}"')
        for said in said_in_place(brief)
        for marker in _marker(said.word)
    ]


def _marker(word: str) -> list[VoiceMarker]:
    return [SPEECH[word]] if word in SPEECH else []


@cache
def _english() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), word) for pattern, word in _ENGLISH)


@cache
def _stems(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The stems of a language as patterns, each with the English word it means."""
    anywhere = [entry.partition(":") for entry in _ANYWHERE.get(language, "").split()]
    made = [(re.compile(re.escape(stem)), word) for stem, _, word in anywhere]
    article = "(?:ال)?" if language == "ar" else ""
    for entry in _STEMS.get(language, "").split():
        stem, _, word = entry.partition(":")
        if word:
            plain, rest = re.escape(stem.rstrip("=").replace("-", " ")), "" if stem.endswith("=") else r"\w*"
            made.append((re.compile(rf"(?<!\w){article}{plain}{rest}(?!\w)", re.IGNORECASE), word))
    return tuple(made)
