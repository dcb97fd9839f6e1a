"""Tells a brief's language by its script and its commonest words: rough, and never wrong about not knowing."""

from __future__ import annotations

import re

_SCRIPTS: tuple[tuple[str, str, str], ...] = (
    ("[\u3040-\u30ff]", "ja", "ja-JP"),
    ("[\uac00-\ud7af]", "ko", "ko-KR"),
    ("[\u4e00-\u9fff]", "zh", "zh-CN"),
    ("[\u0590-\u05ff]", "he", "he-IL"),
    ("[\u067e\u0686\u0698\u06af\u06cc]", "fa", "fa-IR"),
    ("[\u0600-\u06ff]", "ar", "ar-EG"),
    ("[\u0900-\u097f]", "hi", "hi-IN"),
    ("[\u0980-\u09ff]", "bn", "bn-BD"),
    ("[\u0b80-\u0bff]", "ta", "ta-IN"),
    ("[\u0e00-\u0e7f]", "th", "th-TH"),
    ("[\u0370-\u03ff]", "el", "el-GR"),
    ("[\u10a0-\u10ff]", "ka", "ka-GE"),
    ("[\u0530-\u058f]", "hy", "hy-AM"),
    ("[\u1200-\u137f]", "am", "am-ET"),
    ("[\u0456\u0457\u0454\u0491]", "uk", "uk-UA"),
    ("[\u0400-\u04ff]", "ru", "ru-RU"),
)
_STOP_WORDS: dict[str, tuple[str, str]] = {
    "en": ("en-US", "the a an who and of in with her his she he is was has never old from that their they to years"),
    "tr": ("tr-TR", "bir ve yaşında olan için kadın adam eski çok ama gibi emekli yaşayan genç yaşlı yalnız ile köyünde kaybetmiş"),
    "es": ("es-ES", "el la los una un que de años en con su del y mujer hombre perdió vive pero joven vieja viejo como trabaja"),
    "fr": ("fr-FR", "le la les une un qui de ans à et son sa dans avec du des femme homme vit mais jeune vieux vieille perdu"),
    "de": ("de-DE", "der die das eine ein und aus jahre alt jährige jähriger mit ihr ihre seine lebt frau mann nicht aber junge der sich"),
    "it": ("it-IT", "il lo la una un che di anni e con sua suo nel della vive donna uomo ma giovane vecchia vecchio ha perso"),
    "pt": ("pt-BR", "o a uma um que de anos em e com sua seu do da mulher homem vive mas jovem não perdeu velha velho"),
    "nl": ("nl-NL", "de het een en van jaar oud uit met haar zijn woont vrouw man maar niet die jonge"),
    "pl": ("pl-PL", "i w z lat jest która który kobieta mężczyzna mieszka nie się emerytowany stary młoda"),
    "sv": ("sv-SE", "och en ett som är i år gammal från med hennes hans bor kvinna man inte"),
    "id": ("id-ID", "yang dan di dari seorang tahun dengan wanita pria tinggal tidak berusia"),
    "vi": ("vi-VN", "một và của tuổi người ở với là sống không bà ông cô"),
    "ro": ("ro-RO", "o un și de ani din cu care femeie bărbat este trăiește nu sa"),
    "cs": ("cs-CZ", "a v z let která který žena muž žije není se starý mladá"),
    "hu": ("hu-HU", "egy és éves aki nő férfi nem él az a ban ben"),
    "fi": ("fi-FI", "ja on joka vuotias nainen mies ei asuu vanha nuori entinen"),
}  # fmt: skip
_TELLING = {
    "tr": "ığşİ",
    "de": "ßäö",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "pl": "łżź",
    "sv": "å",
    "vi": "ơưđạảấầậ",
    "cs": "řěů",
    "hu": "őű",
    "ro": "țș",
}
_BRITISH = re.compile(r"\b(?:colour|mum|pub|solicitor|barrister|flat|council estate|lorry|grey|organis\w+|vicar|favourite|neighbour|bloke|quid|lollipop lady|greengrocer|fishmonger|publican)\b", re.I)  # fmt: skip
_BONUS = 0.6


def language_of(brief: str) -> tuple[str, str]:
    """The brief's language and its most usual locale; English where nothing tells."""
    for script, language, locale in _SCRIPTS:
        if len(re.findall(script, brief)) > _FEW_LETTERS:
            return language, locale
    words = re.findall(r"[^\W\d_]+", brief.casefold())
    if not words:
        return "en", "en-US"
    best, best_score = "en", 0.0
    for language, (_, stop_words) in _STOP_WORDS.items():
        listed = set(stop_words.split())
        score = float(sum(word in listed for word in words))
        score += _BONUS * len(set(_TELLING.get(language, "")) & set(brief))
        score += _BONUS if language == "en" and score else 0.0
        if score > best_score:
            best, best_score = language, score
    if best == "en" and _BRITISH.search(brief):
        return "en", "en-GB"
    return best, _STOP_WORDS[best][0]


_FEW_LETTERS = 1
