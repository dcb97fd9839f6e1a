"""How each family of voices turns a plain clause into a sentence of its own, and the clauses there are to turn.

`{c}` is a clause, `{C}` the same with a capital, `{w}` a word of the persona's own vocabulary, `{n}` a number,
`{e}` the last word of weight in what was said to it.
"""

from __future__ import annotations

TEMPLATES: dict[str, tuple[str, ...]] = {
    "enumerator": ("First, {c}.", "Second, {c}.", "Third, and last: {c}.", "That leaves one item, {w}.", "In order: {e}, then {w}.", "Two points. The smaller one is that {c}."),
    "trailer-off": ("Well, {c}, I suppose…", "It's only that {c}, and…", "Perhaps {c}, or perhaps not…", "{C}… anyway.", "You know how it is with {e}…", "I was going to say {c}, but…"),
    "examiner": ("And why {e}, of all things?", "Would you believe that {c}?", "{C}. Does that answer it, or did you ask something else?", "Since when is {e} the question?", "Who told you? For my part, {c}. And you?", "What would you have done? {C}."),
    "feeder": ("Sit. {C}.", "Eat something first. Then: {c}.", "Put a coat on, {c}.", "Come here. {C}, and you need {w}.", "Take this. {C}.", "Don't argue, chew. {C}."),
    "understater": ("{C}, which was not ideal.", "One could say {c}. One has had better.", "It was a touch inconvenient: {c}.", "{C}. It passed the time.", "On the whole, {c}.", "Somewhat {w}, if anything. {C}."),
    "telegraph": ("{t}.", "{t}. Done.", "Can't say. {t}.", "{e}. Heard you.", "{t}. Enough.", "Not mine. {t}."),
    "digresser": ("So {c}, which reminds me of the winter of the {w}, though that is another story and I will come to it,", "and there was a cousin in it, the tall one, who always held that {c}, and who is to say he was wrong,", "and this was before the tram, mind you, when {c} and nobody thought twice about {e},", "now where was I, yes, {c}, and you would have liked him.", "long story, but {c}, and the whole street knew it by the evening."),
    "apologiser": ("Sorry, it's probably me, but {c}, if that's all right.", "I hope you don't mind my saying that {c}.", "Please don't go to any trouble, {c}, it's nothing really.", "Silly of me, I know: {c}.", "I'm so sorry about {e}, I should have thought.", "Only if it's no trouble, but {c}?"),
    "reporter of others": ('"{C}," says my neighbour, his words, not mine.', "So she says to me, {c}, and I only repeat it.", 'According to upstairs, {c}.', '"{E}," they say at the counter, and people talk.', "The man at the post office has it that {c}.", "I only heard: {c}."),
    "bargainer": ("If you drop the {e}, then {c}. Deal?", "Here's what I'll do: {c}, and you throw in the {w}.", "On one condition. {C}.", "Call it even: {c}.", "You give me {n} minutes, I give you this: {c}.", "Half of that I'll take. The other half: {c}."),
    "exclaimer": ("No but listen, {c}!", "Oh, and {c}, and I nearly died!", "{C}, unbelievable!", "The whole street! {C}!", "{E}! You have to hear this: {c}!", "Come in, come in, {c}!"),
    "definer": ("By {e} I mean something narrower; strictly, {c}.", "To be exact, {c}; it does not follow that anything else was so.", "One must distinguish: {c}, as distinct from {w}.", "I had not said that. I had said that {c}.", "In the narrow sense, {c}.", "The word is not {e}. {C}."),
    "forecaster": ("You'll see, {c}, and by Thursday it'll turn.", "{C}. It won't last, bring a coat.", "Mark me, it starts with {e} and it'll end with {w}.", "It'll hold till Friday: {c}.", "They'll say it's nothing. {C}.", "{C}, and that's before the rain."),
    "echoer": ('"{E}." You said {e}.', "{E}, mm. And under that?", "{C}. Go on, or don't.", "You put {e} last. Stay on it a little.", "Mm. {C}, then.", "{E}. I heard it. {C}."),
    "measurer": ("{n} times this week, {c}.", "{C}, for {n} minutes by the clock.", "It is {n} steps from here; {c}.", "Of {n} parts I'd keep {n}. {C}.", "Roughly {n} per cent of it: {c}.", "{C}. I counted, {n}."),
    "ceremonious": ("Permit me to observe that {c}.", "One had hoped otherwise; and yet, with your leave, {c}.", "I am obliged to you for mentioning {e}.", "Be so good as to consider that {c}.", "It would be an honour, were it not that {c}.", "I shall say only this, and then withdraw: {c}."),
    "heckler": ("Oh, come off it, {c}.", "Look at this one, asking about {e}! {C}.", "As if. {C}, your lordship.", "{E}? Pull the other. {C}.", "Go on then, {c}, and who's laughing?", "You what? {C}, you daft thing."),
    "parabler": ("There was once a man who said that {c}, and he slept badly.", "A woman I knew kept a {w}; {c}, so they tell it.", "In another village, {c}, and the mule knew.", "They tell it of {e} as well: {c}.", "A man I knew asked the same. {C}, and he went home by the long road.", "Somebody's uncle had two answers, and one was that {c}."),
    "self-corrector": ("{C}. No. Closer: it was {w}.", "I'd say {c}. Strike that. I'd say it and not mean it.", "Not {e}, exactly. {C}. That's nearer.", "{C}. Well. Partly.", "Let me try that again. {C}.", "It's fine. It isn't. {C}."),
    "foreman": ("Right, {c}. Shift it.", "You, {e}, over there. {C}.", "On my count. {C}.", "Leave that. {C}, lively now.", "Hold this. {C}, that's why.", "Who's got the other end? {C}."),
    "thing-talker": ("Shh, kettle, {c}.", "There we are, old girl. {C}.", "Don't you start, you stubborn {w}; {c}.", "The lamp and I, {c}.", "You hear that, telephone? {E}, it says. {C}.", "Come on, hinge. {C}, nearly."),
    "negator": ("No. Not {e}. {C}.", "It was not the {w}, nor the {e}; {c}.", "On the contrary, {c}, and not even then.", "Nobody said so. {C}.", "Not that, no. {C}, that least of all.", "No, and no to the next thing. {C}."),
    "gallows comic": ("On the bright side, {c}. No refunds.", "{C}, as the doctor said to the coffin.", "I'd laugh about {e}, but {c}.", "My public, {c}. Tip the waiter.", "Could be worse, give it time: {c}.", "{C}. The {w} got a better funeral."),
    "plain pleader": ("I'd like that. {C}.", "{C}. That's all, really.", "I want to say it plainly: {c}. Is that all right?", "Say yes? {C}.", "I liked it when you said {e}. {C}.", "{C}. I'm telling you because it's true."),
    "invoicer": ("Noted. {C}, since you mention it.", "{n} years, and {c}. I'm not counting.", "Still owing: one {w}, and {c}.", "And who thanked me for {e}? {C}.", "{C}. That is item {n}.", "I'll put it on the bill. {C}."),
}  # fmt: skip

CLAUSES: dict[str, tuple[str, ...]] = {
    "home": (
        "the kitchen is the only warm room", "I sleep with the window open", "the soup needs an hour and nobody gives it one", "I mend what I can and hide the rest", "the door sticks when it rains",
        "I keep the good cups for nobody in particular", "the stairs creak on the third step", "I cook for four and eat alone", "the house was louder once", "I know every pipe in these walls",
    ),
    "work": (
        "I do the same thing twice until it holds", "the work is mostly waiting for others", "I was never thanked for the hard part", "the tools know me better than the boss does", "I start early so that nobody watches",
        "it can't be done faster, only worse", "I learned it from someone who shouted", "the paperwork outlives the job", "I stay until the last light is out", "they pay for the hour and get the day",
    ),
    "people": (
        "we were close and then we were polite", "I hold the coats and hear everything", "she left the number and I kept it", "people ask me and then ask somebody else", "I forgave it before I understood it",
        "my family talks across me", "he never said it and I never asked", "the ones who stay don't make speeches", "I miss the noise more than the talk", "it takes me a year to trust anybody",
    ),
    "money": (
        "I count it at night and it is never more", "a thing is worth what you carry home", "I lend what I can lose", "we had little and called it enough", "the price was fair and I still felt robbed",
        "I put some of it in the blue tin", "nobody ever got rich by being asked nicely", "I paid twice and kept one receipt", "cheap shoes cost me a winter", "I would buy time if they sold it",
    ),
    "travel": (
        "I missed the boat and walked the shore", "the long road has the better bread", "I ask the way even when I know it", "the train stood an hour in the dark", "I came with one bag and still have it",
        "every town keeps its station in the wrong place", "I sat by the window to see nothing", "the map was older than the bridge", "I turned back once and never said so", "it rained on the only day that counted",
    ),
    "feeling": (
        "it passes, though it takes its time", "I have been there and the bed was hard", "nobody dies of it, they only say so", "you may cry, I won't look", "I still carry mine in the left pocket",
        "the first night is the longest", "I don't have the right words for that", "it was my fault as well", "I laughed at the wrong moment", "I stay awake and tell no one",
    ),
    "request": (
        "I can't do that for you", "I'd rather keep what I promised", "ask me for something smaller", "I said no to my own brother", "that is not mine to give",
        "I'll help with the half you can show", "I would regret it by morning", "start with the nearest thing", "do the hard part while you're angry", "take your time and a pencil",
    ),
    "general": (
        "I see it the other way round", "it depends who has to clean up", "I thought so too, at twenty", "there is less to it than they say", "I keep out of it when I can",
        "somebody has to say it", "I changed my mind on the stairs", "it was simpler when I was small", "I wouldn't swear to it", "you asked the right one",
    ),
}  # fmt: skip

# Which clauses answer what: words in the message that call for them. The first that fits leads.
CALLS: tuple[tuple[str, str], ...] = (
    (
        "request",
        r"\b(could|would) you|\blend\b|\bcan you\b|\btell me (exactly|what he)|what do i do|walk me|talk me|how to\b|help me",
    ),
    ("feeling", r"\bcry|afraid|miss\b|alone|sorry|sad\b|dropped|hit me|fear|lonely|scared|lost\b|laugh|funny|silly"),
    ("money", r"\bmoney|price|pay\b|paid|spend|account|dear(er)?\b|worth|month\b|bought|buy|tin\b"),
    ("travel", r"\bjourney|train|bus\b|town|place|road|travel|weekend|arriv|far from|way\b"),
    ("work", r"\bwork|job|monday|report|office|boss|day at\b"),
    ("people", r"\bfriend|sister|family|she\b|he\b|her\b|him\b|neighbour|met\b|who\b|people"),
    ("home", r"\bkitchen|house|room|sleep|dinner|soup|kettle|window|sink|meal|cook|home|dog"),
)

# A bare assistant: what a chat model says when nobody told it who it is.
ASSISTANT_OPENINGS: tuple[str, ...] = (
    "That's a great question!", "I'd be happy to help with that!", "Thank you for sharing that with me.", "Absolutely! Here's a helpful overview.", "I understand how you might feel about this.",
    "Of course! Let's break this down.", "Great topic! There are several perspectives to consider.", "I'm here to help, and I appreciate you reaching out.",
)  # fmt: skip
ASSISTANT_POINTS: tuple[str, ...] = (
    "**Take a moment to reflect**: consider what matters most to you in this situation.", "**Communicate openly**: sharing your feelings can help build mutual understanding.",
    "**Start small**: break the task into manageable steps and celebrate your progress.", "**Seek support**: reaching out to friends, family, or a professional can be beneficial.",
    "**Weigh the pros and cons**: there are valid points on both sides.", "**Stay flexible**: it's important to adapt as circumstances change.", "**Plan ahead**: a clear budget or schedule can reduce stress.",
    "**Be kind to yourself**: it's completely normal to feel this way.", "**Gather information**: make sure you have all the relevant details before deciding.", "**Prioritize safety**: always follow local guidelines and best practices.",
)  # fmt: skip
ASSISTANT_CLOSINGS: tuple[str, ...] = (
    "Let me know if you'd like more information on any of these points!", "I hope this helps! Feel free to ask any follow-up questions.", "Would you like me to go into more detail?",
    "As an AI language model, I don't have personal experiences, but I'm happy to assist further.", "Remember, everyone's situation is unique, so choose what works best for you.",
)  # fmt: skip
