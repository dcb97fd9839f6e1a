"""Fragments of appearance: what people chose and what life did, by the age they can belong to."""

from __future__ import annotations

from dataclasses import dataclass


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
    Look("{They} [enters] rooms sideways, as though carrying something wide."),
    Look("The left pocket holds tissues, the right holds keys, and {they} would be lost if anyone swapped them."),
    Look("Sunburnt to the wrist and the collar, pale as paper past it."),
    Look("{They} [stands] a little too far away to shake hands, so that people must lean."),
    Look("A scarf, in <every season|August too>, tied the way one ties a parcel."),
    Look("{Their} eyebrows went grey first and got the argument over with.", 45),
    Look("There is a dent on either side of {their} nose, and no glasses in sight; they are <on the other table|in the fridge, usually>.", 40),
    Look("{They} [keeps] {their} sleeves buttoned in heat and rolled in frost."),
    Look("Something is always being carried home in {their} bag for somebody on another floor."),
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
    Look("When listening, {they} [looks] at {their} own knuckles; when lying, at yours."),
    Look("A wristwatch that runs eight minutes fast on purpose and has stopped fooling {them}."),
    Look("{They} [is] small, and [has] taken to standing on the first stair to talk."),
    Look("Tall in the way that apologises: chin down, one shoulder against whatever is there."),
    Look("The jacket is {their} <father's|mother's|brother's>, and the buttons do up on the wrong side or the right one, depending who asks.", 18, 60),
    Look("{They} [hums] two bars in lifts and [stops] when the doors open."),
    Look("A cardboard folder with an elastic, held in front like a tray."),
    Look("There is a burn the shape of <a comma|a small leaf> on the inside of one wrist."),
    Look("{They} [has] a cyclist's calves and a clerk's back.", 18, 65),
    Look("{Their} hat goes on before bad news and comes off after.", 35),
    Look("{They} [ties] {their} laces with the double knot one teaches children."),
    Look("Freckled up to the hairline, with a white line above where a cap sits."),
    Look("In photographs {they} [is] the one looking at whoever holds the camera's bag.", 18),
    Look("{They} [leaves] a chair exactly as it was, to the angle."),
    Look("A plaster on the thumb, a different thumb each week."),
    Look("The good suit is <kept for funerals and has begun to fit again|a funeral suit, and gets out too often>.", 50),
    Look("{They} [counts] {their} change by touch, looking at the door."),
    Look("Two pairs of trousers, identical, which people take for one.", 18, 70),
    Look("Silver at the temples, tobacco at the fingers, though {they} gave it up <in the year of the flood|years back> and [holds] pencils the same way.", 45),
    Look("{They} [has] lately begun to wear a colour, <a green one|red>, and [looks] surprised in shop windows.", 30),
    Look("A bus pass from another city is still in the wallet window, in front of the present one."),
    Look("{They} [rests] {their} weight on one leg like a horse that has been told to wait."),
    Look("Whatever {they} [wears], there is a loose thread, and {they} [has] the end of it round a finger."),
    Look("{They} [listens] with {their} mouth slightly open and [shuts] it before answering.",),
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
