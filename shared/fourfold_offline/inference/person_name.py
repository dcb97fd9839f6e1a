"""The name of a person: stated by the brief, or drawn from the names of the place, the gender and the generation."""

from __future__ import annotations

import importlib
import re

from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.culture import people_for
from fourfold_offline.lexicon.names import feminine_family, listed, people_of
from fourfold_offline.step_input import Material

_GENERATION = 38


def name_of(material: Material) -> str:
    stated = material.value("surface.name")
    if stated is not None and " " in stated:
        return stated
    given, family, family_first = _names(material)
    if stated is not None and stated in _FAMILY_NAMES:
        return f"{stated} {given}"
    parts = (stated or given, family)
    return " ".join(reversed(parts) if family_first else parts)[:160]


# Family names that Japanese, Chinese and Korean briefs give as the whole name.
_FAMILY_NAMES = frozenset(
    "田中 鈴木 佐藤 高橋 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 清水 山崎 王 李 张 刘 陈 杨 赵 黄 周 吴 김 이 박 최 정".split()
)


def _names(material: Material) -> tuple[str, str, bool]:
    draw, gender = material.constant, material.gender
    native = _native_script(material.brief)
    people = people_of(material.intent.locale)
    if people is None or native:
        drawn = _faker_names(material)
        if drawn is not None:
            return drawn
    people = people_for(material)
    older = age_of(material) >= _GENERATION
    women, men = (people.women_older, people.men_older) if older else (people.women_younger, people.men_younger)
    both = listed(women) + listed(men)
    given = draw.pick("given", {"female": listed(women), "male": listed(men), "nonbinary": both}[gender])
    family = draw.pick("family-name", listed(people.families))
    if gender == "female":
        family = feminine_family(family, people.female_family)
    return given, family, people.family_first


def _native_script(brief: str) -> bool:
    return re.search("[\u0370-\u1fff\u3040-\ud7af]", brief) is not None


def _faker_names(material: Material) -> tuple[str, str, bool] | None:
    """Names from Faker's data of the locale, read directly: building a Faker would load every provider it has."""
    locale = material.intent.locale.replace("-", "_")
    locale = {"ar_EG": "ar_SA", "ar_LB": "ar_PS", "ar_SY": "ar_PS", "ar_MA": "ar_DZ", "ar_TN": "ar_DZ"}.get(
        locale, locale
    )
    try:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    except ImportError:
        return None
    side = "male" if material.gender == "male" else "female"
    given = _pool(provider, f"first_names_{side}") or _pool(provider, "first_names")
    families = _pool(provider, f"last_names_{side}") or _pool(provider, "last_names")
    if not given or not families:
        return None
    draw = material.constant
    return draw.pick("given", given), draw.pick("family-name", families), locale[:2] in {"ja", "zh", "ko", "hu", "vi"}


def _pool(provider: type, name: str) -> list[str]:
    data = getattr(provider, name, None)
    return [str(item) for item in data] if isinstance(data, (tuple, list, dict)) else []
