"""What can go wrong between a prompt and what it becomes.

GeneratorError
├── EngineMissing       the library behind an engine is not installed
├── ModelUnusable       the model file is missing, or no engine here opens it
├── RequestUnusable     the engine cannot do what it is asked for
│   └── SafetySettingsUnreadable    (`generators.safety`) nothing is made before they can be read
├── PromptRefused       the safety gate says no
├── PromptTooLong       prompt and answer do not fit the model's context
├── SoundUnreadable     a file given to be heard is no sound, or is damaged
├── NothingToSay        of a text that was to be spoken nothing is left to say
└── GenerationFailed    the engine stopped in the middle
"""

from __future__ import annotations


class GeneratorError(Exception):
    """Root of every error this package raises on purpose."""


class EngineMissing(GeneratorError):
    """Names the extra to install."""


class ModelUnusable(GeneratorError):
    """Names the file, and how to get a good one."""


class RequestUnusable(GeneratorError):
    """Says what was asked for, and what the engine can do."""


class PromptRefused(GeneratorError):
    """Names the rule, and where rules are set. Nothing was made, or what was made was not kept."""


class PromptTooLong(GeneratorError):
    """Says how many tokens were asked for and how many there are.

    `fitting_share` is about how much of the prompt fits, from 0 to 1; None where no shorter one helps.
    """

    def __init__(self, message: str, fitting_share: float | None = None) -> None:
        super().__init__(message)
        self.fitting_share = fitting_share


class GenerationFailed(GeneratorError):
    """Says what the engine said."""


class SoundUnreadable(GeneratorError):
    """Names the file."""


class NothingToSay(GeneratorError):
    """Says what was looked for and is not there."""
