"""The exceptions of fourfold: one tree, each class defined beside the code that raises it.

* FourfoldError
  * InputError                 what the caller gave cannot be taken; another value may be
    + BadValueError, BadSettingsError, RefusedError        settings
    + NoCardError, UnknownFileError, ForeignCardError, BadPersonaError, TooManyValuesError        files
    + TargetRefusedError        a webhook's address
    + NoSuchStepError           a step that the run's method does not have
  * NotFoundError              there is no such thing in this workspace
    + NoSuchPersonaError, NoSessionError, PersonaGoneError
  * ConflictError              not in the present state; try again after reading it
    + ArchivedError, NotWrittenError, NothingWrittenError, RunInProgressError, RunUnfinishedError, RunOverError
    + ConcurrentChangeError, SlugTakenError, StaleError, RevisionMismatchError, AlsoTakenError
    + KeyReusedError, KeyExistsError, JobInProgressError, BlockedError
  * LimitError                 a limit of the workspace is reached
    + WorkspaceFullError, TooManyKeysError
  * DeadlineError              the time for the work is over; what is done is kept
    + JobTimeoutError, CallTimeoutError
  * ModelError                 no model gave a usable answer; `failure` says why
  * UnreadableReplyError       an adapter could not read what its provider sent
  * DeliveryError              a message did not reach its receiver, or it is not known whether it did
    + ConnectionGoneError, NotDeliveredError, DeliveryUnknownError, NotPublishedError
  * NotStartedError            the state machine did not take the run
  * OutdatedStoreError         an earlier version stored the data, and it must be converted first
  * UnknownItemError           the conversion of such data meets an item of no known kind
  * ProblemError               a request is answered with its problem (RFC 9457)
  * CommandError               a command ends with this message and exit code 1
    + ApiError, UnreachableError, NoConnectionError
  * LocalError                 the laptop's engine, deployment or API cannot go on
    + AlreadyRunningError, ApiStartError, BadPortError, DeployError, EngineError, ForkError, PortTakenError
    + SynthesisError, UnreadableStateError
  * BundlingError              a Lambda layer could not be built
"""

from __future__ import annotations


class FourfoldError(Exception):
    """Base of every exception that fourfold defines."""


class InputError(FourfoldError):
    """What the caller gave cannot be taken."""


class NotFoundError(FourfoldError):
    """There is no such thing in this workspace."""


class ConflictError(FourfoldError):
    """The request does not fit the present state."""


class LimitError(FourfoldError):
    """A limit of the workspace is reached."""


class DeadlineError(FourfoldError):
    """The time for the work is over."""


class DeliveryError(FourfoldError):
    """A message did not reach its receiver, or it is not known whether it did."""


class CommandError(FourfoldError):
    """A command cannot do what it was asked; the message says what to do."""


class LocalError(FourfoldError):
    """The local stack cannot start or go on; the message says what to do."""
