"""What has to be known of a title to decide how it is played: files, sounds, subtitles. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from watchtogether.plex.model import Item, Media, Part, StreamTrack

TEXT_CODECS: Final = frozenset({"srt", "subrip", "ass", "ssa", "vtt", "webvtt", "mov_text", "text"})
"""Subtitles of these kinds are shown beside the film; the others are pictures."""
_HDR: Final = frozenset({"smpte2084", "arib-std-b67"})
_CONTAINERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "mp4": ("mp4", "video/mp4"),
        "m4v": ("mp4", "video/mp4"),
        "mov": ("mp4", "video/mp4"),
        "mkv": ("mkv", "video/x-matroska"),
        "webm": ("webm", "video/webm"),
    }
)
_H264_PROFILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "constrained baseline": "42E0",
        "baseline": "42E0",
        "main": "4D40",
        "high": "6400",
        "high 10": "6E00",
    }
)
_AUDIO: Final[Mapping[str, str]] = MappingProxyType(
    {
        "aac": "mp4a.40.2",
        "mp3": "mp3",
        "ac3": "ac-3",
        "eac3": "ec-3",
        "opus": "opus",
        "vorbis": "vorbis",
        "flac": "flac",
    }
)


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound track. `on`: the one that Plex gives unless told otherwise; `index`: which stream
    of the file it is."""

    id: str
    language: str | None
    title: str
    channels: int | None
    on: bool
    index: int | None = None


@dataclass(frozen=True, slots=True)
class SubtitlePictures:
    """A subtitle that is made of pictures: only a conversion can lay it over the film. `index`:
    which stream of the file it is; None when it lies beside."""

    id: str
    language: str | None
    title: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a title: one file, or `pieces`, whose first one this describes but for the
    length, which is that of all.

    `video_type` and `audio_type` are content types with codecs (RFC 6381) that a browser can be
    asked about; None when no browser plays such a file. `audio_type` is also None without sound.
    """

    index: int
    part_id: str
    part_key: str
    extension: str
    size_bytes: int
    width: int
    height: int
    kbps: int
    frame_rate: float
    video_codec: str
    video_type: str | None
    audio_type: str | None
    has_sound: bool
    hdr: bool
    sounds: tuple[Sound, ...]
    pictures: tuple[SubtitlePictures, ...]
    duration_s: float = 0.0
    """0 when the library does not say."""
    pieces: tuple["Version", ...] = ()
    """The files of a version in several parts, as those of two discs."""

    @property
    def parts(self) -> tuple["Version", ...]:
        """Each file alone."""
        return self.pieces or (self,)

    @property
    def playable(self) -> bool:
        """Whether some browser may play the file as it is, with the sound that is on.

        A browser plays a file's first sound track and offers no other. Where nobody knows which
        that is, since the library names none, a conversion is right in any case.
        """
        first_is_on = any(each.on for each in self.sounds[:1])
        sounds_right = not self.has_sound or (self.audio_type is not None and first_is_on)
        return self.video_type is not None and sounds_right and self.size_bytes > 0

    def sound(self, track_id: str) -> Sound | None:
        return next((each for each in self.sounds if each.id == track_id), None)

    def picture(self, track_id: str) -> SubtitlePictures | None:
        return next((each for each in self.pictures if each.id == track_id), None)


def versions_of(item: Item) -> tuple[Version, ...]:
    """In the order of the library; those without a file are left out."""
    return tuple(
        _joined([_version(index, media, part) for part in media.parts], media)
        for index, media in enumerate(item.media)
        if media.parts
    )


def with_sound(versions: Sequence[Version], sound: str | None) -> tuple[Version, ...]:
    """With this track as the one that is on; a version that does not have it has none on."""
    if sound is None:
        return tuple(versions)
    return tuple(
        replace(each, sounds=tuple(replace(track, on=track.id == sound) for track in each.sounds))
        for each in versions
    )


def version_for(
    versions: Sequence[Version], height: int, *, sound: str | None, burned: str | None
) -> Version | None:
    """The one to convert to pictures of this height: the smallest that is large enough, since it
    costs the server least, and one without HDR, whose colours survive. It must have the sound and
    the subtitle asked for; None when none has.
    """
    having = [
        each
        for each in versions
        if (sound is None or each.sound(sound)) and (burned is None or each.picture(burned))
    ]
    enough = [each for each in having if each.height >= height]
    largest = max((each.height for each in having), default=0)
    candidates = enough or [each for each in having if each.height == largest]
    return min(candidates, key=lambda each: (each.hdr, each.height, each.index), default=None)


def _joined(files: Sequence[Version], media: Media) -> Version:
    """No browser plays several files as one."""
    if len(files) == 1:
        return replace(files[0], duration_s=files[0].duration_s or _seconds(media.duration_ms))
    lengths_s = [each.duration_s for each in files]
    known_s = sum(lengths_s) if all(lengths_s) else _seconds(media.duration_ms)
    return replace(files[0], duration_s=known_s, pieces=tuple(files), video_type=None)


def _version(index: int, media: Media, part: Part) -> Version:
    video = next((each for each in part.streams if each.kind == "video"), None)
    audio = [each for each in part.streams if each.kind == "audio"]
    extension, mime = _CONTAINERS.get(part.container or media.container, ("", ""))
    coded = _video_codec(video) if video is not None else None
    heard = _AUDIO.get(audio[0].codec.lower()) if audio else None
    on = next((each.id for each in audio if each.selected), audio[0].id if audio else "")
    return Version(
        index=index,
        part_id=part.id,
        part_key=part.key,
        extension=extension,
        size_bytes=part.size_bytes or 0,
        width=(video and video.width) or media.width or 0,
        height=(video and video.height) or media.height or 0,
        kbps=media.bitrate_kbps or _weight_kbps(part),
        frame_rate=(video and video.frame_rate) or 25.0,
        video_codec=video.codec if video is not None else media.video_codec,
        video_type=f'{mime}; codecs="{coded}"' if mime and coded else None,
        audio_type=_audio_type(mime, heard) if mime and heard else None,
        has_sound=bool(audio),
        hdr=video is not None and video.transfer.lower() in _HDR,
        sounds=tuple(
            Sound(each.id, each.language, each.title, each.channels, each.id == on, each.index)
            for each in audio
            if each.id
        ),
        pictures=tuple(
            SubtitlePictures(each.id, each.language, each.title, each.index)
            for each in part.streams
            if each.kind == "subtitle" and each.codec.lower() not in TEXT_CODECS and each.id
        ),
        duration_s=_seconds(part.duration_ms),
    )


def _seconds(ms: int | None) -> float:
    return (ms or 0) / 1000


def _audio_type(mime: str, codec: str) -> str:
    """Browsers know no type of sound alone in Matroska: that of the codec's usual container."""
    if mime == "video/x-matroska":
        container = "webm" if codec in {"opus", "vorbis"} else "mp4"
        return f'audio/{container}; codecs="{codec}"'
    return f'{mime.replace("video/", "audio/")}; codecs="{codec}"'


def _weight_kbps(part: Part) -> int:
    """From size and length, where the library does not say."""
    if not part.size_bytes or not part.duration_ms:
        return 0
    return round(part.size_bytes * 8 / part.duration_ms)


def _video_codec(track: StreamTrack) -> str | None:
    """RFC 6381 name; None for what no browser plays, or where profile or level are unknown."""
    codec, profile = track.codec.lower(), track.profile.lower()
    level, depth = track.level, track.bit_depth or 8
    if codec == "h264" and level is not None and profile in _H264_PROFILES:
        return f"avc1.{_H264_PROFILES[profile]}{level & 0xFF:02X}"
    if codec == "hevc" and level is not None:
        ten = profile == "main 10" or depth > 8
        return f"hvc1.{'2.4' if ten else '1.6'}.L{level}.B0"
    if codec == "av1":
        return f"av01.0.{min(level if level is not None else 8, 31):02}M.{depth:02}"
    if codec == "vp9":
        return f"vp09.{0 if depth == 8 else 2:02}.41.{depth:02}"
    return "vp8" if codec == "vp8" else None
