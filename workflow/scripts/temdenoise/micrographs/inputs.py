"""Is a micrograph there, and is it the file of last time?"""

from pathlib import Path

from temdenoise.run import checksums


def present(path: str, made: str) -> list[str]:
    """Return [`path`] if it is a file or the one that a rule makes (`made`), else nothing.

    A missing file must not stop a batch: its own job reports it.
    """
    # Snakemake takes braces in the name of an input for wildcards.
    known = path == made or Path(path).is_file()
    return [path] if known and "{" not in path else []


def stamp(path: str, made: str) -> tuple[int, int] | None:
    """Return size [bytes] and date [ns] of the file at `path`; None if it is missing or `made`.

    A new file at `path` is denoised even if its date is older than the results.
    """
    if path == made or not Path(path).is_file():
        return None
    status = Path(path).stat()
    return status.st_size, status.st_mtime_ns


def weights(card: Path) -> str | None:
    """Return the checksum of a model's `card`, which changes with its weights; None without one."""
    return checksums.of(card) if card.is_file() else None
