"""CheckpointError, the one exception for everything that is wrong with a file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class CheckpointError(ValueError):
    """A file cannot be used: damaged, malicious, of another kind, or not for this network.

    Nothing has been changed when it is raised.

    Attributes:
        path: of the file. reason: what is wrong with it.

    >>> raise CheckpointError("run.minnet", "it is empty.")
    Traceback (most recent call last):
    ...
    minnet.saving.errors.CheckpointError: run.minnet: it is empty.
    """

    path: Path
    reason: str

    def __init__(self, path: str | os.PathLike[str], reason: str) -> None:
        super().__init__(f"{os.fspath(path)}: {reason}")
        self.path, self.reason = Path(path), reason

    def __reduce__(self) -> tuple[Any, ...]:
        """Exceptions with more than a message must say how they are pickled."""
        return (type(self), (self.path, self.reason))


class InvalidFile(Exception):  # noqa: N818 (it becomes a CheckpointError, with the path)
    """What is wrong with a file, found where its path is not known."""


class DamagedFile(InvalidFile):
    """The content is not what minnet writes, so that only another copy can help."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} Use an undamaged copy of the file, or save it again.")


def checked(value: Any, kind: type) -> Any:
    """`value` if it is exactly of this type. Raises DamagedFile: it is not."""
    if type(value) is not kind:
        raise DamagedFile(
            f"its description has a {type(value).__name__} where a {kind.__name__} belongs."
        )
    return value


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Inside `with`: every error becomes a CheckpointError with the path of the file."""
    try:
        yield
    except InvalidFile as error:
        raise CheckpointError(path, str(error)) from None
    except OSError as error:
        raise CheckpointError(path, f"it cannot be read: {error.strerror or error}.") from error
    except Exception as error:
        raise CheckpointError(path, f"{type(error).__name__}: {error}") from error
