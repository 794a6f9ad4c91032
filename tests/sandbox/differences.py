"""Where our answers differ from the recorded ones, and why; see `test_fidelity.py`.

Each name is an element and its key, as `Stream.dub`.
"""

from __future__ import annotations


def _listed(*groups: tuple[str, str]) -> dict[str, str]:
    """From pairs of a reason and names to a reason for each name."""
    return {name: reason for reason, names in groups for name in names.split()}


MISSING = _listed(
    (
        "No such things in this library: collections, producers, extras, theme music, banners.",
        """
        MediaContainer.banner MediaContainer.theme Metadata.Collection
        Metadata.Producer Metadata.banner Metadata.grandparentTheme
        Metadata.originalTitle Metadata.parentTheme Metadata.primaryExtraKey
        Metadata.theme Video.Producer Video.primaryExtraKey
        MediaContainer.augmentationKey Metadata.Extras Metadata.Preferences
        Metadata.Review Metadata.hasPremiumPrimaryExtra Video.grandparentTheme
        """,
    ),
    (
        "No online database stands behind people and tags.",
        """
        Country.count Director.count Director.tagKey Director.thumb
        Directory.tagKey Directory.thumb Genre.count Metadata.Similar Role.count
        Role.tagKey Role.thumb Writer.count Writer.tagKey Writer.thumb
        """,
    ),
    (
        "The recorded item has been watched or skipped, ours not; or it has what our clip lacks.",
        """
        Hub.Metadata Metadata.chapterSource Metadata.lastViewedAt
        Metadata.skipCount Metadata.titleSort Metadata.viewCount Stream.burn
        Stream.format Stream.key Stream.title TranscodeSession.subtitleDecision
        Video.lastViewedAt Video.viewCount
        Metadata.viewOffset Playlist.lastViewedAt Playlist.viewCount
        Stream.anamorphic Stream.pixelAspectRatio
        """,
    ),
    (
        "No deep analysis: voice activity, bandwidths, flags of streams, colours.",
        """
        Part.deepAnalysisVersion Part.hasThumbnail
        Part.requiredBandwidths Stream.canAutoSync Stream.closedCaptions
        Stream.colorPrimaries Stream.colorRange Stream.colorSpace
        Stream.colorTrc Stream.dub Stream.embeddedInVideo Stream.forced
        Stream.hearingImpaired Stream.original Stream.requiredBandwidths
        """,
    ),
    (
        "Of older servers, or of another kind of player or transcode.",
        """
        Media.audioProfile MediaContainer.nocache MediaContainer.startState
        MediaContainer.viewMode Part.audioProfile Player.deviceClass
        Player.protocolVersion Player.vendor TranscodeSession.offlineTranscode
        TranscodeSession.timeStamp nocache sortAsc title viewMode
        """,
    ),
    (
        "Of a section of other videos; ours are films and shows.",
        """
        Media.has64bitOffsets Media.optimizedForStreaming
        Metadata.createdAtAccuracy Metadata.createdAtTZOffset
        Metadata.originallyAvailableAt Metadata.subtype
        Part.has64bitOffsets Part.optimizedForStreaming Type.subtype
        """,
    ),
    (
        "Home Assistant's collectors put what full items have into lists, and left out Media.",
        """
        Country.filter Country.id Director.filter Director.id Genre.filter
        Genre.id Role.filter Role.id Role.role Video.Part Video.Stream
        Video.librarySectionID Video.librarySectionKey
        Video.librarySectionTitle Writer.filter Writer.id
        """,
    ),
    (
        "Nobody pays here, and no graphics card encodes.",
        """
        TranscodeSession.transcodeHwDecoding
        TranscodeSession.transcodeHwDecodingTitle
        TranscodeSession.transcodeHwEncoding
        TranscodeSession.transcodeHwEncodingTitle
        TranscodeSession.transcodeHwFullPipeline entitlements.entitlement roles
        """,
    ),
    (
        "The recorded activity is of a single item, ours of all libraries.",
        """
        Activity.Context
        """,
    ),
    (
        "Smaller menus: no pivots, sub-types, advanced filters, enumerations or other services.",
        """
        Directory.Pivot Field.subType Filter.advanced Setting.enumValues
        services
        Feature.Action Feature.flavor
        """,
    ),
)
EXTRA = _listed(
    (
        "Newer servers give it; the recording is of an older one.",
        """
        Media.hasVoiceActivity MediaContainer.content MediaContainer.identifier
        MediaContainer.mediaTagPrefix MediaContainer.mediaTagVersion
        Metadata.Guid Metadata.Image Metadata.UltraBlurColors Metadata.slug
        TranscodeSession.maxOffsetAvailable TranscodeSession.minOffsetAvailable
        Video.Guid Video.Image Video.Rating Video.UltraBlurColors Video.slug qr
        Directory.active Directory.activeDirection MediaContainer.allowMediaDeletion
        MediaContainer.photoAutoTag Video.grandparentSlug content identifier
        mediaTagPrefix mediaTagVersion title2 trials
        """,
    ),
    (
        "Our clip is richer: an MP4, described, rated, watched, with languages and previews.",
        """
        Media.audioProfile Media.has64bitOffsets Media.optimizedForStreaming
        Metadata.Country Metadata.Director Metadata.Genre Metadata.Rating
        Metadata.Role Metadata.Writer Metadata.audienceRating
        Metadata.audienceRatingImage Metadata.chapterSource
        Metadata.contentRating Metadata.lastViewedAt
        Metadata.originallyAvailableAt Metadata.parentThumb Metadata.rating
        Metadata.ratingImage Metadata.studio Metadata.tagline Metadata.viewCount
        Part.audioProfile Part.has64bitOffsets Part.indexes Part.optimizedForStreaming
        Stream.chromaLocation Stream.format Stream.hasScalingMatrix Stream.key
        Stream.language Stream.languageCode Stream.languageTag Stream.level
        Stream.scanType Stream.streamIdentifier Video.TranscodeSession
        Metadata.Chapter Metadata.Marker Stream.audioChannelLayout
        TranscodeSession.error Video.audienceRating Video.audienceRatingImage
        Video.rating Video.ratingImage pastSubscriptions
        """,
    ),
    (
        "Home Assistant's collectors left it out.",
        """
        Media.Part Video.Media art key nocache parentIndex parentTitle summary
        thumb title1 viewGroup
        """,
    ),
    (
        "The recording's list was cut before it.",
        """
        Feature.scrobbleKey Feature.unscrobbleKey
        """,
    ),
)
OTHER_TYPE = _listed(
    (
        "A setting's value has the setting's own type.",
        """
        Setting.default Setting.value
        """,
    ),
)
LISTED_DIFFERENCES = {"missing": MISSING, "extra": EXTRA, "type": OTHER_TYPE}
