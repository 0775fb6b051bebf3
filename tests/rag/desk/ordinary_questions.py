"""Ordinary questions made of varied templates: each is one to look up, whatever words it has in common."""

from __future__ import annotations

from itertools import product

_TEMPLATES = (
    "What is the {thing}?",
    "When does the {thing} end?",
    "Who is responsible for the {thing}?",
    "How much does the {thing} cost?",
    "How many {thing}s were sold in 2021?",
    "Why was the {thing} changed after 2019?",
    "List the requirements for the {thing}.",
    "Please list the three largest {thing}s",
    "Which documents are needed for the {thing}?",
    "How many pages may the {thing} fill?",
    "Hello, can you tell me who signed the {thing}?",
    "Thanks. And where is the {thing} kept?",
    "Summarise how the {thing} is calculated.",
    "Give me an overview of the {thing} in 2020.",
    "What is the {thing} about which they argued?",
    "Is there a {thing}, and who has it?",
    "What does the document say about the {thing}?",
    "What do all documents say about the {thing}?",
    "Compare the {thing} with that of the year before",
    "what are you supposed to do with the {thing}?",
)
_THINGS = (
    "deposit",
    "insurance policy",
    "net income",
    "summary",
    "list price",
    "file number",
    "hangar",
    "document fee",
    "greeting",
    "overview page",
    "collection date",
    "help desk",
)

ORDINARY = tuple(template.format(thing=thing) for template, thing in product(_TEMPLATES, _THINGS))
