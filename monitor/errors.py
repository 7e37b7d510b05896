"""Every error the monitor raises, drawn as one tree; the class says what the caller should do.

    MonitorError
    ├── TryLater                the same call may work in a while
    │   ├── SourceUnavailable       a feed or catalog did not answer
    │   └── DeliveryDelayed         a channel asked us to wait (`retry_after`)
    ├── SkipAndCount            this item is lost; its neighbours are not
    │   ├── BadPayload              bytes that do not hold what they claim
    │   └── BadScene                a scene or raster that cannot be used
    └── TellAHuman              nothing helps until somebody changes something
        ├── ConfigError             settings, areas or watch list are wrong
        ├── InputError              the file or folder named on the command line cannot be used
        ├── SourceRefused           credentials or quota
        ├── DeliveryRefused         a channel will never accept this
        │   └── TargetRefused           nor anything else: its address or key is no good
        └── SchemaMismatch          the store was written by another version

Foreign errors are translated once, where the foreign library is used, with `from exc`.
"""

from __future__ import annotations

from datetime import timedelta


class MonitorError(Exception):
    """Root of everything this package raises on purpose."""


class TryLater(MonitorError):
    """The same call may work in a while."""


class SourceUnavailable(TryLater):
    """A feed or catalog did not answer, or answered with a passing fault.

    Attributes:
        retry_after: How long the source wants to be left alone at least, None if it did not say.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DeliveryDelayed(TryLater):
    """A channel did not take the notice now.

    Attributes:
        retry_after: How long the channel asked us to wait, or None if it did not say.
        uncertain: True where the notice may have been accepted before the answer was lost.
    """

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, uncertain: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.uncertain = uncertain


class SkipAndCount(MonitorError):
    """One item is lost and counted under `reason`; the rest goes on.

    Attributes:
        reason: A short stable word for the count, such as `bad_checksum`.
    """

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class BadPayload(SkipAndCount):
    """Bytes that do not hold what they claim to hold."""


class BadScene(SkipAndCount):
    """A scene, asset or raster that cannot be used."""


class TellAHuman(MonitorError):
    """Nothing helps until somebody changes something."""


class ConfigError(TellAHuman):
    """Settings, areas or watch list are wrong; the message names file, key and fix."""


class InputError(TellAHuman):
    """A file or folder named by the user cannot be used; the message says why."""


class SourceRefused(TellAHuman):
    """Credentials or quota: the feed will not serve us until a human acts."""


class DeliveryRefused(TellAHuman):
    """The channel will never accept this notice (or any): retrying cannot help."""


class TargetRefused(DeliveryRefused):
    """The channel will accept nothing until somebody mends its address, key or rights."""


class SchemaMismatch(TellAHuman):
    """The store was written by another version of this program."""
