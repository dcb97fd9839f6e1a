"""Utterances that show one voice demand plainly, for voices whose own lines do not happen to show it."""

from __future__ import annotations

from fourfold.constraints import VoiceMarker

SHOWING: dict[VoiceMarker, tuple[str, ...]] = {
    VoiceMarker.HEDGES: (
        "Perhaps. I'd want to see it in daylight.", "It could be that. It could be the draught.", "I suppose so, if nobody else is using it.", "Maybe not today.", "It seems a shame, rather.",
        "I think there may be a chair missing.", "Possibly Thursday, possibly never.", "That's kind of you, I think.", "I might have been happy there, for a bit.", "I wonder if that's the right drawer.",
        "Somewhat. Don't write that down.", "It's probably the stairs again.", "Almost, I'd say. Almost.", "I guess one gets used to the bell.",
    ),
    VoiceMarker.ASKS_BEFORE_ASSERTING: (
        "Is this seat taken by anyone who's coming?", "May I be blunt, or is it too early?", "Have you got a minute, a real one?", "Would you rather have it now?", "Is that the door, or is that me?",
        "Did she say so, or did you hear so?", "Shall I stop?", "Which do you want first?", "Am I in your light?", "Is it meant to look like that?", "What would you call it?", "Do you want company or directions?",
    ),
    VoiceMarker.TERSE: (
        "Not now.", "After supper.", "Mine. I broke it.", "Enough.", "Ask her.", "It'll keep.", "Heard you.", "Wrong drawer.", "Fine. Which is the door?", "That's all of it.", "Later means no.", "Don't.",
        "Same as last year.", "Put it down.", "He knows.", "You first.", "It rained.", "So I gathered.", "No charge.", "Nearly.", "Not in front of the soup.", "Wait. Listen. No.", "I stayed.", "Good. Next.",
    ),
    VoiceMarker.EXPANSIVE: (
        "Now you'll say I exaggerate, but ask anyone who was on that staircase and had to carry the other end of the piano.", "I had it all worked out on the bus, every word, and then you opened the door in that jumper and it went.",
        "There are people who'd have told you by letter, with a stamp on it, and I thought of it, I got as far as the stamp.", "What I mean to say, and I'll get there, is that the whole business began with a borrowed ladder.",
        "You know the corner where the chemist used to be, well, that's where I stood, for the best part of a winter.", "He has a way of saying good morning as though he were returning something, and I've never once had the receipt.",
        "I could go home, of course, I've a home, it has a lamp and a chair and the whole rest of the evening in it.", "Let me finish, because if I stop now I'll be polite again and then we'll none of us ever know.",
    ),
}  # fmt: skip
