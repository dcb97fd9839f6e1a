"""A variant: texts that replace the shipped ones, under a name, to compare prompts, rubrics or scenarios.

A variant replaces tasks of steps, and messages of the fingerprint's scenarios (decision 88). The system prompt stays,
because it says that briefs are data; so do the tasks of intent_parse and of the single call, because they decide which
briefs are refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from fourfold.json_maps import no_other_names
from fourfold.persona import Document
from fourfold.scenario_names import REGISTERS, SCENARIO_NAMES, TOPICS
from fourfold.text_rules import same_words, text_faults

# The steps whose tasks a variant replaces.
TaskName = Literal["soul_draft", "self_enrich", "mask_build", "surface_ground", "audit"]
TASK_NAMES: Final[tuple[str, ...]] = get_args(TaskName)
TEXT_NAMES: Final[tuple[str, ...]] = (*TASK_NAMES, *SCENARIO_NAMES)
_SCENARIO: Final = rf"({'|'.join(REGISTERS)})\.({'|'.join(TOPICS)})"
TextName = Annotated[str, StringConstraints(pattern=f"^({'|'.join(TASK_NAMES)}|{_SCENARIO})$")]
# Bytes of all texts together as JSON. A run carries them from step to step, and Step Functions limits what it carries.
MAX_TEXT_BYTES: Final = 8_000
SHIPPED: Final = "shipped"


def _known(texts: object) -> object:
    """Returns the texts in the order of TEXT_NAMES: hashes of settings must not depend on the caller's order."""
    if not isinstance(texts, dict):
        return texts
    unknown = [name for name in texts if name not in TEXT_NAMES]
    if unknown:
        raise ValueError(
            f"/texts/{unknown[0]}: there is no such text; the texts are {', '.join(TASK_NAMES)} and the scenarios of "
            f"the fingerprint, <register>.<topic> of {', '.join(REGISTERS)} and {', '.join(TOPICS)}"
        )
    return {name: texts[name] for name in TEXT_NAMES if name in texts}


class Variant(Document):
    """The texts of a variant, by the step whose task or the scenario whose message they replace.

    The variant `shipped` replaces none. `audit` is the rubric of the run's own audit; the judge of an evaluation keeps
    the shipped rubric. A scenario is `<register>.<topic>`, such as `comfort.money`; its text replaces the message in
    all languages.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")] = SHIPPED
    texts: Annotated[
        dict[TextName, Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT_BYTES)]],
        BeforeValidator(_known),
        Field(json_schema_extra=no_other_names),
    ] = {}  # noqa: RUF012 - pydantic copies it

    @model_validator(mode="after")
    def _texts_are_acceptable(self) -> Variant:
        if bool(self.texts) == (self.name == SHIPPED):
            raise ValueError(f"a variant has texts and a name; only {SHIPPED} has none")
        for name, text in self.texts.items():
            if not same_words(text) or text_faults(text):
                raise ValueError(f"/texts/{name}: a text has words, and no control characters or lone surrogates")
        if sum(len(json.dumps(text, ensure_ascii=False).encode()) for text in self.texts.values()) > MAX_TEXT_BYTES:
            raise ValueError(f"/texts: all texts of a variant together have at most {MAX_TEXT_BYTES} bytes as JSON")
        return self

    @property
    def scenario_texts(self) -> dict[str, str]:
        """The messages of scenarios, by the scenario's name."""
        return {name: text for name, text in self.texts.items() if name in SCENARIO_NAMES}

    def text(self, name: TaskName | None, shipped: str) -> str:
        """The text of this name, or the shipped one."""
        return shipped if name is None else self.texts.get(name, shipped)

    def hash(self) -> str:
        """The content hash of the texts (`var_...`), whatever the name."""
        return texts_hash(self.texts)


def texts_hash(texts: Mapping[str, str]) -> str:
    """The content hash (`var_...`) of texts by name."""
    content = json.dumps(texts, ensure_ascii=False, sort_keys=True)
    return f"var_{hashlib.sha256(content.encode()).hexdigest()[:12]}"
