"""What can go wrong with a stream, in words for the person in front of the screen."""

from watchtogether.kit.errors import AppError


class TicketRefused(AppError):
    """Altered, expired, or its member may not watch this item now (SPEC STR-1)."""

    code = "ticket_refused"
    status = 403
    message = "This link to the film is no longer valid. Open the room again."


class GenerationOver(AppError):
    """The room has gone on to another item, or to another sound."""

    code = "generation_over"
    status = 410
    message = "The room is watching something else now, or with another sound."


class NotPlanned(AppError):
    """Nobody in the room is meant to watch this rendition now: ask for a way first (STR-10)."""

    code = "not_planned"
    status = 409
    message = "The room watches this in another quality now."


class RangeRefused(AppError):
    """Not one range of bytes within the file."""

    code = "range_refused"
    status = 416
    message = "Ask for one range of bytes within the file."


class SegmentLate(AppError):
    """Plex listed the segment and has not made it in time."""

    code = "segment_late"
    status = 504
    message = "The Plex server is too slow to convert this film right now."


class SegmentBroken(AppError):
    """Plex sent the segment incomplete, twice."""

    code = "segment_broken"
    status = 502
    message = "A piece of the film arrived damaged from the Plex server."


class TranscodeLost(AppError):
    """Plex ended the transcode again and again."""

    code = "transcode_lost"
    status = 502
    message = "The Plex server keeps stopping the conversion of this film."


class FilmUnreadable(AppError):
    """Plex refused to convert the film, and our own ffmpeg could not (SPEC STR-14)."""

    code = "film_unreadable"
    status = 502
    message = "This film's file cannot be converted, neither by Plex nor here."


class EncoderBusy(AppError):
    """As many films as the owner allows are being converted here already."""

    code = "encoder_busy"
    status = 503
    message = "This server is converting as many films as it can. Try again in a while."


class TitleChanged(AppError):
    """The file behind the title was replaced while it was on."""

    code = "title_changed"
    status = 409
    message = "The film's file was replaced in Plex. Choose it again."


class ConversionChanged(TitleChanged):
    """Plex converted the film until now and we do from here on, or the other way about, and the two
    cut it differently: players have to load it anew (SPEC STR-14)."""

    code = "conversion_changed"
    message = "This film is converted in another way now. Load it again."


class SubtitleUnreadable(AppError):
    """What Plex gave for it is no subtitle, or beyond 1 MiB of text."""

    code = "subtitle_unreadable"
    status = 502
    message = "These subtitles cannot be read."


class StreamStopped(AppError):
    """The stream was just ended (nobody watched, or the server is closing); asking again helps."""

    code = "stream_stopped"
    status = 503
    message = "The stream was just stopped. Try again in a moment."
