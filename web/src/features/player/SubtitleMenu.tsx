import { Captions, CaptionsOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Menu, MenuChoice, MenuLine, MenuNote, MenuStep, MenuTiles } from "@/ui/menu";
import { LOOKS, OFF, SIZES, type Subtitles, type SubtitleTrack } from "./useSubtitles";

const STEP_S = 0.1;

/** One's own subtitles; nothing while the film has none that are text. */
export function SubtitleMenu({ subtitles }: { subtitles: Subtitles }) {
  const { t, i18n } = useTranslation();
  const { tracks, id } = subtitles;
  if (tracks.length === 0) return null;
  const on = id !== OFF;
  return (
    <Menu
      side="top"
      trigger={
        <Button
          tone="ghost"
          size="icon"
          aria-label={t("subtitles.title")}
          title={t("subtitles.title")}
        >
          {on ? <Captions className="text-accent-text" /> : <CaptionsOff />}
        </Button>
      }
    >
      <MenuChoice
        label={t("subtitles.for_you")}
        value={id}
        options={[
          { value: OFF, label: t("subtitles.off") },
          ...tracks.map((each) => ({ value: each.id, label: nameOf(each, i18n.language) })),
        ]}
        onChange={subtitles.choose}
      />
      {on && (
        <>
          {subtitles.loading && <MenuNote>{t("subtitles.loading")}</MenuNote>}
          {subtitles.failed && <MenuNote>{t("subtitles.failed")}</MenuNote>}
          <MenuLine />
          <MenuTiles
            label={t("subtitles.size")}
            value={subtitles.size}
            options={SIZES.map((value) => ({ value, label: t(`subtitles.sizes.${value}`) }))}
            onChange={subtitles.setSize}
          />
          <MenuTiles
            label={t("subtitles.look")}
            value={subtitles.look}
            options={LOOKS.map((value) => ({ value, label: t(`subtitles.looks.${value}`) }))}
            onChange={subtitles.setLook}
          />
          <MenuStep
            label={t("subtitles.timing")}
            value={t("subtitles.shift", {
              seconds: subtitles.shift_s.toLocaleString(i18n.language, {
                signDisplay: "exceptZero",
                minimumFractionDigits: 1,
              }),
            })}
            less={{ label: t("subtitles.earlier"), onSelect: () => subtitles.shiftBy(-STEP_S) }}
            more={{ label: t("subtitles.later"), onSelect: () => subtitles.shiftBy(STEP_S) }}
          />
        </>
      )}
    </Menu>
  );
}

/** Plex's own title, or the language in the reader's words. */
function nameOf(track: SubtitleTrack, reader: string): string {
  if (track.title) return track.title;
  if (track.language === null) return track.id;
  try {
    return (
      new Intl.DisplayNames([reader], { type: "language" }).of(track.language) ?? track.language
    );
  } catch {
    return track.language;
  }
}
