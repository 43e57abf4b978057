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

import traceback


class ImagexplorerError(Exception):
    """`what` names the thing that failed, `reason` says why (the engine's own words where it has some),
    `way_out` says what to do next ("" where nothing can be said). Each is one line of plain text. `means` is what such
    an error means, whatever it is about."""

    means = ""

    def __init__(self, what: str, reason: str = "", way_out: str = "") -> None:
        super().__init__(what, reason, way_out)
        self.what = what
        self.reason = reason
        self.way_out = way_out

    def __str__(self) -> str:
        text = f"{self.what}: {self.reason}" if self.reason else self.what
        return f"{text}. {self.way_out}" if self.way_out else text

    def report(self) -> list[str]:
        """Lines for a report: the kind with the sentence, and where it came from."""
        details = getattr(self, "details", "")
        if details:
            more = str(details).split("\n")
        else:
            more = [] if self.__cause__ is None else traceback.format_exception_only(self.__cause__)
        return [f"{type(self).__name__}: {self}", *(line.rstrip("\n") for line in more)]


class Unreachable(ImagexplorerError):
    """The source does not answer: no socket, refused, timed out, lost in mid-answer."""

    means = "It did not answer. Whether a step that was under way was done shows in the lists once it does."


class NotFound(ImagexplorerError):
    """The named image, container, file or entry does not exist."""

    means = "It is not there, or not any more: another program may have removed or renamed it."


class Refused(ImagexplorerError):
    """The engine (409, 400, 500 ...) or the system (permission, disk full) said no; `reason` is its sentence."""

    means = "It said no, and nothing is forced or tried again by itself. What was done before stays done."


class Damaged(ImagexplorerError):
    """Bytes are not what they should be; `what` names file, layer, entry and offset."""

    means = "Its bytes are not what they should be. What could be read of it is shown."


class WrongUse(ImagexplorerError):
    """The question cannot be answered as asked; `reason` names what could be asked."""

    means = "It cannot be done in the way that it was asked for."


class Cancelled(ImagexplorerError):
    """The user stopped the work."""

    means = "You stopped it. What was done before stays done."

    def __init__(self, what: str = "cancelled", reason: str = "", way_out: str = "") -> None:
        super().__init__(what, reason, way_out)


class Fault(ImagexplorerError):
    """A mistake in this program, met in the middle of some work; `details` is its traceback. Logged and shown."""

    means = "A mistake in this program, not in the engine. The window goes on."

    def __init__(self, what: str, reason: str = "", way_out: str = "", details: str = "") -> None:
        super().__init__(what, reason, way_out)
        self.details = details
