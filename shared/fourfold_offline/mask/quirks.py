"""Single habits of speech and places in a group, laid over a family of voices so that no two of one family agree."""

from __future__ import annotations

QUIRKS: tuple[str, ...] = (
    "Swallows the last word of anything kind.", "Says names at the end, as if putting them back.", "Breathes in before bad news, and only then.", "Answers yes to a different question first.",
    "Counts under the breath when others raise their voices.", "Drops to a murmur for numbers and prices.", "Laughs before the sentence instead of after.", "Never says \"but\"; starts over.",
    "Leaves a gap where a swear word would go, exactly its length.", "Repeats the first two words when starting, like an engine.", "Puts the verb off as long as the language allows.", "Clears the throat as punctuation.",
    "Thanks objects.", "Goes up at the end of statements and down at the end of questions.", "Uses the past tense for plans.", "Switches to a formal address when pleased.",
    "Lets the other person's sentence finish twice.", "Says \"anyway\" and stays on the subject.", "Speaks fastest while looking for the keys.", "Has a telephone voice, half a tone higher, and uses it for goodbyes.",
    "Hums between paragraphs.", "Keeps one hand over the mouth for the good part.", "Corrects the weather forecast aloud.", "Ends visits in three goodbyes, the second of them final.",
    "Mentions the worst thing third.", "Never uses first names in an argument; nothing but first names afterwards.", "Talks to the dashboard, the stove, the screen, and means you.", "Pronounces foreign words with care and familiar ones without any.",
    "Interrupts only to agree.", "Gives directions by shops that have closed.", "Takes a run-up of three small words.", "Stops dead if anyone writes something down.",
    "Tells the end first.", "Lowers the voice for compliments as if they were contagious.", "Says \"that's all\" before the main thing.", "Turns the cup a quarter round at every full stop.",
    "Gets grammatical when hurt.", "Uses \"one\" for the years that were hard.", "Saves the question for the doorway.", "Whistles the first half of an answer.",
)  # fmt: skip

ROLES: tuple[str, ...] = (
    "the one who knows where the spare key is", "who gets asked to write the card", "the person between the two who don't speak", "first to arrive, from another door", "keeper of the lost umbrellas",
    "the one everybody thinks somebody else invited", "who drives people home, in the order they can be spared", "the witness signature", "who is sent to wake the sleeper", "the one that children report to",
    "the unofficial translator of moods", "who eats the piece nobody takes", "the one who notices the clock has stopped", "holder of coats and, by extension, of news", "the friend of the friend who stays",
    "who knows which stair", "the one asked for change, the time, a light", "the second name on every list", "who stands up when the room must be told", "the one that dogs choose",
    "who says grace if somebody must", "the person photographs are taken by", "who closes windows in other people's houses", "an audience of one, worth having", "the one whose absence is noticed on the stairs",
)  # fmt: skip
