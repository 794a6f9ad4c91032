"""What can go wrong while somebody signs in or stays signed in."""

from watchtogether.kit.errors import AppError, Forbidden


class NotSignedIn(AppError):
    """No session, or one that was ended."""

    code = "not_signed_in"
    status = 401
    message = "Please sign in."


class SessionExpired(AppError):
    """The access token is past its time; `POST /api/auth/refresh` once, then repeat."""

    code = "session_expired"
    status = 401
    message = "Your session needs to be renewed."


class WrongCredentials(AppError):
    """No such account, or another password: which of them stays unsaid."""

    code = "wrong_credentials"
    status = 401
    message = "That name and password don't belong together."


class AccountNeeded(Forbidden):
    """A guest asked for what only accounts may do."""

    code = "account_needed"
    message = "Guests can't do that. Sign in with an account."


class OwnerNeeded(Forbidden):
    """Only the owner of this server may do this."""

    code = "owner_needed"
    message = "Only the owner of this server can do that."


class AccountDisabled(Forbidden):
    """The password was right, but the owner has switched the account off."""

    code = "account_disabled"
    message = "This account has been switched off."


class SignUpClosed(Forbidden):
    """Nobody, or not this person, may make an account here."""

    code = "sign_up_closed"
    message = "New accounts can't be made here. Ask the owner of this server."


class SetupCodeNeeded(Forbidden):
    """The first account needs the code that the server printed at its start."""

    code = "setup_code_needed"
    message = "Enter the set-up code that the server printed when it started."


class UsernameTaken(AppError):
    """Another account has this name, without regard to case."""

    code = "username_taken"
    status = 409
    message = "That name is already taken."


class IdentityTaken(AppError):
    """The provider's account is already linked to somebody else here."""

    code = "identity_taken"
    status = 409
    message = "That account is already linked to somebody else here."


class WeakPassword(AppError):
    """Shorter or longer than a password may be."""

    code = "weak_password"
    status = 422
    message = "Choose a password with 8 to 256 characters."


class SignInForeign(AppError):
    """A provider's answer that this browser did not ask for, or too long ago."""

    code = "sign_in_foreign"
    status = 400
    message = "That sign-in was begun elsewhere, or too long ago. Please begin again."


class ProviderRefused(AppError):
    """The provider said no, or something that does not hold."""

    code = "provider_refused"
    status = 400
    message = "The sign-in there did not succeed. Please try again."


class ProviderUnreachable(AppError):
    """The provider did not answer."""

    code = "provider_unreachable"
    status = 502
    message = "Your sign-in provider doesn't answer. Try again in a moment."


class LastWayIn(AppError):
    """Without this link nobody could sign in to the account any more."""

    code = "last_way_in"
    status = 409
    message = "This is the only way into your account. Choose a password or link another one first."


class AlreadyLinked(AppError):
    """Another account of this provider is linked: it must be unlinked first, by who has it."""

    code = "already_linked"
    status = 409
    message = "Another account there is linked already. Unlink it first."
