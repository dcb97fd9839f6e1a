"""Variants from a folder: one file for each text, `soul_draft.txt` or `.md`; the folder's name is the variant's.

The texts become the value of the setting `engine.pipeline.variant`, so the settings of a run carry them and its
`config_hash` covers them. `fourfold.config.variant` says which texts there are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from fourfold.config.engine import EngineConfig
from fourfold.config.variant import MAX_TEXT_BYTES, SHIPPED, Variant
from fourfold.errors import InputError
from fourfold.evaluation.models import VariantRef

VARIANT_KEY: Final = "engine.pipeline.variant"
_SUFFIXES: Final = frozenset({".txt", ".md"})


class BadVariantError(InputError):
    """A variant that cannot be used; the message begins with a JSON pointer into its value."""


def variant_from_folder(folder: Path) -> Variant:
    """Reads a variant. Other files than `.txt` and `.md`, and hidden files, are left out; a byte order mark is too.

    Raises:
        BadVariantError: no such folder, no texts, a text of an unknown name, one that is too long, not UTF-8 or not
            readable.
    """
    if not folder.is_dir():
        raise BadVariantError(f"/: {folder} is no folder")
    try:
        texts = _texts_in(folder)
    except OSError as error:
        raise BadVariantError(f"/: {folder} cannot be read: {error.strerror}") from None
    if not texts:
        raise BadVariantError(
            f"/texts: {folder} has no text; name its files soul_draft.md, audit.txt, comfort.money.txt"
        )
    return checked_variant({"name": folder.resolve().name.lower(), "texts": texts})


def _texts_in(folder: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in _SUFFIXES or path.name.startswith(".") or not path.is_file():
            continue
        if path.stem in texts:
            raise BadVariantError(f"/texts/{path.stem}: the folder has it twice, as .md and as .txt")
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise BadVariantError(f"/texts/{path.stem}: a text has at most {MAX_TEXT_BYTES} bytes")
        try:
            texts[path.stem] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise BadVariantError(f"/texts/{path.stem}: the file is not UTF-8") from None
    return texts


def checked_variant(value: object) -> Variant:
    """Returns the variant in a value of VARIANT_KEY.

    Raises:
        BadVariantError: it is not valid.
    """
    try:
        return Variant.model_validate(value)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        reason = fault["msg"].removeprefix("Value error, ")
        pointer = "".join(f"/{part}" for part in fault["loc"] if part != "[key]") or "/"
        raise BadVariantError(reason if reason.startswith("/") else f"{pointer}: {reason}") from None


def variant_ref(config: EngineConfig) -> VariantRef | None:
    """The name and hash of the variant in the settings of an arm; None for the shipped texts."""
    variant = config.pipeline.variant
    return None if variant.name == SHIPPED else VariantRef(name=variant.name, hash=variant.hash())
