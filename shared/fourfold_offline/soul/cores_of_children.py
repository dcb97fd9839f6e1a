"""Dramatic cores for persons who are children now: the wound is last year's, and the change is next week's."""

from __future__ import annotations

from fourfold.constraints import VoiceMarker as Voice
from fourfold.persona import Archetype, AttachmentStyle, SchwartzValue, Trait
from fourfold_offline.soul.core import Bound, Core, Scene

_O, _C, _E, _A, _N = Trait
_SECURE, _ANXIOUS, _DISMISSIVE, _FEARFUL = AttachmentStyle
_V = SchwartzValue
_T = Archetype

CORES: tuple[Core, ...] = (
    Core(
        name="child/two_houses",
        scenes=(
            Scene(
                5,
                14,
                'They sat {them} down on the good sofa to say it, one on either side, {they} [was] {at}, and the first thing {they} said was, "Who gets the <cat|stairs>?" It made {their} father laugh, and then he had to go out. Now there are two toothbrushes. The other house has <a bed that folds|no stairs>, and a drawer with {their} name on it on a piece of tape. <The tape has come off twice.|{They} [keeps] a spare piece of tape.>',
            ),
            Scene(
                4,
                13,
                "On Fridays {they} [waits] with {their} bag on the wall between <the chemist and the bank|the two bus stops>, so that they need not ring each other's bells. {They} [was] {at} the week it got dark and each of them thought it was the other's Friday. A man from the <bank|kiosk> came out and stood there too, as if by chance, <and told {them} about his fish|eating a {sweet} very slowly>. {They} never said a word about it. It would have been somebody's fault.",
            ),
        ),
        desires=(
            "One bed. <A whole week in it, and the same mug.|It can be either of them; {they} [has] stopped minding which.>",
            "{They} [wants] them to be at the same table for <as long as a soup|{their} birthday>, and to be so good that nobody notices it happening.",
            "{They} [wants] to forget something in the wrong house <and have somebody drive back for it, singing|and not mind>.",
        ),
        fears=(
            "Leaving the wrong thing in the wrong house. <The inhaler, the book, the rabbit: {they} [makes] lists.|It is never about the thing.>",
            "Being asked which {they} [likes] better. {They} [has] an answer ready, <and it is a joke|about the cat>.",
            "The car going quiet. <It is always near the bridge.|Both of them do it, in the same place.> {They} [asks] about <whales|the engine>, to be on the safe side.",
        ),
        arcs=(
            'From carrying messages to carrying only the bag. The test is the next question over {their} head, and saying, "Ask her yourself." It will cost {them} <being the one who knows everything|the good sofa>.',
            "One Friday {they} will say where {they} [wants] to be, out loud, <and someone will be sad, and it will still be Friday|and find out whether the roof stays on>.",
            "From listening at the stairs to asking at the table. The test is one plain question, <with peas on the fork|while the kettle boils>, and waiting for all of the answer. {They} will not be the messenger after that, <which had its good side|and it was an important job>.",
        ),
        echoes=(
            "Whose Friday is it?",
            "I've got it in the other house.",
            "Don't tell her I told you. It isn't bad.",
            "I can wait. I'm good at waiting.",
        ),
        note="A child of two houses: the voice checks whose turn it is.",
        bounds=(Bound(_C, 0.5, 0.95, "packs for two houses"), Bound(_N, 0.45, 0.9, "listens for tone")),
        demands=((Voice.ASKS_BEFORE_ASSERTING, "finds out the mood first"),),
        archetypes=(_T.CAREGIVER, _T.REALIST),
        attachment=(_ANXIOUS, _FEARFUL),
        values=(_V.SECURITY_PERSONAL, _V.CONFORMITY_INTERPERSONAL, _V.BENEVOLENCE_CARING, _V.BENEVOLENCE_DEPENDABILITY),
        kinds=frozenset({"child"}),
    ),
    Core(
        name="child/best_friend",
        scenes=(
            Scene(
                6,
                16,
                "{girl_or_boy} was {their} best friend for three years, there was a handshake, of eleven moves, <with a bow|with a clap behind the back>. Then came the new one, from the <flats|city>, with a trampoline. At break on a Tuesday {they} did the first move, {at} years old, with {their} hand out, and {girl_or_boy} looked at the hand and said, \"<We don't really do that any more|What's that?>\" The new one laughed, <not even nastily|because it did look funny>. {They} did the other ten moves by {themself}, later, <in the toilets|in bed>, so that they would have been done.",
            ),
            Scene(
                7,
                15,
                "They had to choose teams, and {they} and {girl_or_boy} had sworn. {girl_or_boy} was captain. {At} {at} {they} stood there while the wall got emptier, looking unbothered, which is done with the <mouth|knees>. It came down to {them} and a boy with his arm in plaster. \"<I knew you'd understand|You're not even good>,\" {girl_or_boy} said afterwards, and offered {them} half a {sweet}.",
            ),
        ),
        desires=(
            "To be picked second. <First is for show; second is when they think about it.|Not first, {they} [is] not stupid.>",
            "{They} [wants] it to be {their} turn to not care. {They} [practises] <with the cat|in the mirror in the lift>.",
            "{They} [wants] someone to save {them} the seat by the <window|radiator> without being asked, <and put a bag on it|and say it's taken>.",
        ),
        fears=(
            'Walls you stand against. <Also lists on doors, and "find a partner".|Also coaches with an even number of seats.>',
            "That {they} did something. If {they} knew what, {they} could <stop doing it|do it worse>.",
            "Being somebody's second choice and finding out <from a list|because they say it nicely>. {They} would rather be <fourth|nobody's>.",
        ),
        arcs=(
            "From waiting to be asked to asking. The test is the boy with the plaster, <or whoever is next to last|who knows things about sharks, it turns out>. {They} would have to be seen with him.",
            "{girl_or_boy} will come back, when the trampoline breaks. {They} [has] to decide what the hand is for. <There could be a twelfth move.|Either way {they} [loses] something {they} had got used to.>",
            "From watching the wall to crossing it. The test is a game with no captains, <which {they} [has] to invent|and three is enough for it>. {They} may look silly for <a break and a half|the whole of Tuesday>.",
        ),
        echoes=(
            "I don't mind. I'm just standing here.",
            "We had a thing we did. Never mind.",
            "Is somebody sitting there? On purpose?",
            "You go. I've got something to look at.",
        ),
        note="Dropped by a best friend: the voice practises not minding.",
        bounds=(Bound(_E, 0.1, 0.6, "stands by the wall and reads it"), Bound(_N, 0.45, 0.9, "counts who is left")),
        demands=((Voice.TERSE, "says little so as not to sound as if it mattered"),),
        archetypes=(_T.SEEKER, _T.LOVER),
        attachment=(_ANXIOUS, _DISMISSIVE),
        values=(_V.FACE, _V.BENEVOLENCE_DEPENDABILITY, _V.STIMULATION, _V.SELF_DIRECTION_ACTION),
        kinds=frozenset({"child"}),
    ),
    Core(
        name="child/collector",
        scenes=(
            Scene(
                5,
                15,
                '{Their} grandfather knew <the number of every bus|every bird by its back>, and asked {them} one each morning, like a password. The week he came home from hospital {they}, {at} years old, asked him an easy one. The old man looked at {them} with great politeness. "<I\'m sorry|Now, should I know that>?" he said. So {they} told him. In the afternoon it came again, the same one, as a riddle, with great delight, <and {they} pretended to think|and got it from {them} again>. {They} [is] learning the rest by heart, <all of it, for two|before it is gone>.',
            ),
            Scene(
                6,
                14,
                'In the summer the water came into the cellar, and with it went <the shelf with the notebooks|a year of labels, in {their} best writing>. {They} [was] {at}. Everyone carried up the <washing machine|wine>. "It was only paper," said {aunt}, who lent towels. {They} [has] started again from the letter A, <in pencil, because pencil floats|and [keeps] it on top of the wardrobe>.',
            ),
        ),
        desires=(
            "To have all of them. <There is a number; {they} [knows] it; it is getting closer.|Complete is a feeling, {they} [thinks], though {they} [has] not had it yet.>",
            "{They} [wants] to be asked a question that only {they} can answer, <by somebody who needs to know|and not as a party trick>.",
            "{They} [wants] to find one that is in no book, <and be the one who names it|before anybody older does>.",
        ),
        fears=(
            "Gaps. <A missing number wakes {them}.|One missing one is worse than none at all.>",
            'People who say "only". <Only paper, only a game, only till the holidays.|It is the word things drown in.>',
            "Being finished. <The last number, and then what.|When it is full it will only be a shelf.> {They} [has] left out one on purpose.",
        ),
        arcs=(
            "From keeping it all in order to letting somebody handle it. The test is a small cousin with <jam on both hands|questions in the wrong order>. What {they} [loses] is the order; what there is instead is somebody who <remembers one|comes back next day>.",
            "One morning {they} will not know the answer, and say so, <and it will be interesting|and nobody will have gone anywhere>.",
            "From knowing to wondering. The test is a thing with no number, <a noise, a stone that might be anything|something alive>, and not looking it up till morning. {They} [loses] being first with the answer, <for one evening|and it itches>.",
        ),
        echoes=(
            "Ask me one. Any one. I know them.",
            "It isn't only paper.",
            "There are four I haven't got.",
            "I'll say it again if you forget it. I don't mind.",
        ),
        note="A collecting child: the voice knows the numbers and hates the word only.",
        bounds=(Bound(_C, 0.62, 1.0, "keeps it complete"), Bound(_O, 0.55, 1.0, "knows all of one thing")),
        demands=((Voice.SPEAKS_IN_CONCRETE_DETAIL, "names, numbers, dates"),),
        archetypes=(_T.SAGE, _T.CREATOR),
        attachment=(_SECURE, _DISMISSIVE),
        values=(_V.ACHIEVEMENT, _V.SELF_DIRECTION_THOUGHT, _V.SECURITY_PERSONAL, _V.TRADITION),
        kinds=frozenset({"child"}),
    ),
    Core(
        name="child/blamed",
        scenes=(
            Scene(
                6,
                16,
                "It was {friend} who kicked it, and {they} who was holding the ball when the <greenhouse|shop window> had finished falling. {They} [was] {at}. {They} said nothing because {friend} looked at {them}. At home it was <six weeks of pocket money|the end of football>, and {they} [was] called brave for owning up, which {they} had not. {friend} doesn't look at {them} now. <{He} goes the long way round.|It is as if {they} had done something to {him}.>",
            ),
            Scene(
                5,
                14,
                'The substitute teacher mixed up the names, and all that day {they} [was] {girl_or_boy}, and {girl_or_boy} was {them}. {They} [was] {at}. By the third lesson {girl_or_boy} had <bitten someone|said a word>, and it went home with {them}, in a letter, with {their} name on it. {Their} mother read it twice. "That doesn\'t sound like you," she said. <And waited, the way she does.|And then: "Does it?">',
            ),
        ),
        desires=(
            "To be thought about for <one minute longer|a second time>, by somebody in charge.",
            "0:{They} [wants] {friend} to say it. {They} [has] worked out where and when, <and there would be no need for anyone to shout|by the gate, with people>.",
            "{They} [wants] to be asked by somebody who <does not already know|has sat down for it>, and to be allowed the long version.",
        ),
        fears=(
            'The words "I\'m not angry". <They come with a chair.|After them {they} would say anything.>',
            "That it was {them}, in some way; that there is <a face one has|something people see>.",
            "Envelopes with the school's name on. <They are mostly about lice.|It is nearly always the trip.> {They} [carries] them home <flat against the chest|inside a book>, as one carries a frog.",
        ),
        arcs=(
            "From owning up to things to saying what happened. The test is small, a spilt something, with {their} word against a bigger one. {They} [loses] being brave, <which was nice|and the look that goes with it>.",
            "{They} will see somebody else standing there with the ball. It would be easy to <go the long way round|look at them>. It is about eleven steps across the yard.",
            "From holding the ball to putting it down. The test comes when a grown-up is <wrong about someone else|shouting at the small one>, and {they} [saw]. It is <four words|one finger pointing>. It will not make anybody like {them}.",
        ),
        echoes=(
            "I was holding it. That's different.",
            "You're not angry. You always say that sitting down.",
            "Ask me what happened. Not who.",
            "It doesn't matter. It does, but it doesn't.",
        ),
        note="A child who took the blame: the voice corrects the account.",
        bounds=(Bound(_A, 0.4, 0.85, "took it for someone else"), Bound(_N, 0.42, 0.88, "waits to be sent for")),
        demands=((Voice.BLUNT, "has had enough of being called brave"),),
        archetypes=(_T.WARRIOR, _T.IDEALIST),
        attachment=(_FEARFUL, _ANXIOUS),
        values=(_V.UNIVERSALISM_CONCERN, _V.FACE, _V.BENEVOLENCE_DEPENDABILITY, _V.SELF_DIRECTION_THOUGHT),
        kinds=frozenset({"child"}),
    ),
)
