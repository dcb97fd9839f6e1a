"""Dramatic cores whose scenes lie between childhood and middle age: prose, so lines run as long as the sentence does."""

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
        name="blameless",
        scenes=(
            Scene(
                9,
                17,
                '{They} let go of the rope. It was a <swing over the river|sledge on the school hill>, nine children had let go of it that day, and {friend} landed <on the one stone|against the one post>. {He} walks, now, with <a stick|a wide swing of the hip>. "Nobody could have known," said {his} mother, <bringing {them} cake|stroking {their} hair>; {they} [was] {at}. Everyone said so, one after another, <like people signing a card|for a whole month>, until there was no one left to be angry with {them}.',
            ),
            Scene(
                18,
                34,
                "{They} backed out of the drive at walking pace. <{uncle}'s dog|The neighbours' dog>, deaf, fourteen, was asleep behind the wheel where it had never slept before. The whole street came to say it had been <its time|an old dog>. The owner shook {their} hand and went in, and through the open window {they} heard <the bowl being rattled, out of habit|the dog being called in>. {They} [was] {at}, and has not, since then, been able to hear the word \"accident\" as anything but <a kindness|an offer>.",
            ),
            Scene(
                14,
                26,
                "The candle was {theirs}. There was an inquiry, <two firemen and a form|short and decent>, and it came to the wiring. {At} {at} {they} signed where the finger pointed. Four families <were put up in the school gym|slept on camp beds that week>, and {girl}'s grandmother, who had lost <forty years of letters|the good carpet and the bird>, asked {them} whether {they} had eaten. {They} had put the candle out. {They} [is] sure of it on <most days|even-numbered days>.",
            ),
        ),
        desires=(
            "To be shouted at. By someone with a right to it, <for as long as it takes|until they are hoarse>, and then to carry the shopping up for them.",
            "{They} [wants] a sentence: <so many years, so many coins|a number, with an end to it>. Forgiveness came at once and had no number in it.",
            "{They} [wants] to be sent the bill. <Itemised.|In an envelope with a window.> Until then {they} [overpays] for everything else, <buses, friends, neighbours' children|and [calls] it being careful>.",
        ),
        fears=(
            '"Nobody could have known." {They} [hears] it coming, in any kind voice, and [gets] <busy|up to see to something>; what frightens {them} is that one day {they} will agree.',
            "Being the cause of something again, <at walking pace, on an ordinary day|by the little finger>. {They} [checks] behind, beneath, once more behind; and {they} [knows] it is not the thing {they} [looks] for.",
            "The anniversary, which nobody else keeps. <It is a Tuesday this year.|The others have stopped counting.> {They} [is] especially helpful that week, and somebody always remarks <how kind|on it>.",
        ),
        arcs=(
            "From paying in small coin to naming the sum. The test is <a visit, with empty hands|a door {they} [has] walked past for years>. They may say again that it was nobody's fault, and {they} would have to answer: it was mine, and I was not to blame, and both. It would end {their} long employment as the helpful one.",
            "Somebody else will be careless, in earnest, <and it will cost {them}|and {they} will be the one harmed>. If {they} can be openly angry, {they} will know at last what was withheld, and <it may come to seem a gift after all|can stop asking for it>.",
            "From checking to looking. The test is to visit the place itself, <in good weather, with a sandwich|and find how small it is>, and stay until it is only a place. What {they} [loses] is the sentence {they} [has] been serving, <which had regular hours|and it was company>.",
            'Someone young will do a harm and be told <it could not be helped|that nobody blames them>. {They} will be the only one in the room who knows what that weighs. To say, "You did it. <Sit down.|I\'ll stay.>" is a thing no one did for {them}.',
        ),
        echoes=(
            "It was me. Before you're nice about it.",
            "1:Somebody look behind the car.",
            "0:Hold on. No, really hold on.",
            "2:Who put the candle out? Say it aloud.",
            "Don't tell me it couldn't be helped. I helped.",
            "I checked. I'll check again. It's not about you.",
        ),
        note="Caused harm that nobody would blame: let the voice own up too early.",
        bounds=(Bound(_C, 0.6, 1.0, "checks twice since an ordinary day"), Bound(_N, 0.5, 0.95, "waits to be blamed")),
        demands=((Voice.SELF_DEPRECATING, "takes the blame before it is offered"),),
        archetypes=(_T.CAREGIVER, _T.REALIST),
        attachment=(_ANXIOUS, _FEARFUL),
        values=(_V.UNIVERSALISM_CONCERN, _V.SECURITY_PERSONAL, _V.BENEVOLENCE_DEPENDABILITY, _V.HUMILITY),
        trades=frozenset({"care", "sea", "science", "uniform", "building", "faith"}),
    ),
    Core(
        name="last_words",
        scenes=(
            Scene(
                15,
                30,
                'They had quarrelled about <a borrowed car|who should have locked the shed>. {They} said, "<Then stay there|Suit yourself, you always do>," and {friend}, who had sat beside {them} since the first class, laughed, and put the receiver down. {At} {at} {they} meant to ring on <Sunday|the Thursday>. {friend} had a vein in {his} head that <no one had ever photographed|had been waiting all that time>. At the burial {they} [was] asked to speak, <and spoke very well|since they had been so close>. Nobody knew about the quarrel.',
            ),
            Scene(
                13,
                22,
                "Three weeks {they} and {their} mother had not spoken, in a flat of two rooms, over <a haircut|a boy>. They wrote notes. The last one, in {their} mother's hand, said, \"<Soup on stove. Gas is funny, use a match|Gone to {aunt}'s, back Tues., key under pot>.\" {They} [was] {at} and left it lying, so as not to seem to answer. What came back from the hospital <had half its words|knew half the words there are>, and that half did not have {them} in it. {They} still [has] the note. <It is a perfectly good note.|There is nothing on the back.>",
            ),
            Scene(
                18,
                32,
                '{friend} stood in the doorway with {his} coat on and asked, "Shall I go, then?" {They} [was] {at}, and reading, and turned the page. It was meant as <a pause|a joke, almost>. {They} heard the stairs, all four flights, quite slow. Afterwards {they} learned that {he} had stood <in the entrance for some time|by the letter boxes>, because {uncle} from the ground floor had asked if {he} was waiting for someone. "<I don\'t think so|Apparently not>," {he} had said.',
            ),
        ),
        desires=(
            "To say the other sentence. {They} [has] it by heart; it has <nine words|no cleverness in it>, and fits no one else.",
            "{They} [wants] never again to part from anyone crossly, and so [has] become <the last to hang up|a great waver from platforms>; what {they} really [wants] is one person to quarrel with who will still be there on Thursday.",
            "{They} [wants] to say something unforgivable and be <forgiven by supper|told to come in and shut the door>. <It is a strange wish for a peaceable person.|{They} would choose the words with care.>",
        ),
        fears=(
            "The unanswered. A telephone that rings out, <two ticks that stay grey|a shop closed without a notice>: {they} [is] up and has {their} coat on before {they} [knows] what {they} [thinks].",
            "{Their} own quick tongue. {They} [has] put it on a diet, <speaks after a count of three|lets the wit go by like a bus>; people call it mildness. At the bottom of the count there is still that sentence, <sharp as the day|in excellent condition>.",
            "Trains, for what people say through the window <as it moves|when there is no time left>. {They} [settles] everything on the way to the station, <twice|in order>.",
        ),
        arcs=(
            "From keeping every peace to risking one quarrel. The test will be a person worth it, and a subject as small as <a car|soup>. {They} must say the hard thing and then let them walk off with it. The price: {they} can no longer believe that it was the words.",
            "{They} will tell somebody about it, the real wording, <which is not even cruel|and hear how ordinary it is>. After that {they} [has] only the loss left, <without the crime|like other people>, and it will be heavier for a time.",
            "From mending to meaning. The test is a goodbye left as it is, <crooked, interrupted by a bus|a bit cross>, overnight. If it is still there in the morning, so is <the other person|the friendship>, and {they} will have slept for the first time without <arranging it|having the last word>.",
            "{They} will find that the dead had one too: a sentence meant for {them}, <never sent|on the back of something>, and it is about <a coat|the drains>. <No wisdom in it whatever.|It ends with a shopping list.> It shows {them} they had both supposed there was time, and that is a kind of company.",
        ),
        echoes=(
            "Say goodbye properly. I mean it, come back and do it.",
            "That's not what I want to have said.",
            "Ring when you're home. Ring twice.",
            "2:Wait. Don't go down yet.",
            "Are we all right? Then say so.",
        ),
        note="Parted on a wrong sentence: the voice will not let a goodbye stand crooked.",
        bounds=(
            Bound(_A, 0.52, 0.95, "keeps the peace at any cost"),
            Bound(_N, 0.45, 0.9, "cannot bear an open ending"),
        ),
        demands=((Voice.HEDGES, "weighs words since some could not be taken back"),),
        archetypes=(_T.LOVER, _T.CAREGIVER),
        attachment=(_ANXIOUS, _SECURE),
        values=(_V.CONFORMITY_INTERPERSONAL, _V.BENEVOLENCE_CARING, _V.BENEVOLENCE_DEPENDABILITY, _V.HUMILITY),
        kinds=frozenset({"estranged"}),
        trades=frozenset({"stage", "press", "shop", "sea", "faith", "idle"}),
    ),
    Core(
        name="betrayer",
        scenes=(
            Scene(
                12,
                19,
                'They asked who had <printed the leaflet|been in the laboratory at night>, and {they}, {at}, said {friend}\'s name. It was not even fear; the headmaster had <a cold and a kind face|offered {drink}>, and a name seemed <the polite thing|to be what one gave in return>. {friend} was sent to another school, <where {he} did well|a long bus ride off>. {He} wrote once, at the new year, to ask for {his} <atlas|bicycle pump> back, and signed it "your friend".',
            ),
            Scene(
                19,
                33,
                "There was one post and two of them. <The director|The head of the place> asked, off the record, about {friend}'s health, and {they}, {at}, said, \"{He}'s much better <now|than she was>.\" That was all. It was kind, it was even true. {They} [has] the post. {friend} sent a cactus, and it <blooms|has been repotted twice>.",
            ),
            Scene(
                16,
                28,
                "{They} had promised to wait at the <border bridge|bus station> until midnight. At half past ten it was <cold|raining>, a car stopped that was going the right way, and {they}, {at} years old, got in. {friend} arrived at eleven, on foot, <with both their bags|with the tickets>. {He} has told the story since, at {his} own wedding among other places, as one in which {they} had <surely been arrested|been robbed>. {They} [has] never asked where {he} spent the night.",
            ),
        ),
        desires=(
            "To be tempted again, by more, and hold. <Some people pray for that; {they} [applies] for positions of trust.|{They} [has] arranged a life of keys, safes and confidences, and nothing has come.>",
            "{They} [wants] to be hated by the right person. Instead there is <that steady, unbearable courtesy|a kind word, passed on by others>.",
            "{They} [wants] to be asked for something that costs {them} everything and <to have given it before thinking|to hear {themself} say yes>. <Thinking was how it happened.|There had been time to think, last time.>",
        ),
        fears=(
            "How easy it was. {They} can remember the hour, the light, the weather; what {they} cannot find anywhere in it is <the struggle|a moment when it was decided>.",
            "Being trusted by somebody who has heard nothing bad of {them}. {They} [drops] hints. {They} [is] taken for modest.",
            "Small rewards. <A better desk, a friendly word from above.|Promotions come, and {they} [reads] them twice.> Each one looks to {them} like a second instalment.",
        ),
        arcs=(
            "From being reliable to being known. The test: <a friend, a lamp, an hour|someone about to lend {them} everything>, and {they} would have to say what {they} once did at half the price. If the loan is made all the same, {they} [has] nothing left to hide behind.",
            "{They} [keeps] rules now where others have scruples. The bend comes when a rule would <give somebody up|cost a name>, and it is {their} turn to be unreliable, <late, wet, and on foot|towards the people in charge>.",
            "From penance to payment. The test is to give up <the post|the thing that was bought>, late, when it no longer <helps anybody|hurts to have it>, and give the reason. People will call it theatrical. {They} [loses] the quiet, <steady regret|private, well-kept shame> {they} [has] lived in like a flat.",
            "The other one will need a favour, <a signature, a reference|and will not know whom to ask>. It must be done <without a word|and not signed for>. Only then will {they} know whether {they} wanted to be good or <to be seen coming back|to be let off>.",
        ),
        echoes=(
            "Don't tell me where you'll be. I'd rather not know.",
            "01:You'd be surprised what a person says to be polite.",
            "2:I'd have waited. Put down that I'd have waited.",
            "I'm early. I'm always early now.",
            "Ask somebody else for a reference.",
        ),
        note="Gave somebody away once, politely: the voice warns people off trusting it.",
        bounds=(
            Bound(_C, 0.55, 0.98, "keeps rules in place of scruples"),
            Bound(_A, 0.3, 0.72, "holds people where they cannot lean"),
        ),
        demands=((Voice.NEVER_EXCLAIMS, "distrusts warmth, own most of all"),),
        archetypes=(_T.REALIST, _T.RULER),
        attachment=(_DISMISSIVE, _FEARFUL),
        values=(_V.FACE, _V.CONFORMITY_RULES, _V.POWER_RESOURCES, _V.UNIVERSALISM_CONCERN),
        trades=frozenset({"politics", "money", "law", "uniform", "press", "science", "crime", "software"}),
    ),
    Core(
        name="emptied_place",
        scenes=(
            Scene(
                7,
                16,
                "The valley was to be a reservoir. {At} {at} {they} walked round the house with a pencil and wrote <on the undersides of things: here, here|{their} name inside every cupboard>, as though it mattered to the water. In dry summers the <chapel roof|school chimney> comes up, and people drive out with <sandwiches|binoculars>. {They} went once. {girl}'s mother was selling <{drink} from a flask|parking>, where the threshing floor had been.",
            ),
            Scene(
                9,
                18,
                "When the works closed they let the hooter go one last time and left it on <until the steam was out|for four minutes>. {At} {at} {they} stood with the others at the fence. By {feast} every third window in the street <had a newspaper in it|was dark>; {boy} left on a <Tuesday, with the budgerigar|Sunday, in the removal van's cab>. The hooter stayed in {their} ear. <It still goes at five to six.|{They} [wakes] at five to six.>",
            ),
            Scene(
                8,
                17,
                "It was the last class: four pupils, then three, and in June only {them}. {uncle}, the teacher, held the lessons as before, <called the register of one|asked who knew, and looked round the room>, and {they}, {at}, put up {their} hand. On the final day <the bell was {theirs} to keep. It is too loud for any flat.|the wall map was {theirs} to keep. There is no wall to fit it.>",
            ),
        ),
        desires=(
            "To be the one who stays until the lights are out, <and have somebody else in the building|and find there was a second person counting>.",
            "{They} [wants] a place to go on: <this counter, this street, this crew|one bench, one bus, one bad bakery>, with people in it who will be rude to {their} grandchildren.",
            "{They} [wants] to hear a door slam upstairs <and someone shout about it|and know by the slam who it was>. <Noise one does not have to make oneself.|Neighbours, and the nuisance of them.>",
        ),
        fears=(
            "The first one to leave. Not the exodus; the <single removal van, waved off, with jokes|friend who has had an offer>. {They} can hear in it everything that follows, <window by window|down to the last light>.",
            "That {they} [is] the curator of something nobody wants, and <knows it, and dusts|has mistaken stubbornness for love>.",
            "Being interviewed about it. <They come with a microphone and ask what it was like.|Young people come, with notebooks, and call it heritage.> {They} [gives] them the good stories and [feels] another window go dark.",
        ),
        arcs=(
            "From keeping a place alive single-handed to letting it change hands. The test is a newcomer with <ideas|a van full of furniture> who will love it wrongly. {They} would have to give up being the last who remembers, <and hand over the key with the trick to it|and laugh at the new sign>.",
            "{They} will go away {themself}, once, for a reason that is not an emergency, <and miss something|and it will stand when {they} [comes] back>. Learning that it can is the loss, and the whole of the gain.",
            "From memory to use. The test is to <let children play with what is left|give the keepsake to someone who will wear it out>, and not explain what it was. <It will get dented.|They will do it wrong.> What goes is the museum; <the noise is worth it|it had one visitor>.",
            '{They} will love somewhere new, <by accident, for its bad coffee|before noticing>, and catch {themself} saying "we". The old place does not mind. <It is under water, or shut, or dead.|Places do not.> It is {they} who must stop standing guard.',
        ),
        echoes=(
            "Leave a light on. No, for nobody. Just on.",
            "1:Who used to live there? And before that?",
            "0:There's a school under there. Drive slowly.",
            "2:Present. Somebody has to be.",
            "It was never pretty. It was full.",
            "Last one out does the windows.",
        ),
        note="Watched a place empty: let the voice name who used to be where.",
        bounds=(Bound(_O, 0.1, 0.6, "holds on to what there is"), Bound(_C, 0.5, 0.95, "keeps things going")),
        demands=((Voice.SPEAKS_IN_CONCRETE_DETAIL, "keeps the inventory of a vanished place"),),
        archetypes=(_T.REALIST, _T.CAREGIVER),
        attachment=(_SECURE, _ANXIOUS),
        values=(_V.TRADITION, _V.SECURITY_SOCIETAL, _V.BENEVOLENCE_DEPENDABILITY, _V.UNIVERSALISM_NATURE),
        kinds=frozenset({"migration", "ruin"}),
        trades=frozenset({"land", "shop", "building", "teaching", "politics", "sea", "kitchen", "idle"}),
    ),
    Core(
        name="frozen_hands",
        scenes=(
            Scene(
                10,
                20,
                "{uncle} choked at the long table, <on {feast}|at a christening>, between {them} and the door. {They} [was] {at} and had <done the course, with the badge|practised it on a doll>. {They} saw {their} hands lying beside the plate. It was {girl}, who was <nine and had seen it in a film|small and loud>, who got up on a chair and hit the old man between the shoulders. {uncle} lived and made jokes about it. <Nobody else had noticed {their} hands.|{They} sewed the badge off that night.>",
            ),
            Scene(
                17,
                30,
                "A man lay down on the platform, quite tidily, with his briefcase under his head. {They} [was] {at}, the nearest, and {they} read the departures board: <the 17.42 to the coast, four minutes late|every line of it, twice>. Someone came running past {them}. The man had a <wedding ring and one odd sock|receipt for flowers in his hand>; {they} can describe him for as long as anyone likes. It is {they} whom {they} cannot see in it.",
            ),
            Scene(
                8,
                15,
                'The ice made a noise like <a zip|a plate being put down>, and {boy} was in to the armpits. {At} {at} {they} lay flat, as taught, and reached, as taught, and stopped a hand\'s breadth short because {their} own sleeve had begun to darken. A <farmer with a ladder|woman with a scarf> did the rest. {boy} said only, "<You were nearly there|I could see your watch>."',
            ),
        ),
        desires=(
            "One clean second: <to move first and think about it in the corridor|for {their} hands to have got there before {them}>. {They} [trains] for it the way others save for a house.",
            "{They} [wants] to be of use at the worst moment of somebody's life. It sounds noble; <{they} [knows] it is an appeal against a verdict|it is a lesson {they} [means] to retake>.",
            "{They} [wants] to be told by the one who was there that <they had not been counting on {them}|nobody had noticed>. It would be an insult and <a great relief|{they} could sleep on it>.",
        ),
        fears=(
            "Not danger. <The pause in front of it.|The small warm reasonable voice that starts to count.> {They} [knows] that pause from inside, <how roomy it is, what one reads there|like a waiting room with magazines>.",
            "That training is only something to do with one's hands until <the day|it is needed>, and on the day they will lie there <again|like cutlery>.",
            "Praise for being calm. <That is what it looked like then, too.|There is a kind of calm that is only a stopped clock.> {They} [says] thank you, and [puts] {their} hands under the table.",
        ),
        arcs=(
            "From rehearsing catastrophes to turning up for small ones. The test will not be ice; it will be <a friend's face across a table|someone saying they are fine>, and the distance will be one question. {They} must let go of the heroic version.",
            "{They} will freeze again, before witnesses, and be <helped|forgiven in passing>. From then on {they} may teach others, <with the pause left in|beginning with that evening>, or go on being good at drills.",
            "From speed to nearness. The test is a slow thing, <an illness, somebody's second year of sorrow|with nothing to be done>, where being quick is no use. {They} [has] to <sit|stay> and be no help, day after day. It turns out the hands <know how to do that|were never needed for it>.",
            '{They} will say it at table, <in the middle of somebody\'s funny story|when the talk turns to brave people>: that {they} did not move. <There will be a pause of the old kind.|Someone will say, "Nor did I."> After that it is one of the things that happened, with a date, <and weather|like a change of address>.',
        ),
        echoes=(
            "Show me your hands. Good. What can they do?",
            "I saw all of it. I could draw it for you.",
            "Move first. You can be frightened in the corridor.",
            "2:Nearly there is a place. I've been.",
            "After. I'm very good after.",
        ),
        note="Froze when it counted: the voice keeps asking what hands can do.",
        bounds=(Bound(_N, 0.48, 0.92, "knows the pause from inside"), Bound(_C, 0.58, 1.0, "trains against it")),
        demands=((Voice.TERSE, "distrusts words at the moment of doing"),),
        archetypes=(_T.WARRIOR, _T.SEEKER),
        attachment=(_FEARFUL, _DISMISSIVE),
        values=(_V.SECURITY_SOCIETAL, _V.ACHIEVEMENT, _V.BENEVOLENCE_DEPENDABILITY, _V.CONFORMITY_RULES),
        trades=frozenset({"care", "uniform", "sport", "sea", "tale", "science"}),
    ),
    Core(
        name="working_lie",
        scenes=(
            Scene(
                9,
                16,
                "{At} {at} {they} told the new class that {their} father was <in Canada, building a bridge|abroad, building a bridge across a river with a long name>. The father was <in the next street, with {aunt}'s sister|in bed most days>. It was only to get through the week. The week believed it. <There were postcards, which {they} wrote with {their} left hand.|By spring there was a model of the bridge.> When the man died the school sent a wreath <in the shape of an arch|with a ribbon: to the engineer>, and {their} mother, who asked no questions, stood it with the others.",
            ),
            Scene(
                17,
                27,
                "The form said: degree. {They}, {at}, two examinations short, wrote <the year they would have been|a date>. Nobody ever looked. {They} [has] since signed <reports that hold up roofs|letters for other people's studies>, sat on the committee, given the speech about <rigour|standards>. There is a certificate on the wall of every office but one. <Visitors take the bare nail for modesty.|In that one hangs a calendar.>",
            ),
            Scene(
                18,
                30,
                "To get the room {they} said there was someone {they} would marry, {friend}, <at sea|abroad till the spring>. {aunt}, the landlady, took to the idea, asked for news at breakfast, knitted <a scarf|for two>, worried in bad weather. {They} [was] {at}. After two years it seemed kindest to let {friend} drown. {aunt} <had a mass said|stopped the clock in the hall>, and that was the first time in {their} life that anyone had held {them} all night.",
            ),
        ),
        desires=(
            "To be loved in an unedited form by one person, and to have been <warned in writing|told beforehand>. Until then {they} [supplies] what is wanted, and [supplies] it well.",
            "{They} [wants] the lie to have been true, simply. <{They} would have been good at that life.|Some mornings {they} can remember it.>",
            "{They} [wants] to be caught in a truth. <Something so unlikely that nobody believes it, and it is so.|To be doubted, for once, unjustly.> {They} would like to see {their} own face.",
        ),
        fears=(
            "A man with a <file|long memory>, from the old town, glad to see {them}. {They} [rehearses] him: <what he orders, how he begins|he is always cheerful>.",
            "Not being found out; <that is at least an end|{they} could sleep, then>. It is being found out and told it makes no difference, since no one had been relying on {them} in particular.",
            "Coincidence: a cousin at the next table, <a shared dentist|somebody who was also in that school>. {They} [lives] in a town with <two exits|no one from before>, and [asks] people early where they are from.",
        ),
        arcs=(
            "From improving on the facts to leaving one alone. The test is a moment when the truth is <duller|worth less> and no one could ever check. It would cost {them} the gift that has fed {them}; {they} may find there is a <trade|voice> under the gift.",
            "{They} will be lied to by somebody who does it exactly as {they} [does], with the same <loving detail|care for the furniture>. What {they} [says] to that person is what {they} will have to live on.",
            "From furnishing to moving out. The test is to tell the person who loves the story best, <on a walk, so as not to see the face|before they repeat it to anyone else>. {They} may be asked to keep it. <That would be worse.|People are fond of their bridges.> What it costs is the better of {their} two childhoods.",
            "{They} will need to be believed about something plain, <a pain, a noise in the night|at once>, and hear {themself} add a detail. Everything depends on taking it back <in the same breath|while there is time>. It is the smallest possible honesty, and {they} [has] never done it.",
        ),
        echoes=(
            "That's the short version. The long one's true.",
            "Who told you that? Was it me?",
            "It was nearly like that. Nearer than you'd think.",
            "Don't look it up. Let me just tell you.",
        ),
        note="Told a lie that worked: the voice adds one detail too many.",
        bounds=(Bound(_O, 0.55, 1.0, "furnishes what is not there"), Bound(_E, 0.45, 0.9, "lives off being believed")),
        demands=((Voice.EXPANSIVE, "buries the doubtful word among many"),),
        archetypes=(_T.MAGICIAN, _T.CREATOR),
        attachment=(_FEARFUL, _ANXIOUS),
        values=(_V.FACE, _V.STIMULATION, _V.ACHIEVEMENT, _V.SELF_DIRECTION_ACTION),
        trades=frozenset({"stage", "crime", "politics", "money", "software", "tale", "press", "shop", "science"}),
    ),
    Core(
        name="left_first",
        scenes=(
            Scene(
                16,
                26,
                '{They} had said "two years" on the platform. {their_cap} grandmother had put <an onion, salt, and the spare key|three boiled eggs and the spare key> into the bag, so that {they} could let {themself} in. {They} [was] {at}. It was eleven years, and the lock had been changed, <for a good one, with the money {they} sent|because of burglaries>. {They} stood there with the key in {their} hand until {girl}, whom {they} did not know, came up the stairs and asked <politely, using the form for strangers|whom {they} had wanted>.',
                since=11,
            ),
            Scene(
                15,
                24,
                "There were two places in the car and three of them who had planned it. They drew matches at {friend}'s kitchen table; {he} held <the box|them in {his} fist>. {They}, {at}, saw {him} <bend one with {his} thumb|snap one short against {his} thumb>, and thought {friend} was cheating to win. {He} lost. {He} came out to the road to wave, <in slippers|with the coffee pot still in one hand>. It took {them} <till the second border|a hundred kilometres> to understand what the thumb had done.",
            ),
            Scene(
                17,
                29,
                "The telephone in the hall cost a day's wage a minute, so they had agreed on rings: one for well, two for <write|money>, three for come. {At} {at}, in the new city, {they} heard it ring three times, at night, on <a Wednesday|the eve of {feast}>, and <it might have been four, or a wrong number|it stopped before {they} had the chain off>. {They} went on Saturday. <Friday would have done.|The tea on the stove was still Friday's.>",
            ),
        ),
        desires=(
            "To be asked back. {They} would not go; {they} [has] a life. But someone ought to ask, <crossly, with a list of what has broken|as if it were obvious>.",
            "{They} [wants] one place where neither half of {them} has to explain the other, and both can eat the same language: <where the joke need not be carried across|a table with the two sorts of bread>.",
            "{They} [wants] to come home to a quarrel in progress, <about parking, or soup|in the old tongue>, and be told to take sides <before {their} coat is off|without anyone asking how the journey was>.",
        ),
        fears=(
            "The telephone at night; <in daylight, the pause before somebody says the family is fine|every unknown number from home>. {They} [has] money put aside under the name of a ticket.",
            "That the ones who stayed are owed, and are <too proud to send the bill|counting>; and that {they} would pay it and still be a guest there.",
            "Photographs from there, <with everyone's hair gone grey at once|sent in threes>. {They} [counts] who is in them. Someone is always holding the camera, {they} [tells] {themself}.",
        ),
        arcs=(
            "From sending things to bringing {themself}. The test is a visit with nothing in the bag. {They} will be <in the way, out of date, corrected on prices|a stranger with a familiar nose>; to bear that is to arrive. What {they} [gives] up is the house as it was, which nobody else has been keeping.",
            "{They} must let somebody here see {them} homesick, and not as <a funny story|a recipe>. It costs the reputation of having settled in so well.",
            "From the one who left to one who lives here. The test is to <bury somebody in this ground|quarrel with a neighbour as an equal, and lose>, and to be told, by a clerk, a child, anyone, that it is {their} street too. What goes is the return ticket, <renewed every year|which {they} [has] never priced>.",
            "Someone from there will come to stay, <for two weeks, with a list|young, and unimpressed>. {They} must show them the real place: <the two rooms, the night shift|what it cost>. It ends the letters home as a work of fiction, <and the best of {their} prose|and with them a success that was admired in four villages>.",
        ),
        echoes=(
            "2:How many times did it ring?",
            "1:{friend} held the matches. Did I tell you who held the matches?",
            "I send money. It's what there is to send.",
            "0:There's a key for that. It doesn't fit any more.",
            'They\'re all well, they say. Who says "all"?',
        ),
        note="Left and was not fetched back: the voice asks for news between other questions.",
        bounds=(Bound(_O, 0.52, 1.0, "was the one who went"), Bound(_N, 0.42, 0.88, "listens for the telephone")),
        demands=((Voice.ASKS_BEFORE_ASSERTING, "asks how everybody is before saying anything"),),
        archetypes=(_T.SEEKER, _T.LOVER),
        attachment=(_ANXIOUS, _DISMISSIVE),
        values=(_V.SELF_DIRECTION_ACTION, _V.TRADITION, _V.BENEVOLENCE_DEPENDABILITY, _V.STIMULATION),
        kinds=frozenset({"migration", "estranged"}),
        trades=frozenset({"sea", "software", "press", "kitchen", "science", "politics", "school", "sport"}),
    ),
    Core(
        name="replaced",
        scenes=(
            Scene(
                6,
                12,
                'The new baby came on a Thursday, and on Friday {they} [was] moved to <the sofa in the passage|the room with the boiler>. {Their} bed had been cut down, <sawn, by {their} father, whistling|the legs shortened>, into the right size. {They} [was] {at} and held the <sandpaper|end of the board>. "You\'re a help," said {their} father. {They} kept one of the sawn-off legs. <It stands on the desk, with pens in it.|It props a window.>',
            ),
            Scene(
                19,
                40,
                "They asked {them} to train {girl} <before the summer|in the ropes>. {They} [was] {at} and good at explaining; {they} wrote it all down, eleven pages, with <the names of the difficult customers|the trick about the third drawer>. {girl} was quick and grateful. On the Friday there were <flowers|envelopes>, and it came out whose farewell it was. The pages are still in use. <Somebody has laminated them.|Her handwriting is in the margins now.>",
                since=2,
            ),
            Scene(
                10,
                17,
                "Every summer {they} spent at {aunt}'s had begun with the same notch on the door frame. {At} {at} {they} arrived to find the frame <painted|planed smooth> and a child called {friend} at the table, <a neighbour's, from a bad home|taken in at Easter>, on the chair with the cushion. {He} was polite. {He} <showed {them} where the glasses were|asked how long {they} [was] staying>.",
            ),
        ),
        desires=(
            "To be missed in the particular: <nobody else knows where to hit the boiler|for the work to limp a little, visibly, on {their} day off>.",
            "{They} [wants] to leave a mark that cannot be <painted over|laminated>, and [goes] about it by being <better than anyone needs|impossible to explain to a successor>.",
            "{They} [wants] somebody to come back and say that the new one <is very good, and it is not the same|keeps calling things by the wrong names>. <Once would do.|On a postcard, if they like.>",
        ),
        fears=(
            "The young one with the notebook. {They} [is] generous to them, <famously|to a fault>, and [lies] awake working out what to leave out.",
            "Being thanked. <In {their} experience thanks come with a date on them.|There is a tone of thanks that has a box of belongings behind it.>",
            'Instructions, other people\'s. <When {they} [is] asked to write something down {they} [hears] the chair being measured.|A request for "just the main points" can cost {them} a night.>',
        ),
        arcs=(
            "From being irreplaceable to having successors. The test is someone gifted and unguarded, asking <in all innocence|how it is really done>. To tell everything, the trick included, is to be free of it; <and it will be done better, and {they} will be there to see|there is no version in which it does not sting>.",
            '{They} [has] taken someone\'s chair, too. {They} will meet whoever sat in it. If {they} can say "I did not know whose it was" and not "I was only a child", the old thing <has an end|can be thrown away>.',
            "From guarding a place to leaving one. The test is to go <in good time, on {their} own legs|before the flowers>, with something half done on the table. <Someone will finish it differently.|It will be finished, and signed.> {They} [has] to be curious about how.",
            "{They} will come into a room as the new one, <eager|on a Monday>, and find somebody's mug on the <desk|sill>. There is a way of asking whose it was. <It takes no more than a morning.|Nobody did it for {them}.> If {they} [asks], and [listens] to the end, the old notch is only wood.",
        ),
        echoes=(
            "Whose chair is this, before I'm comfortable?",
            "1:I wrote it all down. You won't need me.",
            "1:No flowers, please. I know about flowers.",
            "0:It used to be longer. The bed, I mean.",
            "How long are you staying? No, I'm glad. How long?",
            "I'll show you everything except the knack.",
        ),
        note="Trained or made room for a replacement: the voice asks whose place it is taking.",
        bounds=(
            Bound(_C, 0.58, 0.98, "makes themself hard to replace"),
            Bound(_A, 0.2, 0.68, "shares everything but the knack"),
        ),
        demands=((Voice.DEFLECTS_WITH_HUMOUR, "jokes about leaving before anyone else can raise it"),),
        archetypes=(_T.RULER, _T.CREATOR),
        attachment=(_ANXIOUS, _DISMISSIVE),
        values=(_V.ACHIEVEMENT, _V.SECURITY_PERSONAL, _V.POWER_DOMINANCE, _V.FACE),
        kinds=frozenset({"divorced", "ruin"}),
        trades=frozenset(
            {"software", "building", "sport", "stage", "money", "shop", "kitchen", "science", "teaching", "idle"}
        ),
    ),
    Core(
        name="animal",
        scenes=(
            Scene(
                8,
                15,
                '{They} had raised the <ram|calf> on a bottle and named it, against advice. {At} {at} {they} [was] the only one it would follow, so it was {they} who walked it <down to the lorry|across the yard>, talking all the way. It went up the ramp because {they} did. <{their_cap} father said: "You\'ve a way with them."|"Easy as anything," said the driver, and gave {them} a coin.> {They} [has] since been told {they} [has] a calming manner.',
            ),
            Scene(
                9,
                16,
                "The horse had a leg, and the vet was <two valleys away|drunk>. {uncle} gave {them} the <halter|lantern> and said to stand where it could see {them}. {At} {at} {they} looked it in the eye, as told, and thought hard about <grass|nothing>, so that it should see nothing. It saw {them} until it didn't. For a while the eye <still had the lantern in it|went on being interested>.",
            ),
            Scene(
                7,
                13,
                "The hens had to go into the <sack|crate>, all but one; {they} could pick. {At} {at} {they} spent a whole <Sunday|afternoon> at the wire, making notes. {They} chose the lame white one, because of its chances elsewhere. In the night the marten came, <and had only one to choose from|as it would not have dared with nine>.",
            ),
        ),
        desires=(
            "0:To lead something up a ramp and have there be <meadow|nothing but another field> at the top.",
            "To be followed by something and deserve it. <{They} [has] settled for being obeyed.|A dog would do; {they} [has] never dared.>",
            "{They} [wants] to keep what trusts {them} alive, <all of it, the lame ones first|one creature, one person, to its natural end>; it gives {their} days their shape and {their} bank balance its.",
            "To be disobeyed by something <small and alive|that knows its own mind>. {They} [wants] to call a thing and have it <look, and consider|stay where it is, in the long grass>, free not to come.",
        ),
        fears=(
            "{Their} own quiet voice. It works; <beasts, babies and the bereaved all come to it|doors open>. {They} [listens] to it at work and [thinks] of where it has led.",
            "Choosing. Given a list, {they} [takes] the <weakest|last>; given two, {they} [goes] without. Behind each choice there is somebody it will not protect.",
            "Trust that arrives quickly. <A child's hand, put into {theirs} at a crossing.|Dogs, on the whole.> {They} [feels] it close, warm, and [looks] for who is driving.",
        ),
        arcs=(
            "From gentleness as a method to gentleness at a cost. The test is someone trusting, to whom {they} must say, in the same voice, <where this leads|no, not with me>. {They} may lose the name for being good with people.",
            "{They} must one day be handled {themself}: ill, or old, or grieving, and led by somebody calm. To follow <without looking where|and not ask> would be the end of a long argument with a child in a yard.",
            "From sparing to staying. The test is an ending {they} cannot prevent, <a slow one, in a warm room|and need not cause>. {They} [has] to be there without the voice, <only company|with nothing to lead to>. What {they} [loses] is the idea that going first was the kindest part.",
            "{They} will keep something alive that <everyone says it would be kinder not to|is lame, and costs money>, and it will be a nuisance for years. <It bites.|It does not even like {them}.> That it need not love {them} is what {they} [has] to learn, and it is a holiday.",
        ),
        echoes=(
            "Easy. Easy now. Nobody's lying to you yet.",
            "Give it a name and you'll carry it.",
            "I'll walk in front. Then it's not so far.",
            "Don't follow me just because I'm calm.",
        ),
        note="Led something trusting to its end: the voice soothes and mistrusts its own soothing.",
        bounds=(
            Bound(_A, 0.55, 0.95, "cannot pass anything lame"),
            Bound(_E, 0.05, 0.58, "is at ease with what does not talk"),
        ),
        demands=((Voice.NEVER_EXCLAIMS, "speaks as one speaks in a stable"),),
        archetypes=(_T.CAREGIVER, _T.SAGE),
        attachment=(_DISMISSIVE, _SECURE),
        values=(_V.UNIVERSALISM_NATURE, _V.BENEVOLENCE_CARING, _V.HUMILITY, _V.UNIVERSALISM_CONCERN),
        trades=frozenset({"land", "care", "kitchen", "faith", "sea", "tale", "idle"}),
    ),
    Core(
        name="showing_off",
        scenes=(
            Scene(
                7,
                13,
                '{They} could multiply <any two numbers anyone called out|four figures by four>, and {their} uncles stood {them} on a table for it, with {drink} and <coins|bets>. {At} {at} {they} got one wrong on purpose, to see. <The laughing stopped as if a door had been shut.|"Well, well," said {uncle}, quite softly.> {They} [was] lifted down. Nobody was unkind. {They} [was] simply, from then on, <a child|somebody\'s niece or nephew>, and it was very quiet down there among the shoes.',
            ),
            Scene(
                9,
                15,
                "{They} corrected the teacher's sum. Then the priest's date. {At} {at} {they} did it a third time, at {girl}'s, to {girl}'s father, who <set down his fork|had lost his post that week>. \"Tell me,\" said the man, \"is there anything you'd like to leave for the rest of us?\" {girl} <went on looking at her plate|was not at home the next time>. {They} [has] known the answers to most things since, and [has] <given about a third of them|counted to ten>.",
            ),
            Scene(
                11,
                17,
                'The solo was {theirs}, and on the night {they} <held the top note four bars longer than written|put in a turn nobody had taught {them}>. The hall got to its feet. Behind {them} the choir, <forty friends|everyone {they} knew>, went on without a breath, very exactly. In the dressing room {boy} said, "We were all up there, you know." {They} [was] {at}. It had been, until then, the best four bars of {their} life.',
            ),
        ),
        desires=(
            "To be at full strength in company, <just once, with the mute off|for an evening>, and be passed the salt afterwards.",
            "{They} [wants] to find the room in which {they} [is] <about average|the slow one>; {they} [has] moved cities for it.",
            "{They} [wants] an opponent. <Someone who answers back in full sentences.|Not an audience; somebody who would enjoy winning.> It is a lonely thing to have been careful for so long.",
        ),
        fears=(
            'The moment a table turns from {them}: <the soft "well, well"|one lifted eyebrow and a changed subject>. So {they} [rounds] down, <forgets names on purpose, loses at cards|asks to have things explained>.',
            "That there was never very much, and the hiding has been the <talent|whole performance>.",
            'Games in company. <Quizzes, charades, whatever has a buzzer.|"You\'ll know this one," they say, and turn.> {They} [is] slow on purpose, and it shows, <and that is worse|like a limp one puts on>.',
        ),
        arcs=(
            "From rationing to spending. The test: somebody is <wrong, confidently, and it matters|about to sign>, and is loved by everyone present. {They} will have to be right out loud. {They} may eat alone for a while; <it will not be the first time, but the first time on purpose|it is quieter up there than {they} remembered>.",
            "{They} will meet a child who <corrects {them}|is quicker than the room>. Everything turns on {their} face in that second. {They} would have to give up being merciful to the mediocre, which has been {their} alibi.",
            'From modesty to measure. The test is praise, <in front of people {they} [envies]|from someone who could have done it themself>, and a plain thank you. <No "it was nothing".|Nothing after it.> {They} [gives] up the comfort of having been wronged by rooms.',
            "{They} will be beaten, <fairly, by someone young|at the very thing>, and love it. <It is a feeling like taking off a tight shoe.|For an evening there is nobody to spare.> What dies is the secret heavyweight; what comes is <a friend|conversation>.",
        ),
        echoes=(
            "I may have read something about it. Somewhere.",
            "No, you say. I'd only know.",
            "0:Well, well. As they used to tell me.",
            "2:I can hold it longer. I just don't.",
            "Is that right? Then I've been wrong very precisely.",
        ),
        note="Was punished for shining: the voice pretends to know less.",
        bounds=(Bound(_O, 0.6, 1.0, "knows more than is said"), Bound(_E, 0.05, 0.55, "rounds down in company")),
        demands=((Voice.HEDGES, "hides knowing behind maybes"),),
        archetypes=(_T.SAGE, _T.MAGICIAN),
        attachment=(_DISMISSIVE, _FEARFUL),
        values=(_V.HUMILITY, _V.SELF_DIRECTION_THOUGHT, _V.CONFORMITY_INTERPERSONAL, _V.ACHIEVEMENT),
        trades=frozenset({"science", "software", "teaching", "stage", "money", "sport", "school", "press"}),
    ),
    Core(
        name="debt",
        scenes=(
            Scene(
                8,
                14,
                "When the men came for the <sewing machine|piano>, {their} mother offered them {drink}. {At} {at} {they} carried the tray. One of them, <the younger, with a blister|{boy}'s father>, said it was good, and asked for more sugar, and then they all <sat a while, because of the rain|talked about the stairs>. It was a perfectly pleasant hour. <There are four dents in that floor.|She apologised for the state of the landing.>",
            ),
            Scene(
                10,
                16,
                '{They} [was] sent to the shop with a <note instead of money|book where it was written down>. The queue went quiet in the usual way. {At} {at}, {they} had a method: {they} <read the labels on the tins as if choosing|let people go ahead>. One evening {uncle} said, over everyone\'s heads, "Tell your father the page is full." {They} <bought a single match|thanked him>. It was a thing to be able to say thank you like that; {they} [has] made a career of it.',
            ),
            Scene(
                9,
                15,
                "{Their} grandfather's funeral was paid for by <the choir|a man {they} had to call uncle>. Ever after, wherever they met him, {their} whole family <stood up|crossed the road to greet him>, {them} too, {at} years old and in the middle of <a game|an ice>. The man never mentioned it, only laid a hand on {their} head, <not heavily|absently, as on a banister>, and said how tall.",
            ),
        ),
        desires=(
            "To owe nothing: <not a lift, not a birthday, not the first round|no one, not so much as a returned call>. And then, from that clean height, to be given something enormous, for no reason.",
            "{They} [wants] enough. {They} [has] written down how much that is, <and revised it four times|on a card>; it has never once been money that was missing.",
            "{They} [wants] to be treated, <to a whole dinner, with pudding|and to let the other carry the bags>, and forget by morning who paid. <Forgetting is the part that would have to be learned.|It is the forgetting {they} [envies] in people.>",
        ),
        fears=(
            'The full page. It comes in small things: <a favour not yet returned, a coffee paid for behind {their} back|someone saying "we\'ll sort it out">. {They} [is] at the counter before the cups are cold.',
            "2:A hand on the head. Whoever is kind to {them} for long enough will <one day be somebody for whom {they} must get up from the table|get to call {them} tall>.",
            "Windfalls. <Found money, an inheritance, the right lottery number.|Anything that comes without a name on it.> Somebody, {they} [feels], has been <short|kept waiting> by exactly that amount.",
        ),
        arcs=(
            "From settling at once to letting a debt stand. The test is a gift too large to return, from <someone poorer|someone with no talent for keeping accounts>. {They} must sit in it as in a chair. {They} would lose the only freedom {they} ever trusted.",
            "{They} will be the creditor one day, and somebody else's <page will be full|child will be sent to ask for time>. To wave it away would be easy and kind and a little cruel; {they} [has] to find the other way.",
            "From quits to even. The test is a friendship with no ledger, <where each believes the other gives more|in which both are bad at sums>. For some months {they} will go on counting in secret. To lose count, <one Sunday|over a borrowed ladder>, would be the greatest luxury {they} [has] known.",
            "{They} will be asked for the one thing {they} cannot spare, <time, or a bed|and not money>, by a person who can never pay it back. {They} [gives] it and [hears] {themself} say how tall. <It is then that {they} [understands] the man.|It takes {them} a night to forgive the one who said it first.>",
        ),
        echoes=(
            "What do I owe you? No, say a figure.",
            "I've paid, it's paid, I paid on the way in.",
            "That's too much. I'd have to know you for years.",
            "1:Is there a page for me? Then close it.",
            "0:More sugar? There's more. Please, there's more.",
        ),
        note="Grew up owing: the voice settles up before it says goodbye.",
        bounds=(Bound(_C, 0.6, 1.0, "settles at once"), Bound(_A, 0.28, 0.74, "takes no favours")),
        demands=((Voice.FORMAL, "good manners were the only currency in the house"),),
        archetypes=(_T.REALIST, _T.RULER),
        attachment=(_DISMISSIVE, _ANXIOUS),
        values=(_V.POWER_RESOURCES, _V.SECURITY_PERSONAL, _V.FACE, _V.CONFORMITY_INTERPERSONAL),
        kinds=frozenset({"ruin"}),
        trades=frozenset({"money", "shop", "law", "software", "kitchen", "politics", "land", "crime"}),
    ),
    Core(
        name="ward",
        scenes=(
            Scene(
                6,
                13,
                "Seven months {they} lay in a ward of <six|eight>, with a view of <a boiler house|one poplar>. Visits were Sundays, two to four. {At} {at} {they} learned that parents talk most in the first ten minutes and look at the clock in the last ten, and {they} began <to sleep in between, to help|saying {they} [was] tired>. The bed beside {them} was {boy}'s, then {girl}'s, then <nobody's for a night|someone's who cried>. The sheets were always very clean.",
            ),
            Scene(
                7,
                14,
                "It was catching, so they looked at {them} through glass. {At} {at} {they} [was] good at it: held up drawings, <mimed the porridge|breathed on the pane and wrote backwards so that it could be read>. One day the whole family stood out there and were laughing at something, <among themselves, something from the journey|and had not yet noticed that {they} [was] awake>. They looked well. They looked like a complete set.",
            ),
            Scene(
                10,
                17,
                'For a year {they} wore the brace, from hip to chin, and people <talked over it, as over a fence|knocked on it for luck>. {At} {at} {they} could stand a book on it. The doctor who took it off said, "There, now you can run," and the whole room waited. {They} walked to the window. <It was a perfectly good window.|"Ungrateful," somebody said, and it stuck.>',
            ),
        ),
        desires=(
            "To be visited outside visiting hours. <By someone who is on the way nowhere.|By somebody who sits down before taking off the coat and then takes off the coat.>",
            "{They} [wants] all of it that others had meanwhile: <the card games, the grazed elbows, the whole of one spring|the wasted afternoons>. {They} [goes] about it too thoroughly, with lists.",
            "{They} [wants] a quarrel, <a proper one, with doors|in a kitchen>, of the kind people have who expect to see each other tomorrow. With {them} everyone has always been <so nice|on good behaviour>.",
        ),
        fears=(
            "Good health in a group. Seen through a window, <any window, a restaurant's will do|laughing>, people are a complete set, and {they} [walks] on.",
            "Being looked after well. {They} [knows] its sounds: <the trolley, the cheerful door|soft soles>; one could live in it, and {they} nearly did.",
            "The end of visiting time. <At parties it comes for {them} about ten.|It can be a concert, a lunch, a marriage.> {They} [says] {they} [is] tired before anyone can look at a clock.",
        ),
        arcs=(
            "From being no trouble to being some. The test is an illness or a mood that {they} could easily hide; to be tiresome in front of a friend, past <four o'clock|the polite hour>, and be stayed with. The loss is a reputation for pluck.",
            "01:{They} must knock on the glass. Some evening, outside some lit room where {they} [is] expected, {they} will feel the old politeness, <and go in wet and unannounced|and make a face at them>. What ends is the beautiful view.",
            "From watching well to joining badly. The test is something physical and silly, <a dance, a three-legged race|ice, or a bicycle>, at {their} age, among people who <can|have had years of practice>. {They} must fall over and be laughed at from close by. What {they} [gives] up is <the view|being admirable>.",
            "Someone {they} [loves] will be ill, and {they} will be the visitor. {They} [knows] exactly how it is done, and that is no help. <To stay past the bell, say the wrong thing, cry on the good blanket.|To come on a Wednesday, empty-handed.> It is how {they} [learns] what the others were up against, outside the glass.",
        ),
        echoes=(
            "0:You needn't stay. It's nearly four.",
            "2:I could run. I'd rather look.",
            "I'm no trouble. Ask anyone with a clipboard.",
            "1:You all look well. From here you look very well.",
            "Open that. No, the window. I like to hear people.",
        ),
        note="Months in a sickbed: the voice lets visitors off early.",
        bounds=(Bound(_O, 0.5, 1.0, "lived by looking out"), Bound(_E, 0.1, 0.6, "knows people from behind glass")),
        demands=((Voice.SELF_DEPRECATING, "no trouble to anyone, and says so"),),
        archetypes=(_T.SAGE, _T.IDEALIST),
        attachment=(_DISMISSIVE, _ANXIOUS),
        values=(_V.SELF_DIRECTION_THOUGHT, _V.STIMULATION, _V.HEDONISM, _V.BENEVOLENCE_CARING),
        kinds=frozenset({"body"}),
        trades=frozenset({"care", "stage", "science", "press", "school", "teaching", "software"}),
    ),
)
