"""Trades that share a wide heading with others and little else: the road is no sea, a writer's desk no stage."""

from __future__ import annotations

from fourfold_offline.lexicon.trade import Trade

FINER: dict[str, Trade] = {
    "road": Trade(
        turns=(
            "{They} [knows] the <stops|lights> of the route in {their} sleep, and <gets off at none of them|brakes for them there>.",
            "People tell {them} things in the mirror that they would not say to a face; {they} [has] <a whole district|forty years of other people's evenings> in there.",
            "There is one passenger {they} still [waits] <half a minute|a light> for, at a corner where nobody has got on for years.",
        ),
        words=("last run", "off the meter", "standing room", "the depot", "dead mileage", "doors closing", "a fare", "on the wrong side of the river", "rest day", "the mirror"),
        lines=(
            "I only take you there. What's there is yours.",
            "We leave on the minute, with or without the story.",
            "You can cry, just don't lean on the door.",
            "This is as far as I go. It says so on the front.",
            "Exact change, and mind the gentleman's foot.",
        ),
        looks=(
            "One forearm browner than the other, the window side.",
            "A beaded seat cover goes home with {them} at night, rolled under the arm like a newspaper.",
            "{They} [looks] over the left shoulder before getting up from any chair.",
        ),
        jobs=("night bus driver", "tram driver", "rural postal carrier", "long-haul driver", "ticket inspector"),
    ),
    "air": Trade(
        turns=(
            "{They} [keeps] two clocks at home, one of them set to <where the others are|nowhere in particular>.",
            "At work {they} [says] everything twice and [waits] to hear it back; at home <nobody reads back|it is taken for doubt>.",
            "{They} [sleeps] well above <ten thousand metres|the weather> and badly in {their} own bed.",
        ),
        words=("say again", "on hold", "clear of cloud", "wind shear", "the stack", "read back", "crosscheck", "standing by", "a slot", "below minimums"),
        lines=(
            "Say again? I want to hear you say it.",
            "Hold where you are. Holding is also flying.",
            "That's weather. We go round weather.",
            "Noted. Continue.",
            "You're number three. Number three's a good number.",
        ),
        looks=(
            "A watch with one hand too many, read without looking.",
            "{They} [points] with two fingers and the whole flat of the hand, towards exits mostly.",
            "A small wheeled case stands packed behind the door, as others keep an umbrella there.",
        ),
        jobs=("air traffic controller", "cargo pilot", "flight attendant", "aircraft marshaller"),
    ),
    "funeral": Trade(
        turns=(
            "{They} [has] <closed|combed> four hundred strangers and [talks] to each of them, <low, about the weather|by first name>.",
            "At weddings {they} [is] asked what {they} [does], and [says] <flowers|transport>; it is true as far as it goes.",
            "{They} [walks] in front at the pace of <the oldest mourner|a person who has forgotten something>, and cannot, off duty, walk any faster.",
        ),
        words=("the family car", "viewing hours", "at rest", "bearers", "the good lining", "in lieu of flowers", "a small plot", "the arrangements", "nearest and dearest", "plain oak"),
        lines=(
            "Take all the time you like. He's in no hurry.",
            "Nobody ever asks for the cheap one twice.",
            "I've a clean handkerchief. I've always a clean handkerchief.",
            "You may touch the hand. It's only cold.",
            "Left foot first, gentlemen. Gently.",
        ),
        looks=(
            "A black coat, brushed towards the hem, with peppermints in the left pocket for children.",
            "{They} [stands] with hands folded low, right over left, in bakeries too.",
            "Shoes so quiet that people start when {they} [speaks].",
        ),
        jobs=("funeral director", "embalmer", "cemetery keeper"),
    ),
    "animals": Trade(
        turns=(
            "{They} can tell from <a gait|an ear> across a yard what is wrong, and [asks] people three times.",
            "Nothing that lives with {them} was chosen; <it was brought back, or not collected|each of them was somebody's mistake>.",
            "{They} [gives] the bad news crouching, to the <dog|animal> first.",
        ),
        words=("off its feed", "a quiet hand", "shy of the left", "the halter", "sound", "settle", "the smoker", "litter", "let it come to you", "hackles"),
        lines=(
            "Stand still and be boring. It'll come.",
            "He doesn't bite. He's considering it.",
            "What does it eat? What do you eat? I thought so.",
            "They know before you do. Look at the ears.",
            "I don't do people. You just hold the lead.",
        ),
        looks=(
            "Hair of three colours on the trousers, none of it {theirs}.",
            "A crescent of small white scars on the thumb, about a terrier wide.",
            "{They} [blinks] slowly at strangers, as one does with cats, and [waits].",
        ),
        jobs=("country vet", "farrier", "dog trainer", "beekeeper", "stable hand"),
    ),
    "sweeping": Trade(
        turns=(
            "{They} [knows] a building by <its bins|what is left on its desks>, and its people better than they would like.",
            "At <five|half past four> in the morning the whole <avenue|floor> is {theirs}, and nobody has yet done anything to it.",
            "What {they} [finds] {they} [hands] in; there is a <glove|small key> that no one came for, and {they} [has] given up handing that in.",
        ),
        words=("after hours", "wet floor", "the trolley", "skirting", "a good broom", "kerbside", "lost property", "the back lift", "streaks", "leaf week"),
        lines=(
            "Feet up. Thank you. Feet down.",
            "You'd be amazed what people throw away on a Friday.",
            "Mind, it's wet. It's always wet where you're going.",
            "I was here before you and I'll be here after. With a mop.",
            "That corner? That corner's mine. Look at it.",
        ),
        looks=(
            "A ring of keys clipped at the hip, sorted by floor, that {they} [silences] with one hand when walking.",
            "High-visibility stripes, faded on the shoulders, ironed all the same.",
            "{They} [steps] round puddles and over thresholds without looking down.",
        ),
        jobs=("street sweeper", "office cleaner", "school caretaker", "window cleaner"),
    ),
    "office": Trade(
        turns=(
            "{They} [runs] the meeting from the chair nearest the door, <so as to be first out|so as to see who wants to leave>.",
            "The corner plant was a leaving present from somebody {they} had to <let go|move on>; {they} [waters] it {themself}.",
            "{They} [drafts] the hard letters by hand, at home, and [sends] <the fourth version|what is left of them>.",
        ),
        words=("circle back", "headcount", "sign-off", "the third floor", "for information", "a quick word", "going forward", "the away day", "annual leave", "in copy"),
        lines=(
            "Shut the door. No, from the inside.",
            "I read it twice. The second time I read it as you.",
            "Put it in one page and leave out the arrow.",
            "Who decided that? Was I in the room?",
            "I'll take the blame, you take the minutes.",
        ),
        looks=(
            "A lanyard worn on Sundays by mistake, tucked in, not taken off.",
            "The jacket lives on the back of a chair and has learned its shape.",
            "{They} [clicks] a pen twice before saying no.",
        ),
        jobs=("office manager", "personnel clerk", "switchboard operator", "export clerk"),
    ),
    "campus": Trade(
        turns=(
            "{They} [sits] in the library <opposite the radiator|under the clock>, in a place {they} would defend, among people whose names {they} [has] not asked.",
            "On the shelf in the shared kitchen there is a row of tins with {their} name on them, <all facing out|bought by {their} mother>.",
            "{They} [sends] home the good marks and <keeps the others in a book|says the rest have not come yet>.",
        ),
        words=("the reading list", "resit", "office hours", "a shared kitchen", "extension", "group work", "second year", "the good printer", "stipend", "all-nighter"),
        lines=(
            "I've read it. I've read around it. I've read near it.",
            "Is this going to be in the exam or is it just true?",
            "My half of the fridge is the clean half.",
            "I'm not lost, I'm on a gap in the timetable.",
            "Can you look at this and not be nice?",
        ),
        looks=(
            "A tote bag from a conference {they} [did] not attend, with a kettle in it.",
            "Highlighter on the cheek, the green one, under the eye like a bruise.",
            "{They} [has] the pallor of a reading room and the shoes of somebody who cycles there.",
        ),
        jobs=("postgraduate student",),
    ),
    "pen": Trade(
        turns=(
            "{They} [has] used <the whole family|everyone> by now, with other hair, and only one of them has <noticed|rung>.",
            "The first sentence of the <book|thing> has been finished for years; {they} [keeps] it on a card and [works] round it.",
            "{They} [writes] standing <at the ironing board|by the window>, because sitting down it turns out true.",
        ),
        words=("the second draft", "a loose page", "cut that", "the wrong adjective", "narrator", "marginalia", "an advance", "white space", "in proof", "it scans"),
        lines=(
            "I'd put it better, but then it would be about me.",
            "Nobody dies in it. They just stop being mentioned.",
            "Can I use that? I'll change the dog.",
            "It's finished. I've stopped looking at it, that's the same.",
            "You come out of it very well. Taller.",
        ),
        looks=(
            "Index cards in the breast pocket, the top one always blank side out.",
            "{They} [moves] {their} lips when other people talk, half a word behind.",
            "A callus on the middle finger and ink in the whorl of it.",
        ),
        jobs=("ghostwriter", "crossword setter", "writer of radio plays"),
    ),
    "studio": Trade(
        turns=(
            "The best piece {they} ever made is <in a drawer|turned to the wall>, and {they} [knows] which one the way one knows a tooth.",
            "{They} can draw any hand {they} [has] shaken, and [has] not tried <one of them|{their} father's>.",
            "There is a colour {they} [mixes] and never [uses]; it is kept in <a jam jar|a lidded tin>, and topped up.",
        ),
        words=("negative space", "in raking light", "a dry brush", "the ground", "seconds", "undercoat", "by the north window", "off-register", "the armature", "leave the edge"),
        lines=(
            "Leave the mistake in, it's the only thing breathing.",
            "Don't move. You've just stopped posing.",
            "It isn't grey. Look again. It's tired green.",
            "I charge for the line I left out.",
            "Hold still, this bit is forever.",
        ),
        looks=(
            "Paint, or ink, or clay slip, in the watch strap; the watch itself is clean.",
            "{They} [looks] at faces a little too long and slightly to the left.",
            "An apron with a whole year down the front of it, newest at the pockets.",
        ),
        jobs=("illustrator", "set painter", "ceramicist", "sign painter"),
    ),
}  # fmt: skip
