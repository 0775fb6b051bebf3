"""What a torture is asked to do, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Trials:
    """How many accidents, which ones, in how many processes, and the size of the largest document."""

    count: int
    seed: int = 0
    jobs: int = 1
    large_pages: int = 200


@dataclass(frozen=True, slots=True)
class Trial:
    """What one accident came to: its kind, which is counted, and each violation as a line."""

    kind: str
    violations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Torture:
    """`count` trials, facts worth telling, and every violation found, each as a line."""

    name: str
    count: int
    facts: tuple[str, ...]
    violations: tuple[str, ...]

    def lines(self) -> list[str]:
        """The summary as it is printed."""
        shown = self.violations[:_MOST_SHOWN]
        more = len(self.violations) - len(shown)
        return [
            f"torture {self.name}: {self.count} trials, {len(self.violations)} violations",
            *(f"  {fact}" for fact in self.facts),
            *(f"  VIOLATION {line}" for line in shown),
            *([f"  and {more} more"] if more else []),
        ]
