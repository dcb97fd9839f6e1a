"""Fragments of appearance: what people chose and what life did, by the age and the temper they can belong to."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold.persona import SelfLayer, Trait


@dataclass(frozen=True, slots=True)
class Look:
    """One sentence of an appearance and the ages, in years, it fits."""

    text: str
    earliest: int = 18
    latest: int = 120


LOOKS: tuple[Look, ...] = (
    Look("{Their} coat has been <relined|let out> more often than some houses."),
    Look("{They} [wears] a ring on a cord round the neck and [does] not say whose size it is.", 24),
    Look("{They} [parts] {their} hair on the side that used to suit {them}.", 35),
    Look("A chipped front tooth, smoothed by the tongue over the years; {they} [smiles] round it."),
    Look("{Their} shoes are good and {their} socks are whatever was dry."),
    Look("Sunburnt to the wrist and the collar, pale as paper past it."),
    Look("A scarf, in <every season|August too>, tied the way one ties a parcel."),
    Look("{Their} eyebrows went grey first and got the argument over with.", 45),
    Look("There is a dent on either side of {their} nose, and no glasses in sight; they are <on the other table|in the fridge, usually>.", 40),
    Look("{They} [keeps] {their} sleeves buttoned in heat and rolled in frost."),
    Look("{They} [sits] with both feet flat and hands apart, as if about to be photographed for a document."),
    Look("A jumper with <elbows of another wool|a collar turned by hand>, neater than the shop's work."),
    Look("{Their} fringe was cut at home, by {themself}, in a decision.", 18, 60),
    Look("Backpack worn on both shoulders, straps tightened like a paratrooper's.", 18, 45),
    Look("One earring; the other is <in a matchbox|somewhere on the night train>, not lost, only waiting.", 18, 70),
    Look("{They} [walks] on the kerb side of everyone."),
    Look("{Their} umbrella is the long kind and is used mostly to point."),
    Look("Broad in the shoulder, careful in the hips, like a wardrobe being moved by people who like it.", 40),
    Look("{They} [has] the upright neck of somebody who was told about it daily as a child."),
    Look("Hands that are older than the face, with the nails cut <straight across|very short>.", 22),
    Look("A wristwatch that runs eight minutes fast on purpose and has stopped fooling {them}."),
    Look("The jacket is {their} <father's|mother's|brother's>, and the buttons do up on the wrong side or the right one, depending who asks.", 18, 60),
    Look("A cardboard folder with an elastic, held in front like a tray."),
    Look("There is a burn the shape of <a comma|a small leaf> on the inside of one wrist."),
    Look("{They} [has] a cyclist's calves and a clerk's back.", 18, 65),
    Look("{Their} hat goes on before bad news and comes off after.", 35),
    Look("{They} [ties] {their} laces with the double knot one teaches children."),
    Look("Freckled up to the hairline, with a white line above where a cap sits."),
    Look("In photographs {they} [is] the one looking at whoever holds the camera's bag.", 18),
    Look("A plaster on the thumb, a different thumb each week."),
    Look("The good suit is <kept for funerals and has begun to fit again|a funeral suit, and gets out too often>.", 50),
    Look("{They} [counts] {their} change by touch, looking at the door."),
    Look("Silver at the temples, tobacco at the fingers, though {they} gave it up <in the year of the flood|years back> and [holds] pencils the same way.", 45),
    Look("{They} [has] lately begun to wear a colour, <a green one|red>, and [looks] surprised in shop windows.", 30),
    Look("A bus pass from another city is still in the wallet window, in front of the present one."),
    Look("{They} [rests] {their} weight on one leg like a horse that has been told to wait."),
    Look("{They} [listens] with {their} mouth slightly open and [shuts] it before answering.",),
    Look("{They} [keeps] a stub of chalk in the coat and [marks] nothing with it."),
    Look("Ears that stick out and a haircut that has made its peace with them."),
    Look("The trousers are pressed, the shirt is not; somebody once ironed in this house and taught half of it."),
    Look("{They} [tilts] {their} head to read, as if every page hung a little crooked."),
    Look("A row of four moles on the forearm that children are allowed to count."),
    Look("Always the same green rucksack, with a newer one inside it, still in tissue."),
    Look("Something in the walk says harbour, or horse, or long corridor; people guess, and guess differently."),
    Look("{Their} cuffs are clean and {their} shoelaces are two colours, neither by accident."),
    Look("There is a map folded in the breast pocket of a place {they} could walk blind."),
    Look("A missing button has been replaced with one that is nearly the same, and {they} [knows] who noticed."),
    Look("Rings round the eyes like cups left on a table, two sizes."),
    Look("{Their} nose was broken once and set by someone in a hurry."),
    Look("{Their} left shoe wears out first; the cobbler has stopped asking.", 25),
    Look("A raincoat with a name tape in the collar that is not {theirs}.", 18),
    Look("An old key on the ring that opens nothing any more, polished by being in the way."),
    Look("Big hands kept in small pockets."),
    Look("{They} [has] a sailor's squint and the pallor of an office.", 25),
    Look("The hair is thick and has been cut as one cuts hedges, for order.", 22),
    Look("When {they} [stops], it is with the whole body, like a bicycle being leant on a wall."),
    Look("{Their} handwriting, on every label and lunch box, leans backwards."),
    Look("Two fingers of the right hand are stained; {they} [offers] the left."),
    Look("A cardigan the colour of {drink}, with a darn on the elbow in the shape of a country.", 30),
    Look("{Their} smile arrives in two parts, with an inspection in between."),
    Look("{They} [keeps] {their} passport in the same pocket as {their} bus ticket, in date, creased."),
    Look("Earplugs in a film tin, a pencil behind the tin, an elastic round both."),
    Look("Bare wrists in all weathers; the watch is in the pocket, face inward."),
    Look("A limp collar, a fresh flower: the two have not been introduced.", 30),
    Look("People describe {them} differently and all mention the shoulders."),
    Look("{Their} lower lip has a notch where {they} [holds] pins, nails, pens, in that order through the years.", 25),
    Look("Orthopaedic soles and a bright lining, for whoever sees {them} sit down.", 55),
    Look("{They} [stoops] to every letter box as though it might be low on purpose.", 40),
    Look("A neck brown as a saddle, and at the throat one white triangle from the same shirt, year on year.", 35),
    Look("White hair, cut short by {themself} with the kitchen scissors, well.", 62),
    Look("{They} [carries] {their} hearing aid in its box and [reads] mouths, by preference.", 62),
    Look("{Their} back has begun to read as a question mark, which {they} [denies].", 60),
    Look("A tattoo of a swallow that has flown a little with the skin.", 40),
    Look("Paint-dark trainers, a blazer from a charity rail, a bicycle light left blinking on the bag.", 18, 40),
    Look("{They} [has] the haircut of somebody who asked for something else.", 18, 45),
    Look("A phone with a cracked corner, carried face down.", 18, 55),
    Look("{They} [holds] a cup with both hands, elbows in, like a person on a boat.", 18),
    Look("Lipstick, or lip salve, or a pen mark: something, always, slightly off the line.", 18, 70),
    Look("A face people ask directions of, in towns where {they} [is] a stranger."),
    Look("{They} [peels] {their} {sweet} or {their} orange in one piece and [lays] the rind back in its shape."),
)  # fmt: skip

YOUNG_LOOKS: tuple[Look, ...] = (
    Look("The coat is a size up, bought to last, with the cuffs turned back twice.", 3, 17),
    Look("A scab on one knee, in every season, like a membership.", 3, 13),
    Look("{They} [has] bitten the nails of the left hand and let the right ones be, for comparison.", 6, 17),
    Look("Two teeth are new and too large for the rest of the arrangement.", 6, 10),
    Look("{They} [carries] a stone in the right pocket and [changes] it on Sundays.", 4, 12),
    Look("Hair cut at the kitchen table, with one side winning.", 3, 17),
    Look("{They} [walks] one pace behind the person {they} [is] with and [steps] where they stepped.", 4, 12),
    Look("Headphones with the cable cut off and knotted, worn as a collar.", 12, 17),
    Look("{They} [has] grown since the summer and [keeps] arriving in rooms with the wrong length of arm.", 11, 17),
    Look("Biro on the back of the hand: a number, <half washed off|gone over twice>.", 8, 17),
    Look("A school jumper inside out by choice; the seams are softer.", 6, 17),
    Look("{They} [has] an old person's handkerchief, ironed, in the breast pocket of a child's shirt.", 5, 14),
    Look("Wears one mitten and holds the other.", 1, 6),
    Look("Goes about with a wooden spoon and will not be parted from it at meals.", 1, 4),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TemperLook(Look):
    """A look that only people within a range of one trait have."""

    trait: Trait = Trait.EXTRAVERSION
    low: float = 0.0
    high: float = 1.0


TEMPER_LOOKS: tuple[TemperLook, ...] = (
    TemperLook("{Their} voice comes in a size larger than {they} [does].", 18, 120, Trait.EXTRAVERSION, 0.6, 1.0),
    TemperLook("{They} [speaks] to the third button of one's shirt and [looks] up for the verb.", 18, 120, Trait.EXTRAVERSION, 0, 0.45),
    TemperLook("{They} [stands] a little too far away to shake hands, so that people must lean.", 18, 120, Trait.EXTRAVERSION, 0, 0.5),
    TemperLook("Tall in the way that apologises: chin down, one shoulder against whatever is there.", 18, 120, Trait.EXTRAVERSION, 0, 0.5),
    TemperLook("{They} [takes] up exactly one seat on the bus, bag on knees, knees together, even when it is empty.", 18, 120, Trait.EXTRAVERSION, 0, 0.5),
    TemperLook("{They} [is] forever picking a thread, a crumb, an eyelash off other people, without asking.", 18, 120, Trait.EXTRAVERSION, 0.5, 1.0),
    TemperLook("{They} [leaves] a chair exactly as it was, to the angle.", 18, 120, Trait.CONSCIENTIOUSNESS, 0.55, 1.0),
    TemperLook("{They} [wears] {their} glasses on {their} forehead and [searches] the house with them.", 18, 120, Trait.CONSCIENTIOUSNESS, 0, 0.5),
    TemperLook("Two pairs of trousers, identical, which people take for one.", 18, 70, Trait.CONSCIENTIOUSNESS, 0.5, 1.0),
    TemperLook("{They} [dresses] for the weather of two days ago.", 18, 120, Trait.CONSCIENTIOUSNESS, 0, 0.5),
    TemperLook("{They} [touches] door frames on the way through, left hand, low down.", 18, 120, Trait.NEUROTICISM, 0.5, 1.0),
    TemperLook("The left pocket holds tissues, the right holds keys, and {they} would be lost if anyone swapped them.", 18, 120, Trait.CONSCIENTIOUSNESS, 0.45, 1.0),
    TemperLook("Something is always being carried home in {their} bag for somebody on another floor.", 18, 120, Trait.AGREEABLENESS, 0.5, 1.0),
    TemperLook("Perfectly ironed handkerchief, never used, carried for others.", 18, 120, Trait.AGREEABLENESS, 0.5, 1.0),
    TemperLook("When listening, {they} [looks] at {their} own knuckles; when lying, at yours.", 18, 120, Trait.AGREEABLENESS, 0, 0.55),
    TemperLook("{They} [sneezes] in threes and [apologises] after the second.", 18, 120, Trait.AGREEABLENESS, 0.5, 1.0),
    TemperLook("Whatever {they} [wears], there is a loose thread, and {they} [has] the end of it round a finger.", 18, 120, Trait.NEUROTICISM, 0.5, 1.0),
    TemperLook("{They} [is] small, and [has] taken to standing on the first stair to talk.", 18, 120, Trait.EXTRAVERSION, 0.5, 1.0),
    TemperLook("{They} [hums] two bars in lifts and [stops] when the doors open.", 18, 120, Trait.NEUROTICISM, 0, 0.6),
    TemperLook("{They} [enters] rooms sideways, as though carrying something wide.", 18, 120, Trait.EXTRAVERSION, 0, 0.55),
    TemperLook("{They} [has] a laugh with a handrail: it goes up before the joke and comes down after.", 18, 120, Trait.EXTRAVERSION, 0.62, 1.0),
    TemperLook("A bright <scarf|lining>, thrown back, so that people may ask.", 18, 120, Trait.EXTRAVERSION, 0.62, 1.0),
    TemperLook("{They} [stands] where the coats are, and [has] the one nearest the wall.", 18, 120, Trait.EXTRAVERSION, 0.0, 0.4),
    TemperLook("A collar like a ruled line; the <second|spare> one is in the drawer at work.", 18, 120, Trait.CONSCIENTIOUSNESS, 0.66, 1.0),
    TemperLook("One button is wrong by noon and nobody has the heart.", 18, 120, Trait.CONSCIENTIOUSNESS, 0.0, 0.4),
    TemperLook("The jaw goes first, then the ears redden; people who know {them} watch the ears.", 18, 120, Trait.AGREEABLENESS, 0.0, 0.4),
    TemperLook("{They} [has] the unhurried blink of a cat on a sill.", 18, 120, Trait.NEUROTICISM, 0.0, 0.38),
    TemperLook("The cuticles tell on {them}, the left thumb worst.", 18, 120, Trait.NEUROTICISM, 0.62, 1.0),
)  # fmt: skip


def looks_at(age: int, self_: SelfLayer | None) -> list[Look]:
    """The looks a person of this age and temper may have; without a self, those that go with any temper."""
    general = [look for look in LOOKS if look.earliest <= age <= look.latest]
    if self_ is None:
        return general
    levels = self_.big_five
    return general + [
        look
        for look in TEMPER_LOOKS
        if look.earliest <= age <= look.latest and look.low <= levels.level(look.trait) <= look.high
    ]
