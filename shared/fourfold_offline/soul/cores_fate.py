"""Dramatic cores for what a brief itself says happened: a loss, a fall, a flight. They are told only where it says so."""

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
        name="dead_sibling",
        scenes=(
            Scene(
                8,
                30,
                "The {lost} was called {lost_name}, and on the last evening wanted the bicycle. {They} [was] {at} and said no, for no reason, <it was only that {they} had said no before|out of habit>. So {lost_name} went on foot, along the <cutting|shore road>. It would have been the same by bicycle, the policeman said; {they} [has] worked it out many times with <a map and a watch|speeds and distances>, and it would not.",
            ),
            Scene(
                7,
                28,
                "When they brought {lost_name} home there were not enough chairs, and {they}, {at}, [was] sent round the neighbours to borrow some. <Each asked, \"What's the occasion?\"|At every door they asked whether it was a party.> {They} carried eleven chairs, two at a time. It is what {they} [remembers] of {their} {lost}'s death: that one of them <had a wet seat|pinched>, and that {they} knew exactly <whose was whose|which to give the priest>, and gave them all back the next day.",
            ),
            Scene(
                9,
                32,
                'For a month nobody moved {lost_name}\'s <shoes from the mat|cup from the drainer>. Then {they}, {at}, came home wet and stepped into the dry pair without looking, <and stood in them|and they fitted>. {Their} mother came out of the kitchen, and for the length of that one breath her face was <what it used to be|for someone else>. "Oh," she said. "It\'s you. Good." {They} [has] never been so sorry for anything as for that "good".',
            ),
        ),
        desires=(
            "To be told something about {lost_name} that {they} [does] not know: <a bad joke, a debt, a girl|what was said in the schoolyard>. Everything {they} [has] is {their} own and wearing thin.",
            "{They} [wants] to have an ordinary birthday. Each one takes {them} further past the age that {lost_name} stopped at, <and {they} [feels] it like walking off with someone's coat|unfairly, as in a race where the other has sat down>.",
            "{They} [wants] to be one of one. <Just for a weekend.|Not half of something, nor what is left of it.> To be asked whether {they} [has] brothers or sisters and find the answer <short|without a step in it>.",
        ),
        fears=(
            "Saying no. Somebody asks for <a lift, a coat, an evening|the smallest thing> and {they} [has] said yes before the end of the sentence, then [lies] awake over what else was in it.",
            "The first whole day on which {they} will not have thought of {lost_name}. <It must have happened by now.|There may have been one, in the spring.> {They} [goes] back over the calendar for it as one pats pockets.",
            "{Their} parents' good days. <They laugh, and then they look at {them}.|There is a way of being looked at for two.> {They} [talks] through it, <fast|about the garden>.",
        ),
        arcs=(
            "From living for two to living, with company. The test is a refusal: something {they} [is] asked for and [does] not want to give, on a wet evening. To say no and let the person walk off, and go to bed. What {they} [loses] is <the idea that it hung on {them}|a guilt that was at least a form of contact>.",
            "{They} will laugh at a thing {lost_name} would have hated, and not look round. After that the dead one can be <wrong about things, dated, a bore|younger than {them}, finally>, and be missed like a person instead of a debt.",
            "From standing in to standing. The test is a choice {lost_name} would never have made, <a coast, a trade, a haircut|and would have teased {them} about>. <It is quite small.|It need only be {theirs}.> What is lost is an older opinion, always available.",
            "Somebody will tell {them} something bad about {lost_name}, <true, and rather funny|that {they} had not known>. For a day {they} will defend the dead. Then comes <the anger|a great fit of laughing>, years late, and there are two people in the story again.",
        ),
        echoes=(
            "Take it. Take it, I wasn't using it.",
            "1:There were two of us. Ask the chairs.",
            "There were two of us, you know.",
            'Text me when you\'re in. Just the word "in".',
            "{lost_name} would have said it funnier.",
        ),
        note="Lost a brother or sister: the voice gives things away and keeps one place in every count.",
        bounds=(
            Bound(_A, 0.5, 0.95, "cannot refuse anyone at the door"),
            Bound(_N, 0.45, 0.9, "counts who is still out"),
        ),
        demands=((Voice.SPEAKS_IN_CONCRETE_DETAIL, "the death is remembered in objects"),),
        archetypes=(_T.CAREGIVER, _T.SEEKER),
        attachment=(_ANXIOUS, _FEARFUL),
        values=(_V.BENEVOLENCE_DEPENDABILITY, _V.BENEVOLENCE_CARING, _V.SECURITY_PERSONAL, _V.TRADITION),
        kinds=frozenset({"dead_sibling"}),
    ),
    Core(
        name="widowed",
        scenes=(
            Scene(
                20,
                200,
                'On the Monday {their} {lost} had put the bins out, though it was {their} turn, and called up the stairs, "<You owe me one|That\'s two you owe me>." On the Wednesday {they} stood in the <hospital corridor|council office>, {at} years old, and when the clerk asked the relation {they} said "We take turns". <The clerk wrote it down; it had to be crossed out.|The clerk waited, with the pen up.> {They} still [puts] the bins out on the wrong week, <one for one|to be even>.',
            ),
            Scene(
                22,
                200,
                "The last thing {their} {lost} asked for was <a pear|a pear, and not a cold one>. {They} had gone to see about the parking. <Eleven minutes, the ticket says.|The ticket had run out.> When {they} came back, {at} years old with change in {their} hand, a nurse had <cut up the pear|peeled it in one piece>, and was saying it had been very peaceful. {They} paid the fine. {They} [has] kept <it in the passport|the receipt>.",
            ),
            Scene(
                34,
                200,
                'They had been in the middle of a quarrel about <curtains|the colour of the curtains> that was eleven years old and in excellent health. {Their} {lost} said, "We\'ll see," and went up to lie down. {They} [was] {at}. The curtains <came on the Friday, the ones {they} had not wanted|were delivered during the wake>. {They} hung them at once, <and they were right for the room|on a chair, in funeral shoes>.',
            ),
        ),
        desires=(
            "To be contradicted at breakfast. <Everyone is so careful.|They all agree with {them} now, it is like talking to a wall with good manners.> {They} [wants] the other half of the sentence.",
            "{They} [wants] somebody to be home for. Not to love, {they} [has] had that; <to be late to, and telephoned about the bread|for the light to be on when it is {their} own wasted electricity>.",
            "{They} [wants] to do something foolish with somebody watching, <a dance, a hat, a second pudding|on a weekday>, and be told about it all the way home.",
        ),
        fears=(
            "That {they} [is] good at it. {They} [sleeps] across the whole bed. <There are new habits, whole hours of them.|Last week {they} sang.> Grief {they} can do; it is the getting on with things that feels like being unfaithful.",
            "Forgetting the voice, and not the words: <the words are on the machine, all nine of them|it has begun to say things in {their} own>.",
            "The telephone numbers still in the book. <One of them is this house.|Some day {they} will copy it out, and have to decide.> It is never the big things; it is <the dentist, asking for both of them|two tickets, from habit>.",
        ),
        arcs=(
            "From keeping everything as it was to <moving one chair|changing sides of the bed>. The test is an invitation for an evening on which nothing is commemorated. {They} would have to go as one person. What goes is the plural.",
            "{They} must finish the quarrel alone, and let the other win <on points|some of it>. Then the dead can be annoying again, which is most of what they were, and {they} can <answer back|get on>.",
            "From half of a couple to the whole of a household. <It begins with buying the wrong coffee, on purpose.|It begins with the thermostat.> The test is a day about which {they} will have nobody to tell, and <going all the same|enjoying it>. What goes is the report.",
            "Someone will make {them} laugh at the graveside, <a gardener, a fellow with a can|by accident>. <{They} will come back on the Thursday.|It will be raining.> To mention it at home, aloud, to the chair, would be a way of asking leave; the chair has no objection.",
        ),
        echoes=(
            "We, I mean I. Old plural.",
            "0:It's my turn. It's always my turn, it turns out.",
            "Leave that chair. No, sit, sit. It's a chair.",
            "Tell me I'm wrong. Go on, somebody has to.",
        ),
        note="Widowed: the voice says we and mends it.",
        bounds=(Bound(_C, 0.48, 0.95, "keeps the household's turns"), Bound(_N, 0.35, 0.85, "sleeps lightly")),
        demands=((Voice.SPEAKS_IN_CONCRETE_DETAIL, "the marriage lives on in chores"),),
        archetypes=(_T.LOVER, _T.REALIST),
        attachment=(_SECURE, _DISMISSIVE),
        values=(_V.BENEVOLENCE_DEPENDABILITY, _V.TRADITION, _V.HEDONISM, _V.SELF_DIRECTION_ACTION),
        kinds=frozenset({"widowed"}),
    ),
    Core(
        name="dead_child",
        scenes=(
            Scene(
                22,
                200,
                'The boots were new and half a size too large, <to last|because of the socks>. {They} had knelt to lace them; {they} [was] {at}. "Too tight," said {lost_name}. "They\'ll give," said {they}. That evening {boy} came up the path with his cap in his hand, <and the first thing {they} saw was the wet cap|and stood there as if he had a parcel>. {They} [has] told it many times and always as a story about weather. <It is about half a size.|The boots were never found.>',
            ),
            Scene(
                34,
                200,
                "For {lost_name}'s eleventh birthday {they} had promised to stop <working Sundays|smoking>. {They} kept the promise, from the day of the funeral. <Everyone remarked on it.|It has been no trouble.> {They} [was] {at} then. Every year in the week of {feast} there is a form from the school, by mistake, asking whether {lost_name} will be wanting <the swimming|a hot meal>, and {they} [fills] it in: <no|not this term>.",
                since=4,
            ),
        ),
        desires=(
            "For someone else to say the name. <They step round it like a hole in the pavement.|In the shop, in passing, with the wrong tense.> {They} would give a great deal to be bored with stories of {lost_name}.",
            "{They} [wants] to be asked how many children {they} [has] and give the answer that is <true|right>, without the other person having to sit down.",
            "{They} [wants] to be of some use to a person of the right age. <{They} [knows] what the right age would be, this year, to the week.|Not as a substitute; as one passes on a coat that is still good.>",
        ),
        fears=(
            "Not death: {they} [has] met it, and it was <shorter than the paperwork|on time>. It is other people's children, running, with their laces undone. {They} [crosses] the road <so as not to call out|with {their} hands in {their} pockets>.",
            "That {they} will be comforted. Somebody patient will manage it, <some evening, with soup|without meaning to>, and there will be less of {lost_name} than there was.",
            "The second death, <when the last teacher retires|when those in the same class have grey hair>, and nobody is left who would know {lost_name} in the street.",
        ),
        arcs=(
            "From guarding a date to sharing it. The test is <a neighbour's child with a question|a small person at the gate who wants to be shown how>. {They} must kneel down again and tie the thing, not too tight, and let it run off. It asks for all the courage {they} [has], and looks like nothing.",
            "{They} [has] been strong for everyone, which is a way of staying out of the room. One day {they} will come undone in public over <a pair of socks|a lunch form>, and be seen, and not die of it.",
            "From keeping quiet to keeping company. <There is a group that meets, with biscuits.|There is another door in this street with the same silence behind it.> The test is to knock there first. {They} would give up being the only one, which is <cold and very clean|the last distinction>.",
        ),
        echoes=(
            "0:Lace that up. Properly. Humour me.",
            "1:Not this term. Thank you for asking.",
            "Say the name. It won't break.",
            "It was the weather. Let's say it was the weather.",
        ),
        note="Lost a child: the voice talks of weather and laces.",
        bounds=(Bound(_C, 0.45, 0.95, "keeps every form"), Bound(_N, 0.5, 0.92, "watches the road")),
        demands=((Voice.TERSE, "long sentences lead there"),),
        archetypes=(_T.CAREGIVER, _T.SAGE),
        attachment=(_DISMISSIVE, _FEARFUL),
        values=(_V.BENEVOLENCE_CARING, _V.SECURITY_PERSONAL, _V.TRADITION, _V.HUMILITY),
        kinds=frozenset({"dead_child"}),
    ),
    Core(
        name="dead_parent",
        scenes=(
            Scene(
                6,
                24,
                "They had told {them} to be good, so {they} [was] good: {at} years old, <in a borrowed tie|in shoes that belonged to {girl}>, passing plates at {their} own {lost}'s funeral. A man {they} did not know said, \"You're the image of {lost_them}.\" {They} went and looked, <in the back of a spoon|in the hall mirror>. {They} [has] been checking, on and off, since. <This year it is the ears.|It comes closer every winter.>",
            ),
            Scene(
                7,
                26,
                'What {their} {lost} left was a <shed|drawer> in perfect order, with a label on everything, and one tin marked "keys, <unknown|various>". {They} [was] {at}. Relations took the tools. {They} asked for the tin, and it was thought <a sweet idea|rather cold>. {They} [has] tried them all: <every lock {they} ever passed|there are forty-one>.',
            ),
            Scene(
                5,
                20,
                "There was a coat, and {they} had been told they would go and buy it together, {they} and {their} {lost}, <on the Saturday|when the weather turned>. Afterwards {aunt} took {them}. {They} [was] {at} and chose the one that was too thin, because it was <green, as discussed|the one they had looked at in the window>. {They} wore it two winters, with newspaper underneath, and would not say why.",
            ),
        ),
        desires=(
            "To be told what {their} {lost} was like at {their} age, <by somebody who did not love {lost_them}|the faults first>. All {they} [gets] are virtues, and one cannot stand next to a virtue.",
            "{They} [wants] a blessing on something {they} [has] already decided. <Nobody alive has the authority.|{They} [asks] advice of older people and [watches] their hands.>",
            "{They} [wants] to have one row with {their} {lost}, <over money, or hair|grown-up to grown-up>, and both be wrong.",
        ),
        fears=(
            "Passing the age. There is a year coming, <or just gone|marked nowhere>, from which {they} [has] no one to copy.",
            "That the resemblance ends where it matters; <that {they} [has] the ears and not the patience|that {their} {lost} would have found {them} perfectly nice>.",
            "Being told {they} would have made someone proud. <It is said with a hand on the arm.|It always comes with a hand on it.> There is no way of <checking|asking what for>.",
        ),
        arcs=(
            "From living up to a photograph to disagreeing with it. The test is finding out something <petty|unforgivable, or at least expensive>. {They} must be angry at the dead without tidying up afterwards. What {they} [loses] is a saint; there was, <it appears, a person|by all accounts, a good dancer>.",
            'Someone young will watch {their} hands. {They} will have to teach without a label on everything, <by doing it, wrong, in front of them|and say "I never learned this, let\'s see">.',
            "From keeping the tin to using it up. The test is a thing that breaks, <a hinge, a zip, the good chair|something {lost_them} would have mended>, and {they} [mends] it {their} own way, <with the wrong glue|worse>. It holds. What is lost is an authority who was never wrong because nobody could ask.",
        ),
        echoes=(
            "0:Don't say I look like anyone. Or say who.",
            "2:It's green. We'd agreed on green.",
            "1:There's a key for it. I don't know which.",
            "Ask me when I'm older than the photograph.",
            "What did people do, at my age? I'm asking around.",
        ),
        note="Lost a parent: the voice asks elders how it was done.",
        bounds=(
            Bound(_C, 0.45, 0.92, "measures against someone absent"),
            Bound(_N, 0.38, 0.85, "has nobody ahead in the queue"),
        ),
        demands=((Voice.ASKS_BEFORE_ASSERTING, "is still asking whom there is to ask"),),
        archetypes=(_T.SEEKER, _T.SAGE),
        attachment=(_ANXIOUS, _DISMISSIVE),
        values=(_V.TRADITION, _V.ACHIEVEMENT, _V.SELF_DIRECTION_THOUGHT, _V.SECURITY_PERSONAL),
        kinds=frozenset({"dead_parent"}),
    ),
    Core(
        name="ruin",
        scenes=(
            Scene(
                18,
                200,
                'On the last day a customer came in for <a single thing, at five to six|the usual>, and {they}, {at} years old, weighed it, wrapped it, <gave the wrong change and ran out after the customer with it|said "See you tomorrow">. The man with the seals waited by the door, quite decently, looking at <his shoes|the ceiling rose>. Then the seals went on: the door, the till, the back door. The man had a <cold|weak bladder>; {they} lent him <a handkerchief|the key one last time>.',
            ),
            Scene(
                19,
                200,
                '{They} had told nobody for four months. Every morning {they} put on {their} <good shoes|work things> and went out, and sat in <the station buffet at Track 3|the library, among the atlases>, until it was time to come home tired. {They} [was] {at}. It ended when {girl} from upstairs came and sat down opposite with her own <thermos|sandwiches>. "<I\'m usually by the window|Since March>," she said. "And you?"',
            ),
        ),
        desires=(
            "To open up, in the morning, something with {their} own key. <Size is no object; a kiosk will do.|It need not pay.> And for the first person in to <complain|want nothing special>.",
            "{They} [wants] it to have been a mistake in the arithmetic: one entry, <in another hand|found late>. {They} [has] been over the figures so often that {they} [knows] them as others know prayers, and they are right.",
            "{They} [wants] to hear the bell over the door <and have it be for somebody else|without getting up>. <It will mean that it is over.|The day it does not turn {their} head, {they} [is] through.>",
        ),
        fears=(
            "Sympathy in the street. It comes across the road with its head on one side; {they} [has] learned to <be reading a notice|have something in {their} eye>.",
            "Having to be told what to do by someone who does it <well|by the book>. And under that: how restful it would be.",
            "Passing the place. <It sells telephones now.|There is a bright new front on it.> {They} [goes] round by the <canal|church>, four minutes longer, and in bad weather six.",
        ),
        arcs=(
            "From making up for it to making something. The test is an offer, small, <second-hand, with someone else's name over the door|from a person {they} once turned down>. To take it without a speech would cost {them} the grand return {they} [has] been rehearsing.",
            "{They} will have to tell it with the true figures, <to the one person who lent and never asked|at table>. After that it is only money, and <debts have ends|the days become an ordinary length>.",
            "From owing to owning up. The test is the back room of someone else's business, <an apron with another name on it|and a boss of twenty-six>, and being good at it. <Nobody there knows what {they} used to be.|They call {them} by {their} first name.> It costs the last of the signboard.",
            "One of those who lost by it will say that <it was the best thing that ever happened to them|they never gave it another thought>. It will make {them} furious. <Then it will let {them} sit down.|On the way home it begins to be funny.>",
        ),
        echoes=(
            "0:We close at six. We closed at six.",
            "1:I'm usually by the window.",
            "I know what it costs. I used to be the one who said.",
            "No, keep the change, it keeps me.",
            "Ask me how business is. Go on, I've a good answer.",
        ),
        note="Lost what they had built: the voice keeps shop hours for a shop that is gone.",
        bounds=(
            Bound(_N, 0.45, 0.9, "goes over the figures"),
            Bound(_C, 0.52, 0.96, "keeps the hours of a place that closed"),
        ),
        demands=((Voice.DEFLECTS_WITH_HUMOUR, "meets sympathy with a joke about the till"),),
        archetypes=(_T.REALIST, _T.CREATOR),
        attachment=(_DISMISSIVE, _SECURE),
        values=(_V.FACE, _V.SECURITY_PERSONAL, _V.ACHIEVEMENT, _V.BENEVOLENCE_DEPENDABILITY),
        kinds=frozenset({"ruin"}),
    ),
    Core(
        name="divorced",
        scenes=(
            Scene(
                22,
                200,
                'They divided the books on a Sunday, quite amicably, {drink} on the floor between them. {They} [was] {at}. Two copies turned up of one <guide to birds|cookery book>, from before they had met, <with the same page marked in each|both read to pieces>. "You have it," said one. "No, you." <It was the only time that day that anyone wept.|They left both on the wall outside for strangers.> {They} went down later, and one was gone.',
            ),
            Scene(
                30,
                200,
                "The keys were handed over in a café, in an envelope, <as in a bad film|with the deposit slip>. {They} [was] {at}. Everything had been said. Then the waiter, who had known them <for six years|both>, brought without being asked what they always had, <with two spoons|and a candle, having mixed up the dates>, and they ate it, since it was there. It was, {they} [thinks], the best conversation of the marriage.",
                since=2,
            ),
        ),
        desires=(
            "To be chosen with the light on, by someone who has <read the small print|met {their} bad winter>, and who then goes on to talk about supper.",
            "{They} [wants] to know in which year it went. <Not whose fault: which year, which month if possible.|There must have been a last good Tuesday.> {They} [goes] through the photographs like a mechanic.",
            "{They} [wants] to be shouted at about <a dish|the car> by someone who intends to stay. <It was all so quiet, at the end.|People who are leaving do not raise their voices.>",
        ),
        fears=(
            "Reasonableness. Two decent people agreeing, across a table, <in lowered voices|with biscuits>: {they} would sooner have plates.",
            "That {they} [is] easy to leave. <Not hated, not even regretted; easy, like a well-run hotel.|It went so smoothly. Everybody said how smoothly.>",
            'Having become somebody\'s funny story. <They tell it at dinners, surely, with {their} name changed.|In another kitchen {they} [is] "my first".> {They} would like to know how it goes, and would <leave before the end|not>.',
        ),
        arcs=(
            "From being easy to live with to being there. The test is a small thing {they} [minds], <a towel, a tone|about the window at night>, said on the day itself. It will make a scene. What {they} must give up is having nothing to reproach {themself} with.",
            "{They} [keeps] half a household in boxes, labelled, against a return that {they} [does] not even want. The arc is one box, unpacked, <and the things in it used|in front of somebody new>.",
            "From good terms to plain ones. The test is a thing that was never said, <about the second winter|and it is not cruel>, put into one sentence, on the telephone, without <asking for anything|a joke at the end>. What {they} [loses] is the handsome way they parted, <which everyone admired|for which people gave them a dinner>.",
        ),
        echoes=(
            "We were very civilised. You could have eaten off it.",
            "1:Two spoons? No. One. Yes, one.",
            "0:Keep it. I had one like it before you.",
            "I'm easy. That was rather the trouble.",
            "Which year, would you say? Roughly?",
        ),
        note="Divorced: the voice is civil about it and minds.",
        bounds=(Bound(_A, 0.42, 0.88, "was easy to live with"), Bound(_N, 0.42, 0.86, "looks for the year it went")),
        demands=((Voice.DEFLECTS_WITH_HUMOUR, "is civilised about it, audibly"),),
        archetypes=(_T.LOVER, _T.REALIST),
        attachment=(_ANXIOUS, _DISMISSIVE),
        values=(_V.CONFORMITY_INTERPERSONAL, _V.HEDONISM, _V.SELF_DIRECTION_ACTION, _V.FACE),
        kinds=frozenset({"divorced"}),
    ),
    Core(
        name="war",
        scenes=(
            Scene(
                7,
                200,
                "They had been told to bring one bag each. {They}, {at} years old, packed <the alarm clock, and it went off in the lorry, under everybody|the good scissors, which a boy at the first barrier took from {them} to cut his nails>. People laughed. <For about a minute they were all of them simply people in a lorry.|They laughed so much that the driver stopped.> {friend}, who was holding on to {their} sleeve, laughed too. It is how {they} [remembers] {friend}'s teeth.",
            ),
            Scene(
                17,
                200,
                "In the cellar {they} kept the list: who had come down, who had gone up for water. {They} [was] {at}, and had the <clear hand|pencil>. By the nineteenth day there were <names with a tick and no second tick|eleven lines one could not rule off>. When it was over somebody official asked for it, <and photocopied it, and gave it back with thanks|and found it very useful>. {They} [is] still holding the original. It is not clear to {them} who could sign.",
            ),
        ),
        desires=(
            "To be somewhere so dull that people <complain about the bins|quarrel over parking>, and to be <one of them, and furious|right about the parking>.",
            "{They} [wants] everyone accounted for. <A supper, a party, a class: {they} [counts].|{They} cannot leave a room of people until the number is the number it was.> It looks like hospitality.",
            "{They} [wants] to throw something away that still works. <A coat, half a loaf.|Bread, for instance.> {They} [has] been told it is what people do in peacetime.",
        ),
        fears=(
            "Fireworks, people suppose, and they let {them} leave early. It is not the noise. It is <that minute after, when everyone is laughing|how well {they} [does] in it: how clear {their} head gets>.",
            'The question "what was it like", with its <shining eyes|fork put down>. There is an answer. It is small, and nobody stays for it.',
            "Being asked to lead. <Wherever there is smoke, or a queue, people turn to {them}.|Something in {their} face makes strangers hand {them} their papers.> {They} [does] it well, and [is] ill for <a week|days> after.",
        ),
        arcs=(
            "From keeping the list to crossing off {their} own name. The test is peace: an afternoon nobody needs saving in. {They} must <sleep in it, back to the door|be of no use until evening>. What would go is the best {they} [has] ever been.",
            "Somebody will ask for the small thing instead of the large one. {They} [has] the small thing ready. Once it is told, {they} will be <a neighbour with a past|just someone at a table>, and not a witness, and will need a hobby.",
            "From surviving to residing. <The test is a garden, or a lease.|There will be something with a ten-year guarantee.> {They} must sign for it and <mean the ten years|plant the slow sort>. It costs {them} the packed bag, <which has stood by the door since|and the good sleep it gave>.",
        ),
        echoes=(
            "How many were we when we came in?",
            "It was mostly waiting. And one good laugh.",
            "Sit where I can count you.",
            "That's thunder. I know, because I asked it.",
        ),
        note="Came through a war: the voice counts people and talks of small things.",
        bounds=(Bound(_N, 0.4, 0.9, "counts the room"), Bound(_C, 0.5, 0.96, "keeps a list that will not close")),
        demands=((Voice.NEVER_EXCLAIMS, "has heard enough loudness"),),
        archetypes=(_T.WARRIOR, _T.REALIST),
        attachment=(_DISMISSIVE, _FEARFUL),
        values=(_V.SECURITY_SOCIETAL, _V.BENEVOLENCE_DEPENDABILITY, _V.SECURITY_PERSONAL, _V.UNIVERSALISM_CONCERN),
        kinds=frozenset({"war"}),
    ),
    Core(
        name="time_served",
        scenes=(
            Scene(
                18,
                200,
                'On the day they let {them} out it rained and nobody had come, as agreed; {they} had <said not to|written so {themself}>. {They} [was] {at}. At the stop a child offered {them} half a {sweet}. {They} looked round for someone to ask. <"It\'s only a {sweet}," said the mother.|"You can have it," said the child, "it\'s just food."> {They} [has] thought of several answers since, and took it, then, with both hands.',
            ),
            Scene(
                19,
                200,
                "Visits were through a hatch with a shelf. {Their} mother used to wipe the shelf first, both sides, with <her sleeve|a cloth she brought>. She talked of <the neighbours' roof|the price of fish>. At the last visit, when {they} [was] {at}, {their} mother said, \"I tell them you're <on a ship|working up north>.\" {They} had a postcard ready by then, <with a lighthouse|of a harbour>, and asked {boy}, who was getting out, to post it from <somewhere with gulls|the coast>. He did. It came the week after.",
            ),
        ),
        desires=(
            "To close a door {themself}, from the inside, at an hour of {their} own choosing; <and for someone to knock|and to be asked through it what {they} would like for supper>.",
            "{They} [wants] to be judged on <last Thursday|the state of {their} kitchen>. Everyone {they} [meets] is either very fair about it or has not been told.",
            "{They} [wants] to be lost in a big shop for an afternoon, <with money for one thing|and have nobody look for {them}>, and come out by a door {they} had not seen.",
        ),
        fears=(
            "A form with a line for those years. {They} [has] eleven ways of filling it, <none a lie|and a pen for the purpose>.",
            "Free time, at about <four o'clock|half past four>. {They} [stands] in it as in a corridor, waiting for <the bell|someone to say where>.",
            "Good behaviour, {their} own. <It comes by itself, with the hands at the sides.|When a man with keys walks past {they} [is] on {their} feet.> {They} would give a great deal to be <rude|late> without effort.",
        ),
        arcs=(
            "From asking leave to taking up room. The test is something left in {their} charge without a count being made. {They} may fail it in a small way, <be late, break the cup|forget the dog>, and must learn the difference between a mistake and a sentence.",
            "{They} [has] told it as a joke, as a warning, and as a sermon. To tell it as <a thing {they} did to someone|it was>, to somebody who could leave, would cost the comfort of having paid.",
            "From being forgiven to being used to. The test is a bad mood, <in company, with no reason given|a whole weekend of it>, and nobody putting it down to that. <They will say {they} [is] impossible before coffee.|They will slam a door back.> {They} [loses] an explanation that covered everything.",
        ),
        echoes=(
            "Is it all right if I open that? I'll open it.",
            "1:I was on a ship. A long time on a ship.",
            "Nobody's coming. No, that's how I asked for it.",
            "Ask now. It's better before we've eaten.",
            "You left me the key. I noticed, that's all.",
        ),
        note="Has done time: the voice asks leave and then takes it.",
        bounds=(Bound(_E, 0.12, 0.68, "keeps to corridors"), Bound(_N, 0.35, 0.86, "waits for a bell")),
        demands=((Voice.ASKS_BEFORE_ASSERTING, "years of asking leave"),),
        archetypes=(_T.SEEKER, _T.REALIST),
        attachment=(_FEARFUL, _DISMISSIVE),
        values=(_V.SELF_DIRECTION_ACTION, _V.FACE, _V.SECURITY_PERSONAL, _V.BENEVOLENCE_DEPENDABILITY),
        kinds=frozenset({"prison"}),
    ),
    Core(
        name="thirst",
        scenes=(
            Scene(
                17,
                200,
                "It was {girl}'s <christening party|name day>, and {they} had promised to hold the camera steady. {They} [was] {at}. There is a film of it, forty minutes: <the lawn, the sky, the lawn, somebody's knee|a tablecloth, mostly, very close>, and over it a voice, {their} own, telling everyone how lovely they all look. Nobody ever said a word. They <show it every year; it has become a favourite|cut it to four minutes, set it to music and gave {them} a copy>.",
                since=4,
            ),
            Scene(
                19,
                200,
                'The morning it stopped was not the worst. {They} had slept in {their} coat, {at} years old, and {friend}, the neighbours\' child, was on the stairs with a <school bag|satchel>. {He} stepped over {them}, politely, <the way one does for a cat|one hand on the rail>, and said, "Good morning. Mind the step." It was what {they} used to say to {him}. {They} went in and <poured it all out|sat on the side of the bath until it was Tuesday>.',
            ),
        ),
        desires=(
            "To be good company on {drink}. <{They} used to be such fun; {they} [has] it from several sources.|To be, for one evening, as quick and warm as {they} once seemed.> And for it to be {them}, this time, and remembered.",
            "{They} [wants] to be asked to hold something: <a baby, a ladder, the tickets|the camera>. People think before they hand {them} things. {They} [sees] them thinking.",
            "{They} [wants] to be trusted with the car keys and <the late shift|a sleeping child> on the same evening, and for no one to <mention it|ring at ten, just to chat>.",
        ),
        fears=(
            "A good day. The bad ones {they} [knows] how to cross. It is <sunshine, a raise, an old friend on the telephone|five o'clock on a day with nothing wrong in it>.",
            "What they all forgave. {They} would like the list, <itemised|with dates>; and {they} would not survive the list.",
            'Funny stories that begin "You won\'t remember this". <They are told with love.|Everybody has one.> {They} [laughs] in the right place, <having learned where it is|and writes the date down afterwards>.',
        ),
        arcs=(
            "From counting days to <losing count|having some>. The test is a celebration at which nobody is careful round {them}. {They} must stay past the speeches, dull and awake. What {they} [gives] up is being the sort of person for whom it is heroic to be there.",
            "Somebody will lie across {their} own stairs. {They} [has] the speech; everyone who has climbed out has the speech. To sit down on the step instead and <say good morning|mind the cat> is all there is to do.",
            "From sober to present. The test is boredom: <a wet Sunday, a christening with no music|an uncle, on the subject of boilers>. <There was a time {they} had a way round it.|It used to be so easily mended.> {They} must sit in it to the end and find that it has one.",
        ),
        echoes=(
            "Water, thanks. No, it's a very good water.",
            "0:I'm told I was marvellous. I've seen the film.",
            "1:Mind the step. I've slept on it.",
            "Was I loud? I'm asking in general.",
            "What day is it? I like to be told.",
        ),
        note="In recovery: the voice is careful, funny and asks what it did.",
        bounds=(Bound(_N, 0.45, 0.9, "a good day is the dangerous one"), Bound(_A, 0.45, 0.9, "was forgiven too much")),
        demands=((Voice.SELF_DEPRECATING, "gets the reproach in first"),),
        archetypes=(_T.JESTER, _T.SEEKER),
        attachment=(_ANXIOUS, _FEARFUL),
        values=(_V.BENEVOLENCE_DEPENDABILITY, _V.HUMILITY, _V.SECURITY_PERSONAL, _V.STIMULATION),
        kinds=frozenset({"addiction"}),
    ),
    Core(
        name="infant",
        scenes=(
            Scene(
                1,
                3,
                "The lamp went out. It had been there, and the hand had been there, <warm, with a ring on it|smelling of {sweet}>, and then there was only the sound of the door. It lasted as long as it lasts to <fetch a bottle|answer a telephone>. {They} had no way of knowing that. When the light came back {they} looked at it for a long time <before agreeing to it|and did not cry until then>.",
            ),
            Scene(
                1,
                4,
                'The grey rabbit was washed. It came back from the line stiff, <smelling of wind|with a different face>, and {girl} said, "There you are, good as new." {They} took it by the ear, put it down outside the door, and waited <for the other one|in front of the machine>.',
            ),
        ),
        desires=(
            "For everything to be where it was, and for {themself} to be the one who moves it.",
            "{They} [wants] the spoon. {They} [wants] it in {their} own hand, and for nobody to help.",
        ),
        fears=(
            "Doors. <Not shut, not open: closing.|They come back; they have so far.>",
            "Things that come back changed and are said to be the same.",
        ),
        arcs=(
            "From holding on to letting go and looking back. The test is <a step without the sofa|one night with the door shut>. What {they} [gives] up is having arms for it.",
            "{They} will find that what goes out of the room goes on existing. It is the largest thing anyone ever finds out, <and nobody will write it down|around the second birthday>.",
        ),
        echoes=("Again.", "No. Me.", "Where gone?", "Rabbit not new."),
        note="Very small: the voice has few words and means every one.",
        bounds=(Bound(_O, 0.55, 1.0, "everything is the first one"),),
        demands=((Voice.TERSE, "has forty words"),),
        archetypes=(_T.SEEKER, _T.RULER),
        attachment=(_SECURE, _ANXIOUS),
        values=(_V.STIMULATION, _V.HEDONISM, _V.SECURITY_PERSONAL, _V.SELF_DIRECTION_ACTION),
        kinds=frozenset({"infant"}),
    ),
)
