"""What invented titles and people are made of: words in several scripts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """A title is one of `first`, a joint, and one of `second`; `share` is its weight."""

    name: str
    share: int
    first: tuple[str, ...]
    second: tuple[str, ...]
    joint: str = " "


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_LONG_FIRST = (
    "How I Learned to Stop Looking for the Lighthouse Keeper of the Outermost Island and "
    "Came to Love the Ferry, the Fog, the Foghorn, the Foghorn's Neighbours and the "
    "Unabridged Minutes of the Harbour Committee,",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft und",
)
_LONG_SECOND = (
    "Part the First: in Which Nobody Arrives, Nothing is Said, and the Tea Goes Cold in "
    "Four Languages at Once (the Director's Extended, Annotated and Restored Version)",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
)
SCRIPTS = (
    Script(
        "english",
        48,
        _split(
            "The Silent|A Distant|An Empty|Paper|Winter|The Last|Glass|Northern|Crooked|"
            "The Second|Hollow|Bright|A Small|Iron|Salt|Borrowed"
        ),
        _split(
            "Harbour|Orchard|Signal|Machine|Letters|Bridge|Garden|Station|Neighbour|Season|"
            "Mountain|Clockmaker|Tide|Choir|Window|Road"
        ),
    ),
    Script(
        "accents",
        16,
        _split("Été|Ängens|L'Étrange|El Niño y el|Île de|Smörgås|Žluťoučký|Ça va,"),
        _split("à Gävle|måne|Garçon|Corazón|Señor|Übermut|kůň|Crème brûlée"),
    ),
    Script(
        "greek",
        8,
        _split("Ο Μεγάλος|Η Τελευταία|Το Μικρό|Άγνωστη|Νύχτες στην"),
        _split("Δρόμος|Θάλασσα|Καλοκαίρι|Πόλη|Αθήνα"),
    ),
    Script(
        "cyrillic",
        8,
        _split("Белый|Тихий|Последний|Старый|Зимний"),
        _split("Город|Поезд|Снег|Разговор|Ёжик"),
    ),
    Script(
        "japanese",
        8,
        _split("夜の|東京|最後の|風の|雪国と"),
        _split("物語|列車|手紙|カメラマン|ひみつ"),
        "",
    ),
    Script(
        "arabic",
        5,
        _split("الطريق إلى|ليلة في|حكاية|آخر|مدينة"),
        _split("البحر|القاهرة|الصيف|رسالة|النور"),
    ),
    Script(
        "emoji",
        4,
        _split("🎬|👨‍👩‍👧|🏴‍☠️|💤|❤️‍🔥"),
        _split("Night 🌙|& Me|Café ☕|1¾|🚀🚀🚀"),
    ),
    Script("long", 3, _LONG_FIRST, _LONG_SECOND),
)

GENRES = _split(
    "Action|Adventure|Animation|Comedy|Crime|Documentary|Drama|Family|Fantasy|History|"
    "Horror|Music|Mystery|Romance|Science Fiction|Thriller|War|Western"
)
COUNTRIES = _split(
    "Brazil|Côte d'Ivoire|Denmark|Egypt|France|Germany|Greece|India|Italy|Japan|Mexico|"
    "Norway|Sweden|Türkiye|United Kingdom|United States of America"
)
CONTENT_RATINGS = _split("G|PG|PG-13|R|NC-17|Not Rated|gb/15|de/12|se/Btl")
STUDIOS = tuple(
    f"{name} {kind}"
    for name in ("Lantern", "Övre Norrland", "Blue Door", "Kestrel", "Société du Lac", "月光")
    for kind in ("Pictures", "Film", "Studios", "Productions")
)
COLLECTIONS = tuple(
    f"{name} Collection"
    for name in _split(
        "Lighthouse|Night Train|Étoile|Δέλτα|Белая ночь|夏|Harbour|Kitchen|Mountain|"
        "Second Floor|Paper Moon|Festival"
    )
)

GIVEN = _split(
    "Ada|Björn|Chloé|Dmitri|Eleni|Fatima|George|Hana|İpek|José|Kenji|Łukasz|María|Nils|"
    "Ólöf|Priya|Quentin|Rut|Søren|Tomáš"
)
FAMILY = _split(
    "Ångström|Beckett|Castaño|Dvořák|Eriksson|Fontaine|García|Hayashi|Ibrahim|Jónsdóttir|"
    "Kowalski|Lindqvist|Müller|Nguyễn|O'Brien|Papadopoulou|Quiñones|Rossi|Šimek|Tanaka|"
    "Ünal|Volkov|Wójcik"
)
SENTENCES = (
    "A ferry is late, and nobody asks why.",
    "Deux sœurs héritent d'un phare.",
    "Ένα γράμμα φτάνει με χρόνια καθυστέρηση.",
    "Поезд стоит в снегу, и все разговаривают.",
    "古い映画館の最後の夜。",
    "في الليل تعود المدينة إلى البحر.",
    "Everyone remembers the summer differently. 🌊",
)
