"""What is not made: a gate before the engines, and a log of what it refused."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from generators.errors import PromptRefused, RequestUnusable
from generators.making import Maker

SETTINGS_FILE = "safety.toml"
LOG_FILE = "refusals.jsonl"
_FLAGGED = "the model's own safety checker flagged the picture"

_CHILD = (
    r"\b(?:child(?:ren)?|kids?|minors?|toddlers?|bab(?:y|ies)|infants?|teen(?:ager)?s?|preteens?|underage"
    r"|schoolgirls?|schoolboys?)\b"
)
_SEXUAL = r"\b(?:sex(?:y|ual|ually)?|nudes?|naked|nsfw|porn\w*|erotic\w*|undress\w*|lewd|lingerie)\b"
#: What no settings are needed for: sexual pictures of children.
DEFAULT_PATTERNS = (rf"{_CHILD}.*{_SEXUAL}", rf"{_SEXUAL}.*{_CHILD}")

_NAMES = dict.fromkeys(DEFAULT_PATTERNS, "something sexual together with children")

#: Says why nothing may be made of a prompt; None where it may.
Classifier = Callable[[str], str | None]


class SafetySettingsUnreadable(RequestUnusable):
    """Names the file and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class SafetySettings:
    """`blocked_words` are words or phrases, `blocked_patterns` regular expressions; both whatever the case.

    Raises ValueError for a pattern that is none.
    """

    blocked_words: tuple[str, ...] = ()
    blocked_patterns: tuple[str, ...] = DEFAULT_PATTERNS
    check_pictures: bool = True
    """Whether the model's own checker looks at what was made, where the model has one."""
    log_prompts: bool = True
    """Whether the log of refusals holds the refused prompts, or only when and why."""

    def __post_init__(self) -> None:
        for pattern in self.blocked_patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"the pattern {pattern!r} is no regular expression: {error}") from error


def read_safety_settings(home: Path) -> SafetySettings:
    """What `safety.toml` in the data home says; the defaults without one. Raises SafetySettingsUnreadable.

    A file that cannot be read never means that all is allowed.
    """
    file = home / SETTINGS_FILE
    if not file.exists():
        return SafetySettings()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        lists = {
            name: _texts(content.pop(name))
            for name in ("blocked_words", "blocked_patterns")
            if name in content
        }
        switches = {
            name: _switch(content.pop(name)) for name in ("check_pictures", "log_prompts") if name in content
        }
        if content:
            raise ValueError(f"there is no setting {next(iter(content))!r}")
        return SafetySettings(**lists, **switches)  # type: ignore[arg-type]  # each name has its kind above
    except (OSError, ValueError) as error:
        raise SafetySettingsUnreadable(
            f"{file} cannot be used: {error}. Settings: blocked_words and blocked_patterns (lists of texts), "
            "check_pictures and log_prompts (true or false)."
        ) from error


class SafetyGate:
    """Lets prompts pass or refuses them; what it refused is in the log, a line of JSON each.

    `maker` says in the log what the prompts were for.
    """

    def __init__(
        self,
        settings: SafetySettings,
        log: Path | None = None,
        classifier: Classifier | None = None,
        *,
        maker: Maker = "image",
    ) -> None:
        self._settings = settings
        self._log = log
        self._classifier = classifier
        self._maker = maker
        words = [
            re.escape(_plain(word)).replace(r"\ ", r"\s+") for word in settings.blocked_words if word.strip()
        ]
        self._words = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None
        self._patterns = [
            re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in settings.blocked_patterns
        ]

    @property
    def settings(self) -> SafetySettings:
        return self._settings

    def check_prompt(self, prompt: str, model: str) -> None:
        """Raises PromptRefused, and logs it."""
        plain = _plain(prompt)
        if self._words is not None and (found := self._words.search(plain)) is not None:
            self._refuse("word", found[0], prompt, model)
        for pattern in self._patterns:
            if pattern.search(plain) is not None:
                self._refuse("pattern", _NAMES.get(pattern.pattern, pattern.pattern), prompt, model)
        if self._classifier is not None and (reason := self._classifier(prompt)) is not None:
            self._refuse("classifier", reason, prompt, model)

    def log_flagged(self, prompt: str, model: str) -> None:
        """For a picture that the model's own checker flagged, and that is not kept."""
        self._record("checker", _FLAGGED, prompt, model)

    def _refuse(self, rule: str, detail: str, prompt: str, model: str) -> NoReturn:
        self._record(rule, detail, prompt, model)
        where = "" if self._log is None else f" Rules: {self._log.with_name(SETTINGS_FILE)}, or defaults."
        raise PromptRefused(f"Refused by the safety gate ({rule}: {detail}).{where}")

    def _record(self, rule: str, detail: str, prompt: str, model: str) -> None:
        if self._log is not None:
            entry = {
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "maker": self._maker,
                "model": model,
                "rule": rule,
                "detail": detail,
                "prompt": prompt if self._settings.log_prompts else None,
            }
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def open_gate(home: Path, maker: Maker) -> SafetyGate:
    """The gate with the data home's settings, and its log there. Raises SafetySettingsUnreadable."""
    return SafetyGate(read_safety_settings(home), home / LOG_FILE, maker=maker)


def _plain(text: str) -> str:
    """Lower case, one form for each character, and nothing invisible between letters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if unicodedata.category(character) != "Cf")


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{value!r} must be a list of texts")
    return tuple(value)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} must be true or false")
    return value
