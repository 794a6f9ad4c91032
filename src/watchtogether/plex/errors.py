"""What can go wrong with Plex, in words for the person in front of the screen."""

from watchtogether.kit.errors import AppError


class PlexError(AppError):
    """Base of everything that has to do with Plex."""


class PlexUnreachable(PlexError):
    """No connection, or a gateway's error: the server is off, moved or starting."""

    code = "plex_unreachable"
    status = 502
    message = "The Plex server cannot be reached right now. Check that it is switched on."


class PlexResting(PlexUnreachable):
    """A server that failed several times is left alone for `left_s` more seconds."""

    def __init__(self, left_s: float) -> None:
        super().__init__(retry_after_s=max(1, round(left_s)))
        self.left_s = left_s


class PlexStarting(PlexUnreachable):
    """A gateway's error: the server is where it should be, and starting or overloaded."""


class PlexSlow(PlexError):
    """The server is there and did not answer in time."""

    code = "plex_slow"
    status = 504
    message = "The Plex server took too long to answer. Try again in a moment."


class PlexBusy(PlexError):
    """Too many calls to one server are waiting, or it says so itself."""

    code = "plex_busy"
    status = 503
    message = "The Plex server is busy. Try again in a moment."


class PlexUnauthorized(PlexError):
    """Plex refuses the token: revoked, or the server is no longer shared."""

    code = "plex_unauthorized"
    status = 502
    message = "Plex no longer accepts this sign-in. Please sign in with Plex again."


class PlexItemGone(PlexError):
    """Not there, no longer there, or not shared with this account: one answer for all three."""

    code = "plex_item_gone"
    status = 404
    message = "That title is not in your Plex library (any more)."


class PlexBadAnswer(PlexError):
    """Something answered that is not Plex, or Plex answered what nobody can read."""

    code = "plex_bad_answer"
    status = 502
    message = "The Plex server gave an answer that could not be understood."


class PlexTooMuch(PlexBadAnswer):
    """A body beyond the cap; asking again brings it again."""


class PlexServerUnknown(PlexError):
    """The account has no such server."""

    code = "plex_server_unknown"
    status = 404
    message = "You have no access to a Plex server of that name."


class PlexNotLinked(PlexError):
    """The account has no Plex server at all."""

    code = "plex_not_linked"
    status = 409
    message = "There is no Plex library yet. Sign in with Plex first."


class PlexAddressRefused(PlexError):
    """An address that this server will not speak to (SSRF guard)."""

    code = "plex_address_refused"
    status = 422
    message = "That address is not allowed for a Plex server."


class NotPlayable(PlexError):
    """Shows, seasons, music and photos cannot be watched together."""

    code = "not_playable"
    status = 422
    message = "Only films and episodes can be played. Choose one of them."


class ImageRefused(PlexError):
    """The answer was no picture of a kind that is safe to show."""

    code = "image_refused"
    status = 415
    message = "That is not a picture."


class ImageLinkInvalid(PlexError):
    """Unsigned, altered, or never ours."""

    code = "image_link_invalid"
    status = 403
    message = "That picture's address is not valid."


class ImagePathRefused(PlexError):
    """An absolute address where only one of Plex's own relative paths may stand."""

    code = "image_path_refused"
    status = 400
    message = "That is not the address of a picture on this Plex server."


class PlexTvUnreachable(PlexError):
    """plex.tv itself is down; media servers may be fine."""

    code = "plex_tv_unreachable"
    status = 502
    message = "plex.tv cannot be reached right now, so signing in with Plex has to wait a little."


class PinForeign(PlexError):
    """This browser did not ask for that code."""

    code = "pin_foreign"
    status = 400
    message = "That sign-in was started somewhere else. Please start again here."


class PlexPinWrong(PlexError):
    """plex.tv refuses a home user's PIN."""

    code = "plex_pin_wrong"
    status = 403
    message = "That PIN is not right."


class HomeUserUnknown(PlexError):
    """The account's Plex home has nobody of that name."""

    code = "home_user_unknown"
    status = 404
    message = "There is nobody like that in your Plex home."
