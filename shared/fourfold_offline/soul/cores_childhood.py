"""Dramatic cores whose scenes lie in childhood: each line is prose, so lines run as long as the sentence does."""

from __future__ import annotations

from fourfold.constraints import VoiceMarker as Voice
from fourfold.persona import Archetype, AttachmentStyle, SchwartzValue, Trait
from fourfold_offline.soul.core import Bound, Core, Scene

_O, _C, _E, _A, _N = Trait.OPENNESS, Trait.CONSCIENTIOUSNESS, Trait.EXTRAVERSION, Trait.AGREEABLENESS, Trait.NEUROTICISM
_SECURE, _ANXIOUS, _DISMISSIVE, _FEARFUL = AttachmentStyle
_V = SchwartzValue
_T = Archetype

CORES: tuple[Core, ...] = (
    Core(
        name="spare",
        scenes=(
            Scene(
                6,
                11,
                "<In the photograph from that summer|In the only picture of the whole family> there are four people, and {they} took it. {At} {at}, {they} [was] handed the camera because {boy} blinked in every picture and had to be watched. <The frame hung in the hall for twenty years.|It still hangs over the sideboard.> Visitors counted the faces, <asked who was missing, and were told: nobody.|said what a lovely small family, and nobody corrected them.>",
            ),
            Scene(
                7,
                13,
                '{boy} had the lessons, the doctor\'s appointments and the seat by the window; {they} had the <coats|bags>. {At} {at} {they} <waited two hours on a gymnasium bench|slept through a whole recital on a pile of jackets> and woke to an empty hall, the caretaker already stacking chairs. The car came back after forty minutes. Nobody said sorry. {their_cap} father said, "<We thought you were with us|We counted, I swear we counted>," and everyone laughed, <and so did {they}|{they} loudest of all>.',
            ),
            Scene(
                8,
                14,
                'The week {girl} was ill, {they} [was] lent to {aunt} across the road <with a toothbrush in a bread bag|with two shirts and a schoolbook>. It was to be three days. It was five months, and {they} learned to <lay the table in a house where the cutlery had other drawers|say thank you before the plate was down>. When {they} came home {their} bed <had the sewing machine on it|had been lent to a cousin>. "You manage so well," {their} mother said, and meant it as praise.',
            ),
        ),
        desires=(
            "To be somebody's first call. Not in a catastrophe, when everyone is useful, but on <an ordinary Tuesday|a slow Sunday>, <with nothing to report|about the price of tomatoes>.",
            "{They} [wants] a chair that stays empty when {they} [is] late. <A real one, at a real table; {they} [has] never told anyone, because said aloud it sounds like furniture.|Everything {they} [builds] is, looked at closely, a table.>",
            "{They} [wants] to be waited for. <Not long: a minute, with the engine running.|Somebody looking at a watch and not leaving.> And for whoever waits to be <a little annoyed|saying so>, the way one is with family.",
        ),
        fears=(
            "That if {they} stopped being handy <the invitations would go on without {them} and nobody would remark on the difference|people would need a moment to say what else {they} [is]>. So {they} [carries] the bags, which proves nothing either way.",
            "Being counted and not found missing. {They} [leaves] <gatherings|parties> early, on {their} own terms, <so as never to learn whether anyone would have come back|before there is any counting to be done>.",
            'The good-natured question, "Who\'s <missing|left out>?" {They} [answers] it first, loudly, <with another name|with a joke about the dog>.',
        ),
        arcs=(
            "From making {themself} useful to making {themself} known. The test <comes|will come> when someone asks for company and needs nothing fixed; {they} will reach for <a screwdriver|the washing-up>, and if {they} can put it down, <{they} may find out what {they} [talks] about|the silence may turn out to have room in it>. The price is the excuse of being busy.",
            "{They} [has] to let one thing go wrong that {they} could have prevented, and <stay in the room|not apologise for it>. What {they} would lose is the only proof of worth {they} ever trusted; <what {they} would get is a fair hearing|in exchange, somebody might look up>.",
            "From offering to asking. <It begins with a lift from the station.|It begins over something small, salt or a lift.> The test is to want <a favour nobody gains by|company for its own sake>, say so, and let the other person be put out. {They} will feel it as theft for <a week|about nine days>.",
            "Somebody will keep a place for {them} <without being told|at a table for six>, and it will be the wrong place, with a draught. {They} must sit in it <and complain|and stay for the coffee>. A guest does not complain; that is <the whole distance|what there is to cross>.",
        ),
        echoes=(
            "Don't get up for me, I'm on my way out anyway.",
            "0:You go in the picture. I'll take it.",
            "2:Was there a plate for me, or shall I wash one?",
            "1:I was with you. Back seat, behind the coats.",
            "Start without me. You always can.",
        ),
        note="Left out of the family count: let the voice offer to leave before it is asked.",
        bounds=(
            Bound(_A, 0.5, 0.95, "made a place by being useful"),
            Bound(_E, 0.0, 0.62, "learned not to take up room"),
        ),
        demands=((Voice.SELF_DEPRECATING, "makes little of own wishes before someone else can"),),
        archetypes=(_T.CAREGIVER, _T.REALIST),
        attachment=(_ANXIOUS, _DISMISSIVE),
        values=(_V.BENEVOLENCE_DEPENDABILITY, _V.HUMILITY, _V.CONFORMITY_INTERPERSONAL, _V.FACE),
        trades=frozenset({"care", "shop", "kitchen", "stage"}),
    ),
    Core(
        name="friday_promise",
        scenes=(
            Scene(
                5,
                10,
                "{their_cap} father said he would be back when the apricots were ripe, and {they} believed in fruit as in a calendar. {At} {at} {they} <climbed up every evening to press them|asked the greengrocer each morning whether it was time>. The apricots ripened, fell, and were made into jam. {their_cap} mother labelled the jars with the year <and never opened one|and gave them all away>.",
            ),
            Scene(
                6,
                12,
                'The bicycle was to come on {feast}. {At} {at} {they} cleared a corner <of the stairwell|behind the kitchen door> and swept it twice a week. It came to be called <"the bicycle\'s place"|the garage> and kept the name for years, with <the mop|a sack of onions> in it. {They} never asked. Asking, {they} had noticed, was how a promise turned into <a quarrel|money>.',
            ),
            Scene(
                7,
                12,
                '"Wait here, I only have to sign something," {their} mother said outside the <tax office|town hall>, and gave {them} <half a {sweet}|a coin for the swing>. {They} waited <until the guard changed|until the streetlights>. The one who was waited for had come out by the other door, with a man from the bank, and walked home in the belief that {they} had gone ahead. <Everyone agreed it was a misunderstanding.|It made a funny story at weddings.> {At} {at} {they} learned to read every sign in that street.',
            ),
        ),
        desires=(
            "<A date that holds.|One promise kept to the day.> {They} [wants] someone to say <the fourteenth|Thursday at six>, and on that day, at that hour, to hear <shoes on the stairs|the gate>, without having reminded anyone.",
            "{They} [wants] to be the person whose word is a thing you can put weight on, and <privately keeps a tally|would sooner break a bone than an appointment>. Under that lies the smaller wish: that somebody should once be early.",
            "{They} [wants] to be reminded of something {they} had forgotten to expect, <and have it turn up anyway|by the person who is bringing it>. One parcel, one visit, <one ordinary Thursday|of no importance>, ahead of time.",
        ),
        fears=(
            'Hope, mainly. {They} can bear a no; it is <"we\'ll see"|the friendly maybe> that takes {their} sleep, because {they} can feel {themself} <listening for a car|beginning to wait>.',
            "That {they} [is] the fool who waits. {They} [arrives] <late on purpose|with a book>, [keeps] a second plan folded inside every first one, and <has lost good people by having already gone|calls that realism>.",
            'Other people\'s certainty. <When someone says "definitely" {they} [hears] the hinge in it.|A cheerful "count on it" and {they} [is] already working out the last bus.>',
        ),
        arcs=(
            "From <never asking|keeping a spare plan> to asking and staying for the answer. The test is a promise made by someone <careless and kind|who has broken one before>; {they} would have to wait unarmed. What goes is the superiority of the one who expected nothing.",
            "One day {they} will be the one who cannot come. <A delayed train, a sick child, nothing grand.|It will be nobody's fault.> To telephone and say so, instead of breaking {themself} to be there, would forgive somebody who is <probably dead|not even sorry>.",
            "From keeping every promise to making fewer. The test will be <a no, said early and kindly|a small no>, to someone who would rather have had the maybe. It costs {them} the title of <the one who always comes|most reliable person in the building>.",
            "{They} will be late, <by an hour, through nobody's fault|by a whole day>, and find the other still standing there, <cold and not even angry|with a book>. What {they} [does] with that is the arc; {they} [has] no drawer it fits in.",
        ),
        echoes=(
            "You said six. It's six and eleven minutes. I'm only saying.",
            "Don't say soon. Say a day.",
            "I brought a book, in case you're not coming.",
            "2:No, no, go. I know where the door is, both doors.",
            "0:Is it ripe, or are we being told it's ripe?",
            "Tell me no. I'm good at no.",
        ),
        note="A promise with no date: let the voice ask for the day and the hour, and pretend it does not matter.",
        bounds=(
            Bound(_C, 0.6, 1.0, "keeps dates because one was not kept"),
            Bound(_N, 0.45, 0.9, "waiting never became neutral"),
        ),
        demands=((Voice.SPEAKS_IN_CONCRETE_DETAIL, "trusts days and hours, not intentions"),),
        archetypes=(_T.REALIST, _T.RULER),
        attachment=(_ANXIOUS, _FEARFUL),
        values=(_V.BENEVOLENCE_DEPENDABILITY, _V.SECURITY_PERSONAL, _V.CONFORMITY_RULES, _V.FACE),
        trades=frozenset({"money", "sea", "law", "building"}),
    ),
    Core(
        name="laughter",
        scenes=(
            Scene(
                8,
                13,
                '{At} {at} {they} read a <poem|composition> aloud in class, one {they} had <written under the blanket|copied out three times>, and on the word "<beloved|moonlit>" {boy} made a noise. It spread by rows. What {they} [remembers] is the teacher, <who turned to the board, shoulders shaking|a kind man, pressing his lips together>. {They} read it to the end. <It had eleven more lines.|That was the mistake, {they} [thinks]: the end.>',
            ),
            Scene(
                9,
                14,
                "{They} had been told the party was in costume. It wasn't. {They} stood in {girl}'s hallway as a lobster, <with the wire showing|one claw already bent>, while someone fetched others from the kitchen to see. {girl}'s mother found a jumper. {They} ate the cake, thanked everyone and walked home carrying the <claws|tail> under one arm, past {uncle}, who said, \"<Good evening|How was it>?\" as though to an adult. {They} [was] {at}.",
            ),
            Scene(
                7,
                12,
                "{their_cap} voice went out on the school loudspeaker, singing, because someone had <leaned on the switch|left the microphone on>. Two minutes, {they} later worked out, <through forty classrooms|into the yard as well>. When {they} came back with the attendance book they were doing it already: the vibrato, the <closed eyes nobody could have seen|little breath before the high note>. {They} [was] {at}, and it was the last time {they} sang <standing up|with the door open>.",
            ),
        ),
        desires=(
            "To do the thing {they} [is] good at <in front of people|with the lights on> and have nobody look at anyone else while {they} [does] it.",
            "{They} [wants] to be taken seriously by one person who had the chance to laugh. <{They} [has] gone as far as rehearsing it: the pause, the lowered eyes, the other face staying still.|It need not be anyone important.>",
            "{They} [wants] to make something and leave it lying where people can find it, <unsigned and unexplained|with {their} name on it, in ink>, and not be in the building.",
        ),
        fears=(
            "The half-second before a room decides. {They} [fills] it, always, <with a joke at {their} own expense|by being first to laugh>, and so [has] never learned how many rooms would have been kind.",
            "Being watched in earnest. Applause {they} can <bear|discount>; it is <attention|the quiet before it> that brings the noise back.",
            "{Their} own face, on a screen, in somebody's pocket; {they} [asks] who is <filming|holding the telephone> before {they} [asks] how they are.",
        ),
        arcs=(
            "From getting the laugh in first to letting a silence run its course. <Someone will ask to hear the real version.|The test is a small audience, three at most.> If {they} [gives] it straight and somebody does laugh, {they} will find out that it is <survivable, and short|only a noise>. What {they} must give up is being funny whenever it is cold.",
            "{They} [has] two versions of everything, the one for others being <a parody of the one in the drawer|worse on purpose>. The change, if it comes, is a mix-up: the wrong pages handed over, and {they} [lets] it stand. It would cost {them} the comfort of never having tried.",
            "From parody to the thing itself. <It starts in a kitchen.|One listener will do, and a bad one.> The test is to go on after the first <snort|cough>, at the same speed. What goes is {their} timing, <which was excellent|and with it the safest seat in any room>.",
            "A child will show {them} <a poem|a costume, one claw bent>, meaning it. For as long as <a breath|one second> {they} [holds] the power {they} once stood in front of. Not laughing is the least of it; {they} will have to <look|ask for the end>.",
        ),
        echoes=(
            "Laugh now, then it's done and we can go on.",
            "0:I'd show you, but it has eleven more lines.",
            "It gets worse. I'll do the worse bit now.",
            "That was a joke. Mostly it was a joke.",
            "Is somebody behind me? You looked behind me.",
        ),
        note="Laughed at in public: the voice gets there first, then watches faces.",
        bounds=(
            Bound(_N, 0.5, 0.95, "listens to a room before speaking to it"),
            Bound(_O, 0.5, 1.0, "the laughed-at thing was made, and goes on being made"),
        ),
        demands=((Voice.DEFLECTS_WITH_HUMOUR, "was laughed at once and now supplies the joke"),),
        archetypes=(_T.JESTER, _T.CREATOR),
        attachment=(_FEARFUL, _ANXIOUS),
        values=(_V.FACE, _V.SELF_DIRECTION_THOUGHT, _V.CONFORMITY_INTERPERSONAL, _V.ACHIEVEMENT),
        trades=frozenset({"stage", "teaching", "press", "school", "software"}),
    ),
    Core(
        name="small_adult",
        scenes=(
            Scene(
                7,
                12,
                '{their_cap} mother went to bed on <a Monday in March|the day after {feast}> and did not quite get up again until the autumn. {At} {at} {they} learned <which bills came in which colour|to sign her name, with the loop>, and how to tell the school that everyone was well. <The neighbours praised the ironing.|Nobody was hungry; {they} saw to that.> In September {their} mother came to the table, ate, and said, "Who\'s been using my good pot?"',
            ),
            Scene(
                8,
                13,
                'When the baby had the fever, {they} knew the dose by weight, <because {they} had read it off the leaflet|from the pharmacist\'s drawing>, and the doctor spoke to {them} and not to the adults. <"And you are how old?" came the question at the door.|At the door there was a question about {their} age.> {They} gave it: {at}. The doctor wrote that down, <looked at the kitchen for a while|put the pen away> and shook {their} hand. {They} [has] thought about that handshake more than about <any prize|the fever>.',
            ),
            Scene(
                9,
                13,
                "Every Saturday {they} collected {their} father from <{uncle}'s place|the back room of the café>: shoes first, then the wallet, then the stairs. He was a gentle drunk. \"Here comes the boss,\" he'd say, and the men would <make room|lift their glasses>. {At} {at} {they} knew fourteen steps, the sixth one loose. The one night {they} stayed at {girl}'s to watch a film, <the sixth one was taken alone|nobody was there to call out the sixth>. A wrist, not more. {They} [has] never asked what happened in the film's last half hour.",
            ),
        ),
        desires=(
            "To put the bag down somewhere and not have to remember where. <A day with no one's medicine in it.|Three days, {they} [thinks], would do.> {They} [wants] it so much that {they} [has] never let anyone try.",
            '{They} [wants] somebody to say "I\'ve seen to it" and for it to be true, down to <the stove|the third page of the form>; and then to <be bored|sleep in a moving car, as a passenger>.',
            "{They} [wants] to be late for something and find it <has gone on perfectly well|started without a fuss>. <No list, no key, no spare medicine in the bag.|To walk in with empty hands and be given a chair.>",
        ),
        fears=(
            "What {they} might do with rest. The few times {they} stopped, <something fell downstairs|a telephone rang>, and though {they} can count, and [knows] twice is not a law, {they} [keeps] <one ear open|{their} shoes by the bed>.",
            "That there [is] nobody under the competence; <that if the others grew up at last, {they} would have to meet a child of {at} who has been waiting a long time and is furious|take away the list and the room would be empty>.",
            "A house that is quiet <in the wrong way|at the wrong hour>. {They} [counts] breaths through doors, <the lodger's, the cat's|anyone's>, and [knows] it is not love, or not only.",
        ),
        arcs=(
            "From carrying to handing over, <badly, and watching it be done wrong|and then not checking>. The test is someone who insists on helping and is not good at it. What {they} [loses] is being indispensable; <what {they} [gets] is an evening|there turn out to be hours left over>.",
            "{They} will fall ill one winter <over nothing much|with something small and humiliating>, and be looked after by an amateur. Either {they} [directs] it from the bed, or {they} [lets] the soup be too salty. Everything hangs on the soup.",
            "From running things to being in them. The test is a holiday <planned by somebody vague|with no timetable>; on the third day something will go wrong, and {they} must be <cross about it, like everyone|no more use than the rest>. {They} [loses] the tone of voice people obey.",
            'Someone will thank {them} for a childhood <that was, they say, a happy one|without knowing what it rested on>. {They} can put the record straight or keep it. To say <"I was {at}"|"I was a child too">, once, aloud, is what {they} [has] been walking towards.',
        ),
        echoes=(
            "Sit down, you're tired, I can hear it in your keys.",
            "I've done it already. Don't thank me, just leave it done.",
            "2:Mind the sixth step.",
            "Give it here.",
            "And who's looking after you? No, don't answer, eat.",
        ),
        note="Grown up too early: the voice gives instructions disguised as offers.",
        bounds=(
            Bound(_C, 0.62, 1.0, "ran a household before knowing long division"),
            Bound(_A, 0.5, 0.95, "others' needs arrive first"),
        ),
        demands=((Voice.SPEAKS_IN_CONCRETE_DETAIL, "runs on doses, steps and hours"),),
        archetypes=(_T.CAREGIVER, _T.RULER),
        attachment=(_DISMISSIVE, _ANXIOUS),
        values=(_V.BENEVOLENCE_CARING, _V.BENEVOLENCE_DEPENDABILITY, _V.SECURITY_PERSONAL, _V.TRADITION),
        kinds=frozenset({"children"}),
        trades=frozenset({"care", "teaching", "kitchen", "uniform"}),
    ),
    Core(
        name="believed_late",
        scenes=(
            Scene(
                8,
                14,
                "{At} {at} {they} said there was smoke, and was told it was <{uncle}'s stove|the bakery>. {They} said it again at supper. {They} had <cried wolf in the spring about a burglar who was a cat|a name, by then, for stories>, and the table smiled. It was only a shed, and only {boy}'s rabbits. Afterwards everyone was very gentle and said {they} should have <insisted|spoken up>.",
            ),
            Scene(
                9,
                15,
                '{They} told the teacher that {girl} was not ill, that <she had not been home either|somebody ought to look>. The teacher said one should not make oneself interesting. It was eleven days before an adult asked the same question in an official voice and {they} [was] fetched out of class to repeat, <with a glass of water and a tape recorder|slowly, for a woman with a form>, what {they} had said. {girl} was found, <alive and changed|in another town, and never came back to the school>. "Why didn\'t you tell anyone?" the woman asked. {They} [was] {at}.',
            ),
            Scene(
                7,
                12,
                'The tooth hurt from {feast} on. {They} [was] {at} and known for <a talent for headaches before arithmetic|complaining>, so it was <cloves|a warm scarf> until the face swelled shut. In the hospital {their} mother kept saying to the nurse, "But we had no idea." {They} could not open {their} mouth to say <who had had an idea|otherwise>. There is a thin scar under the jaw. <It is about as long as the word "listen".|Barbers ask about it.>',
            ),
        ),
        desires=(
            "To say a thing once. Just once, at a normal volume, and see somebody <put down what they are holding|reach for a coat>.",
            "{They} [wants] to be believed before there is proof, <which {they} [knows] is unreasonable, and would not grant to others|by someone with something to lose by it>.",
            "{They} [wants] an alarm to be false, <just one|for a change>, and to be laughed at kindly for it <over breakfast|by people who had all come running>.",
        ),
        fears=(
            "The kind smile. Anger {they} can argue with; when a face goes soft <and a head tilts|and patient>, {they} [is] {at} again, <hearing {their} own voice rise|watching a mouth get ready to be patient>.",
            "Being right. Every warning {they} [gives] is a bet against <someone's sleep|somebody else's luck>, and there is a mean half-second, when it comes true, in which {they} [is] glad.",
            'Not being asked. Silence after {they} [has] spoken is one thing; <the subject changed, the salt passed|"anyway", and the next item> is another, and {they} [hears] it in every room.',
        ),
        arcs=(
            "From collecting proof to <trusting a bare statement, beginning with other people's|saying it and letting it lie>. The test is someone unreliable with an unlikely story. To act on it, without papers, would cost {them} the role of the only one who notices.",
            '{They} must stop saying "I told you" <even in {their} head|even with {their} eyebrows>, and that means grieving what could have been saved instead of having been correct about it. It is a poor exchange until <the day someone warns {them}|{they} [misses] something obvious {themself}>.',
            "From warning to telling. The test is good news: something <lovely and unproved|that may come to nothing>, said before it is certain, to people who might <smile|not believe it>. {They} [has] no practice. It would cost {them} the weight {their} voice has had to have.",
            'One day {they} will be asked first, <before the experts|by the very person who smiled>, and not know. To say "I can\'t tell" and be trusted <all the same|no less for it> would finish an argument that began over <a supper|one sentence said at {at}>.',
        ),
        echoes=(
            "I'll say it once. Then I'll say I said it.",
            "Write it down, with the time. I'll wait.",
            "0:You're smiling. People smile, and then there's smoke.",
            "0:I'm not upset. I'm telling you there's a smell.",
            "I'm not making myself interesting.",
            "You'll want to sit down for the second time I say it.",
        ),
        note="Was right and not believed: the voice states, dates, and listens for the kind smile.",
        bounds=(
            Bound(_N, 0.42, 0.9, "always smells smoke first"),
            Bound(_C, 0.5, 1.0, "keeps records against being doubted"),
        ),
        demands=(
            (Voice.SPEAKS_IN_CONCRETE_DETAIL, "expects to be asked for proof"),
            (Voice.NEVER_EXCLAIMS, "learned that a raised voice is discounted"),
        ),
        archetypes=(_T.SAGE, _T.REVOLUTIONARY),
        attachment=(_FEARFUL, _DISMISSIVE),
        values=(_V.SECURITY_SOCIETAL, _V.UNIVERSALISM_CONCERN, _V.SELF_DIRECTION_THOUGHT, _V.FACE),
        trades=frozenset({"science", "law", "press", "uniform", "care"}),
    ),
    Core(
        name="gift_withdrawn",
        scenes=(
            Scene(
                7,
                13,
                "{uncle} gave {them} <his accordion|the good violin> on {their} birthday and came for it in the spring, with an envelope instead, because his own grandson <had shown signs|had begun lessons>. {They} [was] {at} and had got as far as <the second waltz|page nine>. {They} carried it down to the car for him. For weeks {their} fingers went on <in the dark, on the blanket|under the school desk>, and then they stopped, and nobody could have said on which day.",
            ),
            Scene(
                8,
                13,
                'The dog had been {theirs} for <two winters|one whole year>. Then the landlord\'s letter came, and {their} father drove out with the dog and came back with <a bag of oranges|a net of oranges>. "A farm," he said. {At} {at} {they} had read enough to know about farms. {They} ate <two|all of them>, because {their} father was watching, and <said they were sweet|kept the peel>.',
            ),
            Scene(
                10,
                15,
                "There was a place at the better school, <with a uniform already let down at the hem|and a letter with a crest>, and for nineteen days it was {theirs}. Then {boy}, whose father <knew the secretary|had paid for the roof>, needed one. {At} {at} {they} [was] told it had been a clerical error. The uniform <went to a cousin|was dyed and worn out at home>. {They} can still recite the timetable: <double Latin on Wednesdays|chemistry, first thing, Mondays>.",
            ),
        ),
        desires=(
            "<To own one thing nobody can come for.|Something with no earlier owner.> It started with objects, and {they} [owns] few; it has become <a skill, a reputation, a clause in every contract|the habit of learning by heart>.",
            "{They} [wants] to be given something, be watched while {they} [likes] it, and not begin, that same evening, <to live without it|to hand it back>.",
            "{They} [wants] to leave a thing out overnight, <unlocked, in the rain even|on a bench, with {their} name on it>, and find it there. <It is a small experiment and {they} [has] never run it.|{They} [has] chosen the object.>",
        ),
        fears=(
            "Joy with a witness. <Whoever sees {them} delighted knows what to take.|Nobody can take what they have not seen {them} want.> So {they} [praises] coolly, [unwraps] slowly, <and [keeps] the paper|and [asks] where the receipt is>.",
            "The friendly envelope: <compensation|a fair settlement>, pressed into the hand by somebody who <cannot see what was in the other hand|means well and has a car waiting>. {They} would rather be robbed.",
            "02:That it was a fair decision: that somewhere there is an accounting in which the other child <simply played better|deserved it>, and {they} [has] spent {their} life appealing a correct verdict.",
            'Being congratulated too early. <Until the ink is dry {they} [says] "we\'ll see".|{They} [keeps] good news in a coat pocket for a month, to see whether it is called back.>',
        ),
        arcs=(
            "From guarding to using up. The test is something lovely and temporary: <a borrowed house, a love with a departure date|a summer>. If {they} can have all of it without <counting days|drafting the farewell>, one old parcel can be put down. The cost is being surprised by the loss, like everyone else.",
            "{They} must give away the one thing {they} [has] kept safe, <to a child who may break it|to someone careless>, and not come for it afterwards. Nothing less will tell {them} whether it was ever {theirs}.",
            "From owning little to lending. The test is a friend <who returns nothing|with careless hands> and a thing {they} [loves]. It will come back <chipped|late, and talked about as if it were shared>. Then {they} will know what was being guarded, and it was not the thing.",
            "{They} will be handed what was taken, or its like, <thirty years late, with an apology|by somebody clearing out an attic>, and it will not fit. <Too small for the hand, too sweet.|It was made for a child.> To grieve over that, at last, in front of the giver, is the step.",
        ),
        echoes=(
            "Nice. I won't get used to it.",
            "Whose is it really? Ask now, before I like it.",
            "Keep the receipt. Not for me, in general.",
            "0:I used to play. My fingers don't know it's over.",
            "1:A farm. Of course. It's always a farm.",
            "2:I'd have had chemistry now. Mondays, first thing.",
        ),
        note="Something given was taken back: the voice praises coolly and asks who owns things.",
        bounds=(
            Bound(_A, 0.2, 0.65, "gives nothing that could be asked back"),
            Bound(_N, 0.4, 0.85, "enjoys with one eye on the door"),
        ),
        demands=((Voice.TERSE, "shows no more delight than can be afforded"),),
        archetypes=(_T.SEEKER, _T.CREATOR),
        attachment=(_DISMISSIVE, _FEARFUL),
        values=(_V.SECURITY_PERSONAL, _V.POWER_RESOURCES, _V.ACHIEVEMENT, _V.SELF_DIRECTION_ACTION),
        trades=frozenset({"stage", "crime", "money", "sport", "building"}),
    ),
    Core(
        name="interpreter_child",
        scenes=(
            Scene(
                8,
                13,
                '{At} {at} {they} [was] the one in the family who had the <forms|long words>, so {they} sat between {their} mother and the doctor and passed sentences across. The doctor said a word. {They} knew it <from a poster|from a film>. {They} said, "He says you should rest." {their_cap} mother rested, gladly, <for eleven weeks|all that spring>, and thanked {them} for the <good|clear> translation.',
            ),
            Scene(
                9,
                14,
                'The man from the office spoke, {their} father answered, and {they} stood in between and made both of them politer. <"He says he is sorry for the delay."|"My father says he quite understands."> Neither had said so. It went well for half an hour. Then the man laughed at something {they} had added, and {their} father, who <understood laughing|knew that word>, looked at {them} as at a stranger <who had been reading his letters|in his coat>. {They} [was] {at}.',
            ),
            Scene(
                7,
                12,
                "Between the kitchen and the balcony {they} carried {their} parents' quarrel back and forth, since they weren't speaking. \"Tell your mother the <soup is cold|car will not pass the inspection>.\" {At} {at} {they} began to improve the messages, and for <a winter|two months> there was almost a peace, built of things nobody had said. They found out <at a wedding|over cards>, comparing notes. Both were angry, <both at {them}|and for once at the same person>.",
            ),
        ),
        desires=(
            "To say something that is only {theirs}, <in no one's stead|on nobody's behalf>, and find that it <needs no improving|holds up>.",
            "{They} [wants] two people {they} [loves] to understand each other without passing through {them}; <and [wants], worse, to go on being the bridge|{they} would like to hear it happen from the next room>.",
            "{They} [wants] to be misunderstood in person. <Badly, with gestures.|Over something that matters, by someone who tries again.> At least it would be {theirs}, every wrong word of it.",
        ),
        fears=(
            "The exact wording. Somewhere <there are transcripts|two people are comparing notes>, {they} half [believes], and {they} will have to account for every <softened|improved> line.",
            "That without a message to carry {they} [has] no voice, only <a very good ear|manners in several directions>.",
            "Two people {they} [knows], <in the same room, about to meet|comparing what they were told>. {They} [sees] the versions <come towards each other like cyclists|shake hands>.",
        ),
        arcs=(
            "From rendering to speaking. The test is a bad piece of news that {they} must give in <its own ugly words|first person>, to somebody who would be happier for a while with the better version. {They} would forfeit <being thanked|the mercy of editing>.",
            "Let two people quarrel in front of {them}, <badly, at cross purposes|with every word misheard>, and not help. If {they} [survives] that, it is over; {they} would be out of a post {they} [has] held since {they} [was] {at}.",
            "From good manners to plain ones. The test is a sentence with no cushion in it, <in {their} own name, before witnesses|said to {their} mother>, and the pause after. What it costs is <the family's good opinion of its own tact|being everyone's favourite>.",
            "Someone will translate {them}, <kindly and wrong|into something sweeter>, and {they} will hear how it was for the others. {They} may correct it. <It is only three words.|It would be rude.> Everything {they} [has] avoided stands on the other side of that rudeness.",
        ),
        echoes=(
            "What he means is. No, sorry. What I mean is.",
            "Shall I tell you what was said, or what would help?",
            "She says she's grateful. She would, if she were here.",
            "I left one word out. You'd have left it out too.",
        ),
        note="Stood between two people and improved the messages: the voice renders others before itself.",
        bounds=(Bound(_A, 0.55, 0.95, "smooths what passes through"), Bound(_O, 0.5, 1.0, "hears what two sides mean")),
        demands=(
            (Voice.HEDGES, "was blamed for exact words, so leaves room around them"),
            (Voice.ASKS_BEFORE_ASSERTING, "asks which version is wanted"),
        ),
        archetypes=(_T.MAGICIAN, _T.CAREGIVER),
        attachment=(_ANXIOUS, _FEARFUL),
        values=(_V.CONFORMITY_INTERPERSONAL, _V.UNIVERSALISM_TOLERANCE, _V.BENEVOLENCE_CARING, _V.FACE),
        kinds=frozenset({"migration"}),
        trades=frozenset({"press", "politics", "law", "care", "shop", "faith"}),
    ),
    Core(
        name="undeserved_praise",
        scenes=(
            Scene(
                8,
                14,
                "The <drawing|model bridge> that won was {boy}'s; the labels had slipped. {At} {at} {they} [was] called to the front before {they} could think, and then there was <a ribbon|clapping>, and {their} father was on his feet, <straight from the shift, in his boots|after two buses and a walk>. So {they} said thank you. {boy} clapped too, <a little late|looking at his hands>. It hung in the kitchen <until the paper went brown|for nine years>.",
            ),
            Scene(
                9,
                15,
                "{They} pulled {friend} out of the <canal|quarry pond>, everyone said, and the newspaper said so too. What happened is that {they} had <dared {him} in|told {him} the ice was thick>, and the pulling out came later. {They} [was] {at}. {friend} never contradicted it; {he} <was given {their} old skates|called {them} a hero at every birthday>, and that was the worst of it: {he} had come to remember it that way.",
            ),
            Scene(
                10,
                16,
                '{their_cap} grandmother died believing {they} had prayed with her <every evening|all through {feast}>. {They} had sat behind the door with a comic and moved {their} lips whenever the old woman turned. {At} {at}, at the burial, {they} [was] <kissed by forty women|given her ring> for it. {aunt} said, "You were her saint." {They} still [knows] <how the comic ended|which page {they} [was] on>.',
            ),
        ),
        desires=(
            "To be caught. <Kindly, by someone with time.|By the right person, gently.> {They} [works] twice as hard as anyone {they} [knows] so that the sum will come out honest before then.",
            "{They} [wants] to earn, after the fact, <something {they} [has] already been given|a ribbon that has been brown for years>; and for the one it belonged to <to know it|to send a bill>.",
            "{They} [wants] to lose at something in front of everyone who believes in {them}, <honestly and by a lot|by a mile>, and be driven home <as usual|with the radio on>.",
        ),
        fears=(
            "0:A particular sort of applause, <the kind with family in it|when somebody has come on two buses>. {They} [smiles] and [looks] for the exit and for the one person clapping late.",
            "Gratitude, face to face. <{They} [looks] past it for whoever has the other version.|There is always one person in the room who is not clapping, and {they} [finds] them.>",
            "That the good {they} [does] is a way of paying interest, <and never touches the sum itself|and that anyone near enough will see the ledger>.",
            'Old friends with good memories. <One of them will begin, "Do you remember", and mean it well.|There is a photograph somewhere.> {They} [laughs] before the end and [steers].',
        ),
        arcs=(
            "From atonement by overwork to one plain sentence said <to the person it concerns|forty words long>. The test will be an honour {they} could decline without explaining; it is the explaining that counts. {They} [loses] <the proudest day in a dead man's life|a story the family tells at every table>.",
            "{They} will meet a child with <a lie the size of a ribbon|a small, well-loved lie> and must say what nobody said to {them}. It cannot be said from the height of a spotless life. That is the price.",
            "From earning to receiving. The test is something given for no merit: <a seat, a birthday, an hour of someone's time|a present on the wrong day>. {They} must not work it off. It would mean that worth was never counted in <ribbons|hours>, and that the overtime was for nothing.",
            "The other one will turn up, <grown, cheerful, with a bad back|on business>, and remember none of it. Then {they} [has] to decide whether to <tell it after all|bring it up>, which would be honest, and for whose sake. <{They} [has] not thought about that part.|That was never in the plan.>",
        ),
        echoes=(
            "Don't clap yet. Ask who else was in the room.",
            "You've got the wrong person, but go on.",
            "I had help. Put that in, would you, that I had help.",
            "0:It was luck and a slipped label.",
            "Ask the other one. There's always another one.",
        ),
        note="Praised for what was not theirs: the voice refuses credit a beat too quickly.",
        bounds=(
            Bound(_C, 0.6, 1.0, "pays off an unearned ribbon in overtime"),
            Bound(_N, 0.45, 0.9, "waits to be found out"),
        ),
        demands=((Voice.SELF_DEPRECATING, "hands praise back before it can be checked"),),
        archetypes=(_T.IDEALIST, _T.CREATOR),
        attachment=(_FEARFUL, _DISMISSIVE),
        values=(_V.ACHIEVEMENT, _V.HUMILITY, _V.UNIVERSALISM_CONCERN, _V.FACE),
        trades=frozenset({"stage", "science", "teaching", "uniform", "faith", "sport", "software"}),
    ),
    Core(
        name="overheard",
        scenes=(
            Scene(
                7,
                13,
                '{They} had come down for water and stood on the cold tiles. Behind the door {their} mother said to {aunt}, quite calmly, "<If I\'d had only the one|That one I had to learn to love>." Then a spoon, and talk about <curtains|the price of coal>. {At} {at} {they} went back up without the water. In the morning {they} <cleared the table unasked|was given the bigger egg>, and {they} [has] been reading kindness for its reasons ever since.',
            ),
            Scene(
                9,
                14,
                '"Not stupid," said the teacher in the corridor, "just <nothing that catches|no spark there, poor thing>," and {their} father, who could have said anything, said, "<We know|Gets it from me>." {At} {at}, {they} [was] holding <a globe|the register> with both hands and could not knock. {They} waited until the steps had gone, then put it down exactly <in its ring of dust|where it belonged>.',
            ),
            Scene(
                8,
                14,
                'It was meant to be a surprise, so they had all hidden, and {they} came in early by the balcony. Through the curtain {they} heard <{girl}|{boy}> say, "How long do we have to stay?" and someone answer, "<Till the cake|An hour, my mother promised>." {They} went round to the front, {at} years old that day, rang, and <was astonished|put on the best face of {their} life>. There are photographs. In all of them {they} [is] the one who looks surprised.',
            ),
        ),
        desires=(
            "To hear {themself} spoken of in the next room <and be able to stay for the rest of it|with nothing worse in it than boredom>.",
            "{They} [wants] someone to like {them} by mistake, out of turn, <without having been asked to|when it is inconvenient>, so that there can be no reason behind it.",
            "{They} [wants] a house with thin walls and nothing to hear through them <but snoring|except a long argument about soup>. <People who talk the same in both rooms.|To fall asleep during it.>",
        ),
        fears=(
            "What is said when the door closes. {They} [goes] last from every room, <finds something to fetch|laces {their} shoes in the hall>, and so hears little; it is not peace, but it is <evidence|quiet>.",
            "Kindness with a pause before it. <{They} [answers] the pause, not the sentence.|{They} can tell the length of one to the tenth of a second.>",
            "Being the subject of a silence. A room goes quiet when {they} [comes] in and <it is almost always cake|nine times in ten it is a birthday>; the tenth is why {they} [knocks].",
        ),
        arcs=(
            "From listening at doors, <which {they} [does] with taste and would call tact|by every means a polite adult has>, to asking the question to a face. The answer may be the one {they} heard. {They} would have to give up <knowing better|the first, better-informed version of every friend>.",
            "Someone will overhear {them}. {They} will have said something true and unkind <about a person {they} [loves]|to be clever>, and see the face. What {they} [does] in the next minute decides whether {they} can at last forgive <what was said behind a door|somebody's one unguarded minute>.",
            'From reading people to asking them. <It will feel like walking in without knocking.|It takes about six words.> The test is a friend who <has been short with {them} all week|pauses>, and a plain "What is it?" The answer may be toothache. What {they} [loses] is a whole science.',
            "{They} will come across what was said, <in a letter, in the same words|told as a funny story by the one who said it>, with the half {they} never stayed for. It was <followed by something|not about what {they} thought>. It may not be better. It will be longer, and {they} can put it down.",
        ),
        echoes=(
            "Say it with the door open.",
            "You paused. Before the nice thing, you paused.",
            "I'll get my coat. Talk normally, I'm slow with coats.",
            "2:No, I'm surprised. This is my surprised face.",
            "Which one of you was told to ask me?",
        ),
        note="Overheard the sentence about themself: the voice weighs pauses and names them.",
        bounds=(Bound(_N, 0.5, 0.92, "reads kindness for its reasons"), Bound(_E, 0.1, 0.65, "stands in doorways")),
        demands=((Voice.ASKS_BEFORE_ASSERTING, "checks what is really meant"),),
        archetypes=(_T.SAGE, _T.LOVER),
        attachment=(_ANXIOUS, _FEARFUL),
        values=(_V.FACE, _V.SECURITY_PERSONAL, _V.CONFORMITY_INTERPERSONAL, _V.BENEVOLENCE_CARING),
        kinds=frozenset({"adopted"}),
        trades=frozenset({"shop", "press", "crime", "law", "school", "software"}),
    ),
    Core(
        name="thief_accused",
        scenes=(
            Scene(
                8,
                14,
                'Money was missing from the <trip tin|collection>, and {they} had been alone in the room. {At} {at} {they} turned out {their} pockets before anyone asked: <a chestnut, a bus ticket|string, half a {sweet}>. "Well," said the teacher, "that only shows you\'re clever." The money was found <in the wrong drawer, after the holidays|under the lining, in June>. This was announced <on a day {they} [was] off sick|to the parents, by letter>.',
            ),
            Scene(
                9,
                15,
                "{uncle} kept the shop and let {them} weigh out the <nails|lentils>. One evening he asked, not angrily, how much {they} thought was fair to take. {They} had taken nothing. {At} {at} it took {them} <a week|all night> to see that nothing {they} could say would sound like that. {They} stopped going. The following year his own {boy} <was caught with his hand in the till|drove off with the takings>, and {uncle} sent over <a ham|a sack of rice>. No note.",
            ),
            Scene(
                10,
                16,
                "<The necklace|The gold bracelet> had been on the dresser when {they} [was] up there with {girl}, and afterwards it was not. Nobody searched {them}. They only <moved the next party to a restaurant|stopped leaving {them} in rooms>. {girl} said, \"I told them you'd never.\" {At} {at} {they} heard the sentence's other half. <It had been behind the mirror.|A cleaner found it the day they sold the house.>",
            ),
        ),
        desires=(
            "To be left alone with the till. <Someone's keys, someone's child, the open safe: {they} [wants] to be trusted carelessly, without being told so.|Trust {they} can see being given is already supervision.>",
            "{They} [wants] it taken back as widely as it was thought, <with the date|out loud, in the same rooms>. Failing that, a life so <clean|documented> that the question sounds foolish.",
            "{They} [wants] to borrow something large, <a car, a boat, a summer house|a month's wages>, on {their} word, and be late bringing it back, <and have nobody ring|without anyone having counted the days>.",
        ),
        fears=(
            "Being alone in a room with anything of value. {They} [keeps] {their} hands in sight, <asks for receipts, calls out when {they} [enters]|leaves doors wide open>, and [knows] perfectly well what it looks like.",
            "That innocence is a thing you are <granted|lent>, by people with drawers. {They} [has] no defence prepared for what {they} <in fact did|one day really might do>.",
            'The joke. <"Watch your purses," somebody says, and puts an arm round {them}.|When something is mislaid someone always says, fondly, "Don\'t look at me."> {They} [laughs], and [goes] over {their} pockets at home.',
        ),
        arcs=(
            "From proving to <not answering|letting a suspicion stand>. The test is a charge that is partly true. {They} would have to own the part and not the rest, without turning out a single pocket; what is lost is <a lifetime's file of receipts|the purity of the wronged>.",
            "{They} [has] power over somebody's good name now, <a small one: a trainee, a boy with quick hands|which {they} never wanted>. Something is missing. If {they} can wait before deciding, {they} will have given what {they} could not get.",
            "From clean hands to open ones. The test is to take something: <the last piece, the credit, the window seat|a thing {they} [wants] and [has] a right to>, in front of people. <Nobody will say a word.|The room will not even look up.> What it costs is a lifetime's alibi.",
            'The one who thought it, <old now, and forgetful|or the last one living>, will hand {them} a purse and say, "Take what you need." It may be trust, or <habit|a muddle>. To take what {they} [needs], and not ask which, would be the end of a very long trial.',
        ),
        echoes=(
            "Count it in front of me, please. Both of us.",
            "I was in there alone, yes. You can write that down.",
            "My hands are here. You see them? Good, go on.",
            "It'll be in the wrong drawer. It usually is.",
        ),
        note="Was taken for a thief: the voice volunteers its whereabouts.",
        bounds=(Bound(_C, 0.58, 1.0, "keeps receipts"), Bound(_A, 0.25, 0.7, "waits to be suspected")),
        demands=((Voice.SPEAKS_IN_CONCRETE_DETAIL, "answers as if for the record"),),
        archetypes=(_T.WARRIOR, _T.REALIST),
        attachment=(_DISMISSIVE, _FEARFUL),
        values=(_V.FACE, _V.UNIVERSALISM_CONCERN, _V.CONFORMITY_RULES, _V.SECURITY_PERSONAL),
        kinds=frozenset({"prison"}),
        trades=frozenset({"law", "crime", "money", "uniform", "shop"}),
    ),
    Core(
        name="bystander",
        scenes=(
            Scene(
                9,
                15,
                'They put {friend} <in the locker|head down in the leaf barrel> after sport and sat on it. {At} {at}, {they} sat too. <There was room for five and {they} made six.|It was cold metal; {they} [remembers] through which trousers.> {He} did not shout, and after a while someone said {he} had to be allowed out for the bus. Passing, {he} said to {them} alone, "<You\'re heavier than you look|I know your shoes>."',
            ),
            Scene(
                10,
                16,
                "The bus driver would not take {girl}'s coins; <he said they were dirty|he said the bus was full>. It was half empty. {At} {at}, {they} sat by the window with a ticket in {their} hand and looked at <an advertisement for margarine|the rain> until they had driven off. In school {girl} came in late, wet, and sat down next to {them} <as always|and asked what they were doing in arithmetic>.",
            ),
            Scene(
                8,
                13,
                "{They} had seen {their} cousin <take the brake off the cart|let the calf out on the road>, and when {uncle} took his belt to the wrong boy, {they} went on shelling <beans|peas>. It lasted as long as a bowl. The wrong boy, {boy}, looked over once. {They} [was] {at}. To this day {they} cannot say what {they} [was] afraid of; <the cousin was smaller|nobody would have hit {them}>.",
            ),
        ),
        desires=(
            "To stand up early, <while it still costs something|before anyone else has>, and be the one who <paid for it|had to walk home>.",
            "{They} [wants] somebody with a right to it to say what it was: <cowardice, or only childhood|a small thing or not>. {They} would accept either word.",
            '{They} [wants] one person to say, <years late, in a bar|across a shop counter>, "You were the one who <came back|said something>." It would have to be true. {They} [is] working on that.',
        ),
        fears=(
            "A group in good spirits. {They} [feels] it in {their} own legs, <how readily they find the step|the ease of joining in>, long before anybody is at the bottom of it.",
            "That courage is simply a thing other people have, like <pitch|long bones>, and that all {their} loud principles are <a way of talking over an old silence|rehearsals for a day that is past>.",
            "Being thanked for standing up, by somebody who <was not there|does not know about the first time>. {They} [hears] the old laughter under it, <in rows|with {their} own in it>.",
        ),
        arcs=(
            "From arguing about justice at length to one unglamorous refusal, <in a meeting, with no witness worth having|on a wet afternoon>. It will lose {them} a friend, and do the victim no good. {They} will have to do it anyway, and not <tell it as a story|tell anyone>.",
            "{They} [has] made {themself} judge of silences. The arc bends when {they} [has] to forgive somebody who looked <away|at their shoes> while it was done to {them}.",
            "From remembering the face to <ringing it up|knocking at the door>. The test is an address, <found by accident|which {they} [has] had for a year>, and a conversation in which {they} may be told it was nothing. {They} must not be relieved. <That is the hard half.|It was not nothing, and they will both know.>",
            "It will happen again, <on a platform|at work, in a good mood>, to somebody {they} [does] not like. <Nobody could blame {them} for the train.|It would be so easy to be late.> {They} [gets] up. It does not balance anything, and finding that out is what changes {them}.",
        ),
        echoes=(
            "Before we all agree, who isn't here?",
            "0:I've sat on that lid. I know how many it holds.",
            "Somebody say it. Fine. I'll say it.",
            "1:You looked away. I'm not cross. I know the window.",
            "2:I was busy too. I had a bowl.",
            "No. Not while I'm sitting here.",
        ),
        note="Watched and did nothing: the voice interrupts agreement.",
        bounds=(Bound(_A, 0.35, 0.8, "owes somebody a protest"), Bound(_O, 0.45, 1.0, "asks who is missing")),
        demands=((Voice.BLUNT, "will not be silent by accident again"),),
        archetypes=(_T.REVOLUTIONARY, _T.WARRIOR),
        attachment=(_SECURE, _FEARFUL),
        values=(
            _V.UNIVERSALISM_CONCERN,
            _V.SELF_DIRECTION_THOUGHT,
            _V.UNIVERSALISM_TOLERANCE,
            _V.BENEVOLENCE_DEPENDABILITY,
        ),
        trades=frozenset({"law", "politics", "teaching", "uniform", "press", "faith", "sport"}),
    ),
    Core(
        name="borrowed_name",
        scenes=(
            Scene(
                5,
                10,
                'On the stone, when {they} could read it, stood {their} own name and dates that stopped <before {they} began|three years short of {them}>. {At} {at} {they} spelled it out twice. "That was the first one," said {their} mother, wiping the moss <with her sleeve|off the M>. "You\'re named so it shouldn\'t go to waste." They had {drink} afterwards, from a flask, <and {they} [was] allowed the lid|sitting on the wall>.',
            ),
            Scene(
                6,
                11,
                "The new teacher could not say it, so from the second day {they} [was] <Lee|Anna>. It was practical. {At} {at} {they} answered to it, wrote it on <the satchel|every cover>, and won a prize under it. {their_cap} grandmother, who had chosen the real one, held the certificate <at arm's length|up to the light> and asked whose it was.",
            ),
            Scene(
                6,
                12,
                "All {their} clothes had tags with <a cousin's|somebody's> initials. At the camp the leaders read out <the tags|names from the collars>, and {they}, {at} years old and shy of trouble, stepped forward for another child's. Three weeks {they} [was] {boy}: <ate no fish because {boy} couldn't, wrote home to {boy}'s mother|slept in the top bunk because {boy} would have>. It was, {they} [thinks], the best summer. Nobody had known {boy} either.",
            ),
        ),
        desires=(
            "A thing with {their} own name on it, spelled right, <by a stranger who had to ask|engraved, preferably, in something that dulls>.",
            "{They} [wants] to know what {they} would have been like <unlabelled|if the place had been free>. {They} [has] tried towns, haircuts, <two religions|three surnames>; somewhere there must be a first choice that was {theirs}.",
            "{They} [wants] to be recognised from behind, <by the walk|in a crowd, in a foreign town>, by someone calling <the right thing|a name nobody else has>.",
        ),
        fears=(
            "Being the second of something. <Second wife, second edition, the new one.|{They} cannot take over another's desk without emptying every drawer twice.> Under it sits a politer dread: that the first one would have done it better.",
            "Being called and not turning round. <Twice it has happened, in stations.|It happened once, in a hospital corridor.> {They} stood there, wondering who they could mean.",
            "Lists read aloud. <Between the letter before and {their} own, {they} [has] time for a whole other life.|{They} [stands] a little behind {their} own name, in case it is claimed.>",
        ),
        arcs=(
            "From vacating every place {they} [is] given to signing for one. The test: <a form with a box for the name, and time to think|somebody wants to name a child after {them}>. To write it without irony means dismissing the other bearer, <who never did any harm|to whom {they} still [owes] a sort of rent>.",
            "01:{They} will go and ask the one person who knows how it came about, <and find it was an afternoon's decision, made with a headache|and get a shrug>. If {they} can laugh, {they} [is] free; what goes is the mystery, which was <half {their} charm|good company>.",
            "From trying on to wearing out. The test is to stay in one <job|town|bed> past the point where {they} usually [becomes] somebody else, and be <bored in it|known there by {their} faults>. What {they} [gives] up is the next one, who was going to be <splendid|the real one>.",
            "There will be someone with {their} name, <younger, cheerful, spelled the same|in the same waiting room>, and both will stand up. For once {they} [is] not the copy. How {they} [sits] down again, <laughing or not|second or first>, is worth more than it looks.",
        ),
        echoes=(
            "2:That's what it says on the tag. Call me what you like.",
            "0:I had it second-hand, the name. It was hardly worn.",
            "1:Say it again, slower. No, that's fine. That's nearly it.",
            "Write what you heard. I'll answer to it.",
            "Who was here before me? At this desk, I mean.",
        ),
        note="Carries a name meant for another: the voice jokes about labels and asks who was there before.",
        bounds=(Bound(_O, 0.55, 1.0, "tries on lives"), Bound(_N, 0.35, 0.8, "is never quite the addressee")),
        demands=((Voice.SELF_DEPRECATING, "treats own name as second-hand"),),
        archetypes=(_T.SEEKER, _T.MAGICIAN),
        attachment=(_DISMISSIVE, _FEARFUL),
        values=(_V.SELF_DIRECTION_ACTION, _V.STIMULATION, _V.SELF_DIRECTION_THOUGHT, _V.TRADITION),
        kinds=frozenset({"adopted", "twin", "migration"}),
        trades=frozenset({"stage", "crime", "tale", "press", "sea"}),
    ),
    Core(
        name="secret_keeper",
        scenes=(
            Scene(
                7,
                13,
                '{their_cap} father took {them} along on Thursdays, <to the lady with the budgerigar|to a flat with a piano>, and bought {them} a {sweet} on the way home. "That\'s between us men of the world," he said; {they} [was] {at}. {They} said nothing for <four years|so long that it became a skill>. When it came out, {their} mother said nothing to {their} father. {They} [was] the one who was asked: <"Was there cake?"|"Since when?">',
            ),
            Scene(
                9,
                14,
                'The letter from the hospital came to {them}, because {they} got home first, and {their} mother said, "Not a word until after {feast}." {At} {at} {they} danced at it. <There is a film: {they} [is] the one carrying round the {drink}, smiling like a lamp.|Everyone said how lively {they} [was].> {their_cap} father learned it <in the hall, among the coats|on the Monday>, and has never quite stopped looking at {them} <as a very good actor|sideways>.',
            ),
            Scene(
                8,
                13,
                "{aunt} showed {them} where it was buried, <behind the cistern, in a biscuit tin|under the third fig>, because someone had to know and {they} [was] <too young to be asked|the quiet one>. {aunt} died in the winter. Uncles came with spades and <hard words|a metal detector>, and {they}, {at} now, held the lamp for them. It is still there. <The longer it lies, the less it is money.|Each year makes it harder to say since when {they} knew.>",
            ),
        ),
        desires=(
            "To tell it, once, to someone who will not <be changed by it|do anything about it>.",
            "{They} [wants] to be told nothing. <People look at {them} and begin to confess, on trains, in queues; there must be something about the face.|A whole day with no one's confidence in {their} pockets.> And when they stop, {they} [misses] it like salt.",
            "{They} [wants] a secret of {their} own, <small, happy, pointless|about nothing worse than a dance class>. All the ones {they} [has] belong to <other people|the dead>.",
        ),
        fears=(
            'The direct question. Anything else {they} can <turn|walk round>. A plain "Did you know?" leaves {them} {at} years old <and looking at the floor|with a dry mouth>.',
            "That silence has a side. {They} had always thought of it as <keeping out of things|a room with no door>; lately it seems to {them} that the whole house was built round it.",
            "Good listeners. <They tilt their heads.|They leave a gap and do not fill it.> In the presence of one {they} [feels] the whole thing <rise like a lift|come up the stairs>, and [starts] to talk about football.",
        ),
        arcs=(
            "From keeping faith with everyone to breaking it with one, <on purpose, and to the person's face|for someone who never asked>. The test is a secret that does harm by being safe. {They} [loses] the trust of people who tell {them} things; it is <most of the people {they} [knows]|the only inheritance {they} had>.",
            "{They} will be asked, straight, and say yes. <That is all.|One syllable.> Everything after that, the shouting and the arithmetic, is other people's business for the first time.",
            "From keeping to choosing. <Some of what {they} [carries] has outlived everyone it could hurt.|Half of it no longer matters to a soul.> The test is to sort it, like a drawer, and tell <one item|the oldest>, as a story, with {their} own part left in. The loss is <being thought deep|the weight, which had become a kind of ballast>.",
            "{They} will be lied to <by someone who thinks it a kindness|for {their} own good>, and find out from a third. Then {they} [stands] where others stood. To be angry without <swearing anyone to silence|keeping it to {themself}> would be new.",
        ),
        echoes=(
            "Don't tell me. Or tell me and don't look at me.",
            "I might have known something. What day was this?",
            "0:Thursdays I can't. Never could, Thursdays.",
            "Ask me something else.",
            "You didn't hear it here, because I didn't say it.",
        ),
        note="Kept somebody's secret as a child: the voice answers beside the question.",
        bounds=(
            Bound(_E, 0.0, 0.55, "has practice in saying nothing"),
            Bound(_C, 0.5, 0.95, "what is entrusted stays put"),
        ),
        demands=((Voice.HEDGES, "never quite says what is known"),),
        archetypes=(_T.SAGE, _T.REALIST),
        attachment=(_DISMISSIVE, _FEARFUL),
        values=(_V.BENEVOLENCE_DEPENDABILITY, _V.SECURITY_PERSONAL, _V.CONFORMITY_INTERPERSONAL, _V.TRADITION),
        trades=frozenset({"faith", "care", "law", "money", "shop", "uniform", "crime"}),
    ),
    Core(
        name="one_point",
        scenes=(
            Scene(
                10,
                17,
                'One point. {They} had <ninety-four, and the line was ninety-five|missed the list by a place>, and the boy above {them}, {boy}, moved away that autumn and never used it. {At} {at} {they} learned this <in the bakery queue|from his aunt>. {their_cap} father had already taken down the shelf he had put up for the books. "The plugs can stay," he said, <filling the holes|and bought a goldfish to stand there>.',
            ),
            Scene(
                9,
                15,
                "{They} came in second by <the width of a hand|a head>, in a lane nobody was filming, and {their} coach, {uncle}, threw <his cap|the stopwatch> into the water before he remembered to look pleased. {They} saw the cap float. {At} {at} {they} had swum faster than ever in {their} life, and <it was eleven years until {they} found that out, in a box of papers|nobody had written down the time>.",
            ),
            Scene(
                8,
                13,
                "There were two parts, and {girl} got the one with words. {They} [was] the tree. {At} {at} {they} knew every line, of both parts, and the <prompter's|narrator's> as well; on the night {girl} stuck fast, {they} could have said it. <A tree may not.|A tree, the teacher had said, is quiet wood.> {They} moved {their} lips. Somebody's grandmother in the front row saw, and winked, <and it was the worst thing about the evening|and that wink {they} cannot forgive>.",
            ),
        ),
        desires=(
            "To win something outright <that is measured by a machine|with daylight behind it>, and then be asked how {they} did it, and <not be able to stop talking|have the figures ready>.",
            "{They} [wants] to be finished with the comparison; barring that, <to win it|{they} would settle for a rematch>. {They} [has] beaten, by now, nearly everyone who was not there that day.",
            "{They} [wants] to enjoy a thing {they} [is] bad at, <in public, on Saturdays|with a borrowed racket>, and not know the score at the end.",
        ),
        fears=(
            'The narrow thing. A rout {they} can shrug off; it is <the photo finish|"so close">, said warmly, that {they} will drive two hundred kilometres to avoid.',
            "That the result was fair, and exact, <and is still there|and that it is what {they} [is] made of>.",
            "Being told it doesn't matter by someone who <won|never entered>. {They} [smiles], and [knows] to the <decimal|hair> how much it does.",
        ),
        arcs=(
            "From measuring to <making|playing>. The test is a contest {they} could win by <a technicality|a rival's bad day>, and {they} [has] to want <the rival's best|something else by then>. It costs {them} the engine: everything {they} [has] done ran on that fuel.",
            "{They} will be made to judge. Two children, one prize, <a hair's breadth|no machine>. How {they} [tells] the other one is the whole arc; {they} [has] had <the sentence ready for years|a long time to prepare it>, and it is the wrong one.",
            "From the near thing to the thing itself. The test is to stop <a week before the result|while ahead>, because the <work|day> was good. <Nobody will understand it, {they} least of all.|It will look like fear, and {they} will have to let it.>",
            '{They} will meet the one who was ahead, <fat, kind, in insurance|at a petrol station>, and learn it was {theirs} for <about a week|one summer>. <"I never used it," they say.|They have to be reminded.> To be sorry for them, and mean it, takes away the rival; what is left is {their} own time.',
        ),
        echoes=(
            "01:By how much? No, exactly. By how much?",
            "Second's fine. Ask anyone who was second.",
            "2:I knew both parts, you know.",
            "Time it. Otherwise it didn't happen.",
        ),
        note="Missed by one point: the voice asks for figures and makes light of coming second.",
        bounds=(
            Bound(_C, 0.62, 1.0, "trains against a point nobody else remembers"),
            Bound(_A, 0.15, 0.6, "keeps score"),
        ),
        demands=((Voice.BLUNT, "prefers the figure to the comfort"),),
        archetypes=(_T.WARRIOR, _T.RULER),
        attachment=(_DISMISSIVE, _ANXIOUS),
        values=(_V.ACHIEVEMENT, _V.POWER_DOMINANCE, _V.FACE, _V.STIMULATION),
        trades=frozenset({"sport", "software", "money", "science", "school", "stage", "law"}),
    ),
)
