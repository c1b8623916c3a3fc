"""What went wrong that a user can fix? One line: what is wrong, what was found, what to do."""

from typing import Any


class InputError(ValueError):
    """A file or value that the workflow was given is not what it must be."""


class DamagedError(InputError):
    """A file that the workflow wrote has changed since."""


class EngineError(RuntimeError):
    """A DFT engine ended without a density that can be trusted."""


class NotConverged(EngineError):
    """An SCF failed in all its attempts; `attempts` records them."""

    def __init__(self, message: str, attempts: list[dict[str, Any]]) -> None:
        super().__init__(message)
        self.attempts = attempts


class StorageError(OSError):
    """An output could not be written; nothing was left under its final name."""
