"""The one small tree of errors. It has as many branches as the screen has reactions.

    ImagexplorerError
      Unreachable   the source does not answer             -> offers Retry            (exit status 3)
      NotFound      the thing is not there (any more)      -> refreshes the lists     (exit status 1)
      Refused       the engine or the system said no       -> shows its own words     (exit status 1)
      Damaged       bytes that are not what they should be -> names file and entry    (exit status 1)
      WrongUse      the question itself is wrong           -> names what is there     (exit status 2)
      Cancelled     the user stopped it                    -> silent
      Fault         a mistake in this program              -> shown with Copy details (exit status 1)

Exceptions of SDKs, HTTP, the system and tar are translated into these in `sources` only, cause kept.
Everything else that is raised is a bug.
"""

from __future__ import annotations


class ImagexplorerError(Exception):
    """`what` names the thing that failed, `reason` says why (the engine's own words where it has some),
    `way_out` says what to do next ("" where nothing can be said). Each is one line of plain text."""

    def __init__(self, what: str, reason: str = "", way_out: str = "") -> None:
        super().__init__(what, reason, way_out)
        self.what = what
        self.reason = reason
        self.way_out = way_out

    def __str__(self) -> str:
        text = f"{self.what}: {self.reason}" if self.reason else self.what
        return f"{text}. {self.way_out}" if self.way_out else text


class Unreachable(ImagexplorerError):
    """The source does not answer: no socket, refused, timed out, lost in mid-answer."""


class NotFound(ImagexplorerError):
    """The named image, container, file or entry does not exist."""


class Refused(ImagexplorerError):
    """The engine (409, 400, 500 ...) or the system (permission, disk full) said no; `reason` is its sentence."""


class Damaged(ImagexplorerError):
    """Bytes are not what they should be; `what` names file, layer, entry and offset."""


class WrongUse(ImagexplorerError):
    """The question cannot be answered as asked; `reason` names what could be asked."""


class Cancelled(ImagexplorerError):
    """The user stopped the work."""

    def __init__(self, what: str = "cancelled", reason: str = "", way_out: str = "") -> None:
        super().__init__(what, reason, way_out)


class Fault(ImagexplorerError):
    """A mistake in this program, met in the middle of some work; `details` is its traceback. Logged and shown."""

    def __init__(self, what: str, reason: str = "", way_out: str = "", details: str = "") -> None:
        super().__init__(what, reason, way_out)
        self.details = details
