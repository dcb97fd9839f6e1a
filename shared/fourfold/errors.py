"""The exceptions of fourfold: one tree, each class defined beside the code that raises it.

* FourfoldError
  * InputError                 the input is not valid; the caller must change it
    + BadValueError, BadSettingsError, RefusedError        settings
    + NoCardError, UnknownFileError, ForeignCardError, BadPersonaError, TooManyValuesError,
      UnacceptableTextError        files
    + TargetRefusedError        a webhook URL
    + NotVerifiedError          a delivery that the Python client received
    + BadAddressError           the URL of a model server
    + BriefRefusedError         a kind of brief that the safety settings refuse
    + NoSuchStepError           the generation method does not have the step
    + ConstraintsBrokenError    an edit breaks the constraint chain
    + BadVariantError           the texts of a variant of the prompts
    + BadRewriteError           what to keep, to edit and to write contradict each other
  * NotFoundError              the workspace has no such resource
    + NoSuchPersonaError, NoSuchVersionError, NoSessionError, PersonaGoneError, NoBriefSetError
  * ConflictError              the request conflicts with the current state; read it and try again
    + ArchivedError, NotWrittenError, NothingWrittenError, RunInProgressError, RunUnfinishedError, RunOverError,
      EvaluationOverError
    + StoppedError              no further model call is wanted
      - RunCancelledError, EvaluationStoppedError, RunOverBudgetError
    + ConcurrentChangeError, SlugTakenError, StaleError, RevisionMismatchError
    + KeyReusedError, KeyExistsError, JobInProgressError, RunStoredError, BlockedError
    + SessionEndedError, SessionDeletedError, PersonaChangedError
  * LimitError                 the workspace has reached a limit
    + WorkspaceFullError, TooManyKeysError, TooManyCountersError, BudgetExceededError
  * DeadlineError              the time limit is reached; completed work is stored
    + JobTimeoutError, CallTimeoutError, JudgeTimeoutError, NoSlotError
  * ModelError                 no model returned a usable answer; `failure` gives the reason
  * UnreadableReplyError       an adapter could not parse its provider's response
    + StreamError               the provider reported an error within a response of status 200
  * DeliveryError              a message was not delivered, or its delivery is unknown
    + ConnectionGoneError, NotDeliveredError, DeliveryUnknownError, NotPublishedError
  * JobFailedError             a background job has no result; `problem` gives the reason
  * ModelRefusedError          a provider refused the key, the account or the request of an evaluation's model
  * RunStillRunningError       an evaluation judges a run that has not ended; the state machine tries again
  * NotStartedError            the state machine execution could not be started
  * OutdatedStoreError         an earlier version stored the data; it must be converted first
  * UnknownItemError           the conversion of such data found an item of no known kind
  * ProblemError               an HTTP reply with problem details (RFC 9457)
  * CommandError               a CLI command fails with this message and exit code 1
    + ApiError, UnreachableError, NoConnectionError, NoServerCodeError, ProfileError, RunContinuesError
  * ApiProblemError            the Python client got a problem from the API
  * ApiConnectionError         the Python client got no answer from the API
    + BrokenConnectionError     a WebSocket connection of it ended
  * LocalError                 the local engine, deployment or API failed
    + AlreadyRunningError, ApiStartError, BadPortError, ChannelClosedError, DatabaseError, DeployError, EngineError
    + ForkError, InvocationTimeoutError, NotServingError, NotStoredError, NotUnderstoodError, PortTakenError
    + SynthesisError, UnreadableStateError, UnusableHomeError, WorkerEndedError, WorkerNotStartedError
  * BundlingError              a Lambda layer could not be built
  * BytecodeError              the byte code of an asset could not be made
"""

from __future__ import annotations


class FourfoldError(Exception):
    """Base of every exception that fourfold defines."""


class InputError(FourfoldError):
    """The input is not valid."""


class NotFoundError(FourfoldError):
    """The workspace has no such resource."""


class ConflictError(FourfoldError):
    """The request conflicts with the current state."""


class LimitError(FourfoldError):
    """The workspace has reached a limit."""


class DeadlineError(FourfoldError):
    """The time limit is reached."""


class DeliveryError(FourfoldError):
    """A message was not delivered, or its delivery is unknown."""


class CommandError(FourfoldError):
    """A CLI command failed; the message says what to do."""


class LocalError(FourfoldError):
    """The local stack cannot start or continue; the message says what to do."""
