"""More dramatic cores for grown persons: small turns of an ordinary life that a person never quite put down."""

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
        name="wrong_letter",
        scenes=(
            Scene(15, 30, "The letter was addressed to {uncle} on the floor above, and {they}, {at}, opened it by mistake. It was <an offer of work abroad|from a daughter nobody had heard of>, with a date to answer by. {They} glued it, badly, and <waited for the stairs to be empty|kept it one more day so that the glue would dry>. Then {uncle} was in hospital. Then the date was past. <It is between two atlases now.|{They} [has] moved it through five flats.>"),
            Scene(12, 22, "{They} [was] to ring {girl} and say the meeting place had changed. {At} {at}, {they} rang, <it was engaged|a brother answered and said he'd pass it on>, and there was {sweet} on the table, and friends. She waited at the old place from <three until the lamps came on|noon>. It is where she met the man she married. <She thanks {them} for it at every anniversary.|People drink to {them} for it.> {They} [has] seen the man's temper, and [raises] the glass."),
            Scene(17, 32, "A stranger on the night train asked {them} to post an envelope, stamped, at the next stop. {They} [was] {at} and fell asleep. It came to light <in the lining of a coat|in the spring>, and the street it was going to had <been renumbered|meanwhile been pulled down>. {They} walked up and down there with it, <asking at every bell|reading out the name>. <A woman said she would have liked to get a letter.|Somebody offered to take it anyway.>"),
        ),
        desires=(
            "To deliver something into the right hand, <on the day|in time>, and see it opened. {They} [has] never cared much what is in things; <it is the handing over|only that they arrive>.",
            "{They} [wants] to learn that it made no difference. <One line would do, from anyone who was there.|A year, an address, a plain \"It was nothing\".> And {they} [wants], just as much, that it did.",
            "{They} [wants] somebody to tell {them} what would have happened. <The whole other version, with the weather.|Down to the furniture.> People say there is no knowing, as though that <closed the matter|were a comfort>.",
        ),
        fears=(
            "Messages. \"Tell her I <rang|called>\", says somebody, lightly, and {they} [writes] it on <the back of a hand|two separate papers> and [is] no use until it is told.",
            "That most lives turn on <a damp envelope|somebody's nap>, and that nobody is in charge. {They} can put up with being guilty; <it is the other thing|being small in it is worse>.",
            "Being thanked for a thing that went right by accident. <It makes the floor soft.|{They} [sees] the other envelope.>",
        ),
        arcs=(
            "From carrying it to handing it in, <late, creased, with the stamp gone out of use|with an apology and no excuse>. The test is a door and a bell. Whoever opens may <laugh|not even remember the name>. What {they} [loses] is the one thing {they} ever kept safe.",
            "{They} will be the one who did not get the message, <and lose a year by it|and hear of it by chance>. To find that the culprit is <a child, or a tired person|somebody with {sweet} on the table> and say so, kindly, would settle two accounts at once.",
            "From last messenger to first witness. {They} must stop <arranging other people's luck|checking that it has arrived>, and write one letter of {their} own, <with no copy|and let the post have it>. It may be lost. <That is what post is.|Everyone lives like that.>",
        ),
        echoes=("Did you get it? Say what it said, then.", "I'll take it round myself. It's no distance.", "Somebody should have told you. I'm not saying who.", "0:It was sealed when I, well. It's sealed now.", "Read it back to me, would you?"),
        note="Failed to pass something on: the voice makes sure that things arrive.",
        bounds=(Bound(_C, 0.55, 0.98, "sees that things arrive"), Bound(_N, 0.42, 0.88, "thinks of the one that did not")),
        demands=((Voice.SPEAKS_IN_CONCRETE_DETAIL, "names, dates and addresses, said twice"),),
        archetypes=(_T.REALIST, _T.CAREGIVER),
        attachment=(_ANXIOUS, _SECURE),
        values=(_V.BENEVOLENCE_DEPENDABILITY, _V.CONFORMITY_RULES, _V.SECURITY_PERSONAL, _V.UNIVERSALISM_CONCERN),
        trades=frozenset({"sea", "press", "money", "shop", "politics", "software"}),
    ),
    Core(
        name="luck",
        scenes=(
            Scene(10, 24, "There were two seats left on the <minibus|ferry>, and {they} and {friend} tossed for the window. {They} [was] {at} and won, and then felt <sick, from the smell of diesel|mean>, and gave it up and got off altogether. {friend} waved. <It was in the paper with a map.|The whole school walked behind the flowers.> For years people touched {their} sleeve <for luck|in passing>, not noticing that they did."),
            Scene(14, 30, "The ticket was bought for six, from the kitty, and it was {their} turn to go to the counter. At {at} {they} chose <birthdays|the numbers on the bus>, and it came out, and it was not a fortune but it was <a car each|a year's wages each>. Within the year two of the six <were not speaking|had driven theirs into something>. \"<Your numbers|You and your numbers>,\" said {friend}, from the bed by the window, and laughed so as to show there was no grudge."),
            Scene(8, 16, "{They} fell from the <third floor|loft> into <a heap of washing|wet sand>, {at} years old, and got up. It was called a miracle. {aunt} lit candles; a man wrote it down. That same summer {friend}, who was <careful and never climbed anything|good at everything>, went to hospital with a headache. The two mothers met on the stairs, <and one of them said how well {they} looked|and one turned back for her gloves>."),
        ),
        desires=(
            "To earn one thing, <from the bottom, by hand|with sore feet>, so that no one could say it had fallen to {them}. And to lose it, perhaps, <in the ordinary way|by a mistake of {their} own>.",
            "{They} [wants] to be told what it was for. <Somebody keeps a reason back; there must be a drawer.|Not by a priest: by whoever does the books.> {They} would <do it at once|settle for a hint>.",
            "{They} [wants] a run of plain bad luck, <a winter of it|nothing fatal>, and to come through it <like other people|looking no different>.",
        ),
        fears=(
            "Tossed coins, drawn straws, \"you choose\". <{They} [lets] the other have it before it lands.|{They} [has] been known to leave the room.> What {they} [is] given, somebody is not.",
            "The second half. {They} [has] had <the good throw|all the luck>, so {they} [keeps] the <insurance|smoke alarms> in order and [watches] those {they} [loves] cross roads.",
            "Happy people who think they deserve it. <They make {them} want to knock on wood, theirs.|{They} could kiss them and could shake them.>",
        ),
        arcs=(
            "From paying it back to using it. The test is a pleasure with no merit in it, <a legacy, a fine day, a late love|dropped into the lap>, and to take it with both hands. {They} would have to stop <being useful in advance|giving away the window seat>. It feels like theft until <about the second week|the Sunday>.",
            "{They} will go to see the other family, <which {they} [has] put off at every feast|with a cake>, and be let in, and be looked at. <They were waiting for years.|They want to hear about {their} work.> What goes is the idea that it would hurt them to see {them} well.",
            "Something will go wrong that is <nobody's fault and {theirs} to bear|plainly bad luck>, and people will say \"after all that\". If {they} can hear the nonsense in it, {they} will hear it in <the other sentence|the miracle> too.",
        ),
        echoes=("You choose. No, really, you, and don't tell me.", "I was lucky. You can write that on anything.", "Have mine. I get things.", "Touch wood. Not that wood.", "1:Not my numbers. Anyone's but my numbers."),
        note="Was spared or favoured by chance: the voice gives away the better half before the draw.",
        bounds=(Bound(_A, 0.48, 0.92, "gives away the better seat"), Bound(_N, 0.45, 0.9, "waits for the second half")),
        demands=((Voice.SELF_DEPRECATING, "puts everything down to luck"),),
        archetypes=(_T.IDEALIST, _T.SEEKER),
        attachment=(_ANXIOUS, _FEARFUL),
        values=(_V.UNIVERSALISM_CONCERN, _V.HUMILITY, _V.BENEVOLENCE_CARING, _V.SECURITY_PERSONAL),
        trades=frozenset({"sport", "money", "sea", "care", "faith", "idle", "building"}),
    ),
    Core(
        name="chosen_side",
        scenes=(
            Scene(7, 15, "They asked {them} in an office with a <rubber plant|fish tank>: with which of the two would {they} rather live? {They} [was] {at} and had been told by both that it was quite all right. {They} said the name that came first in the alphabet. <The one who lost helped to carry the suitcases.|A pencil wrote it down and underlined it.> \"You did that very nicely,\" said the lady. On the stairs {they} <counted forty-one steps|tied both shoes again>, so as not to come down too soon."),
            Scene(12, 20, "The strike was in its <ninth|fifth> week and {their} father was out and {their} uncle had gone in. There was one <christening|birthday table>, and two doors to the yard. {They}, {at} years old, with the tray, went to {their} uncle first, because he was <nearest|alone>. That was all. Talk went on. But {their} father <never took a glass from {them} again|drank water that day, and at {their} wedding>, and nobody has ever said that it was for that."),
            Scene(16, 28, "{friend} and {girl_or_boy} fell out, and each rang {them} to tell it. {At} {at} {they} agreed with both, warmly, <for a whole summer|twice a week>. Then both of them came to {their} door within <ten minutes|the hour>, and stood there, and looked from one to the other and at {them}. <\"Well?\" said somebody.|Nobody was angry, particularly.> {They} offered {drink}. It was the wrong thing; there was not a right one left."),
        ),
        desires=(
            "To sit between two people and not be <a wall|the bridge>. Simply a person, with an elbow on each side, <eating|being passed over for the bread>.",
            "{They} [wants] to be for something, wholly, <without the other side's case running in {their} head|and be unfair about it>, as others are on <Saturdays at the match|holidays>.",
            "{They} [wants] the one who lost to say that <it was the right answer|{they} had been only a child>. Failing that, to be asked again, <now that there is something to say|by someone who can stand the reply>.",
        ),
        fears=(
            "Two good people looking at {them}. <Which film, which wine, which of us: it is the same office.|It begins with \"You decide\".> {They} [goes] to see about the coats.",
            "Taking sides by accident, with <a glance|a tray>. {They} [divides] {their} visits, <to the quarter of an hour|down to the second cup>, and [is] called cold by both.",
            "Loyalty in others. When someone says \"I'd do anything for you\" {they} [wonders] <who the anything is|against whom>.",
        ),
        arcs=(
            "From fairness to preference. The test is a quarrel in which one of them is right, <and is the less likeable|and {they} [knows] it>. To say so, first, at {their} own table, will empty <a chair|half of it>. The price is <being welcome everywhere|a good name in two houses>.",
            "{They} will go and see the one who lost, <without a reason, in the middle of the week|with the suitcase>, and stay longer than is fair. <Nobody is counting but {them}.|It was only ever {them} who counted.> After that there is an uneven year, and it is the first one that is {theirs}.",
            "Someone will choose against {them}, <openly, with regret|in an office, as it were>. To help with the suitcases and <mind|say that it hurts> would be to understand <the other face on those stairs|what was done to that child, and by whom: nobody>.",
        ),
        echoes=("I can see both. That's not the same as yes.", "Don't make me say which.", "You first. No, he was first. Oh, both.", "1:I only went round with the tray.", "Ask me something with one answer."),
        note="Had to choose between two people: the voice weighs both sides aloud and dreads which.",
        bounds=(Bound(_A, 0.45, 0.88, "keeps two houses content"), Bound(_C, 0.42, 0.9, "divides by the quarter hour")),
        demands=((Voice.HEDGES, "leaves each side something to stand on"),),
        archetypes=(_T.SAGE, _T.LOVER),
        attachment=(_FEARFUL, _ANXIOUS),
        values=(_V.UNIVERSALISM_TOLERANCE, _V.CONFORMITY_INTERPERSONAL, _V.BENEVOLENCE_DEPENDABILITY, _V.SELF_DIRECTION_THOUGHT),
        kinds=frozenset({"divorced"}),
        trades=frozenset({"law", "politics", "sport", "teaching", "uniform", "kitchen"}),
    ),
    Core(
        name="stood_for",
        scenes=(
            Scene(11, 18, "{They} had a face people took for brave, so when the class wanted the heating back it was {they} who [was] sent in. {At} {at} {they} knocked, <was asked to sit|was offered a {sweet}>, and forgot every word. The headmaster told {them} about his <roses|operation>. Forty people were waiting in the corridor in their coats. \"He'll think about it,\" {they} said. <They cheered.|They carried {them} to the gate.> It got no warmer; {they} <put it down to the boiler|wore a thin shirt till spring so as to seem not to mind>."),
            Scene(18, 34, "For <the regional paper|a poster> they needed a face nobody knew, and took {theirs}. {They} [was] {at}. Under it stood a sentence {they} had not said, and a good one. It hung <in the canteen|at all the stops>. When the place was <sold|closed> it was {they} whom the others asked what to do now. {They} [was] as much in the dark as they were, and <said \"Together\"|raised {their} fist, as in the picture>."),
            Scene(14, 24, "At {their} grandfather's grave somebody had to carry the flag, and {they} [was] {at} and of the right height. Old men <saluted|kissed the hem of it>. On the way home {aunt} said, \"Of course he ran away, you know. <They made the other thing up for the pension.|We needed a street named after someone.>\" {They} [is] asked back every year. It is heavy in wind, <and there is a knack to it|and children stand along the road to see>."),
        ),
        desires=(
            "To be taken for less than {they} [is], <for a week, on a coast|by everyone>, and surprise them. <Always it has gone the other way about.|It would make a change from the reverse.>",
            "{They} [wants] somebody to see that {they} [is] frightened, and <not need {them} otherwise|move along on the bench>.",
            "{They} [wants] to mean a thing as much as {they} [looks] as if {they} [does]. <There must be people who are the same all the way through.|It has happened, once, about a dog.>",
        ),
        fears=(
            "Being looked to. The heads come round, <in lifts that stop, in meetings|when a glass breaks>, and {their} face does it by itself: <calm, square, a little sad|that look>.",
            "Old admirers. <They quote {them}.|One of them has the poster still.> They named, some of them, <a child|a cat> after a sentence that was somebody else's.",
            "The day it is needed in earnest. {They} [has] carried the <flag|hope of forty coats> so long that no one would think to look whether there was <a person under it|anybody there>.",
        ),
        arcs=(
            "From standing for people to standing among them. The test is to say \"I don't know\" to a room that <has come in coats|wants cheering>. There will be <a silence with a draught in it|some who leave>. What {they} [loses] is a face {they} never chose, <and had grown fond of|which opened doors>.",
            "{They} will be afraid in front of someone who relied on it, <a son, a pupil, the youngest of the crew|at the worst time>. <They will not be shocked.|They will look relieved.> What they needed, it turns out, was company; {they} could have given that from the start.",
            "From the look to the act. Some cold morning there will be a door to knock at again, <over a trifle|about somebody's rent>, with nobody waiting outside. {They} must <remember the words|ask, and be refused, and ask again>. It will make no picture at all.",
        ),
        echoes=("Don't all look at me. I only look like this.", "He'll think about it, they always say.", "That was the poster talking.", "Ask the one who isn't standing up.", "2:It's heavy, that's what it is. It's a heavy flag."),
        note="Was taken for braver than they are: the voice disowns its own importance.",
        bounds=(Bound(_E, 0.35, 0.85, "is put in front"), Bound(_N, 0.4, 0.86, "is less calm than it looks")),
        demands=((Voice.DEFLECTS_WITH_HUMOUR, "makes light of being looked up to"),),
        archetypes=(_T.WARRIOR, _T.JESTER),
        attachment=(_DISMISSIVE, _ANXIOUS),
        values=(_V.FACE, _V.UNIVERSALISM_CONCERN, _V.CONFORMITY_INTERPERSONAL, _V.ACHIEVEMENT),
        trades=frozenset({"politics", "uniform", "stage", "sport", "teaching", "building", "tale", "land"}),
    ),
)  # fmt: skip
