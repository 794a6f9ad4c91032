"""Gentle music as ffmpeg expressions: pads or bells over four chords, looped."""

from __future__ import annotations

from plexsandbox.films.catalog import Tune

_CHORD_S = 4
_RATE = 24000
_BASE_HZ = 110.0


def tune_filter(tune: Tune, duration_s: float, label: str) -> str:
    """A filter chain that ends in `[label]`: 24 kHz stereo, faded at both ends.

    The right channel is the left one a little later, which is wide enough and half the work.
    """
    voice = _bells if tune.bells else _pads
    chords = [
        f"aevalsrc='{voice(chord)}':s={_RATE}:d={_CHORD_S}[{label}c{number}]"
        for number, chord in enumerate(tune.chords)
    ]
    joined = "".join(f"[{label}c{number}]" for number in range(len(tune.chords)))
    samples = _RATE * _CHORD_S * len(tune.chords)
    fade_s = 3
    return ";".join(
        [
            *chords,
            f"{joined}concat=n={len(tune.chords)}:v=0:a=1,aloop=loop=-1:size={samples},"
            f"atrim=end={duration_s},aecho=0.8:0.6:170|290:0.3|0.2,"
            f"afade=in:d={fade_s},afade=out:st={duration_s - fade_s}:d={fade_s},"
            f"pan=stereo|c0=c0|c1=c0,adelay=0|13[{label}]",
        ]
    )


def _hertz(note: int) -> float:
    return float(_BASE_HZ * 2 ** (note / 12))


def _pads(chord: tuple[int, ...]) -> str:
    swell = f"min(1\\,t*1.6)*min(1\\,({_CHORD_S}-t)*1.6)"
    voices = "+".join(
        f"sin({hz:.2f}*t)+0.35*sin({2 * hz + 1.5:.2f}*t)"
        for hz in (6.28318 * _hertz(note) for note in chord)
    )
    return f"{swell}*0.055*({voices})"


def _bells(chord: tuple[int, ...]) -> str:
    """Eight struck notes, up and down the chord, each heard for a second at most."""
    order = [*chord, *reversed(chord)]
    step = _CHORD_S / len(order)
    struck = []
    for number, note in enumerate(order):
        start, hz = number * step, 6.28318 * _hertz(note + 12)
        since = f"(t-{start:g})"
        tone = f"exp(-4*{since})*(sin({hz:.2f}*t)+0.3*sin({2.76 * hz:.2f}*t))"
        end = min(_CHORD_S, start + 1)
        struck.append(f"if(between(t\\,{start:g}\\,{end:g})\\,(1-{since})*{tone})")
    return f"0.13*min(1\\,({_CHORD_S}-t)*3)*({'+'.join(struck)})"
