"""The parts of `make test-deep`: what takes too long for the gate, in pieces of less than ten minutes each.

`tests.run_deep` runs them in this order, the long ones first. A test belongs to a part by the marker
`deep(part="...")`; those with the marker `random` run in the gate with few examples and in the part `random` with many.
"""

from __future__ import annotations

RANDOM = "random"
PARTS = {
    "real-jobs": "chat and fingerprint against the same small real model",
    "console": "a person's work in the console, in Chromium: all pages, accessibility, hostile texts, weights, times",
    "chaos": "two faults of each kind on a busy server lose, double and block nothing",
    "models": "every part of the product asks the configured provider, over HTTP",
    "real-suite": "four tests of the suite against the same model",
    "schemathesis": "every operation of openapi.json keeps its description, whatever is sent",
    "clients": "four client generators and OpenAI's Node SDK against a server; packages from PyPI and npm",
    "real": "schemas, tokens and a whole run against a small real model, on a server of its own",
    "readme": "every command of README.md and docs/ works as it is written",
    "evaluations": "kills at all moments lose and double nothing, nor miss a cent; requests cost the same among 10,000",
    "restarts": "what a kill, a pause or a damaged state file must not lose",
    RANDOM: "thousands of random schedules, histories and requests where the gate tries a few",
    "hostile": "while one caller's hostile request is handled, others are answered as if it were not there",
    "operator": "nothing is left of a deleted workspace; planted secrets are found where they belong and nowhere else",
    "template": "layers and byte code are built as Lambda needs them, and synthesis reads nothing but the sources",
    "voices": "a mask that is rewritten in its fingerprint's job, and the suite on two models, through the API",
    "labels": "the offline judge and composer against label sets and conversations of PyRIT and psychebench, from PyPI",
}
# Parts that compute more than they wait, and how many processes share their test files.
PROCESSES = {RANDOM: 2}
