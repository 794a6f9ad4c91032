import { Captions, CaptionsOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { languageName } from "@/lib/format";
import { Button } from "@/ui/button";
import { Menu, MenuChoice, MenuLine, MenuNote, MenuStep, MenuTiles } from "@/ui/menu";
import { LOOKS, OFF, SIZES, type Subtitles, type SubtitleTrack } from "./useSubtitles";
import type { Watching } from "./useWay";

const STEP_S = 0.1;

const LAID_OVER = "pictures ";

/** One's own subtitles; nothing while the film has none. Those of pictures are laid over the film. */
export function SubtitleMenu(props: { subtitles: Subtitles; watching: Watching }) {
  const { subtitles, watching } = props;
  const { t, i18n } = useTranslation();
  const { tracks, id } = subtitles;
  const pictures = watching.ways?.pictures ?? [];
  if (tracks.length + pictures.length === 0) return null;
  const on = id !== OFF;
  const choose = (value: string) => {
    const laid = value.startsWith(LAID_OVER);
    watching.burn(laid ? value.slice(LAID_OVER.length) : null);
    subtitles.choose(laid ? OFF : value);
  };
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
          {on || watching.burned ? <Captions className="text-accent-text" /> : <CaptionsOff />}
        </Button>
      }
    >
      <MenuChoice
        label={t("subtitles.for_you")}
        value={watching.burned ? LAID_OVER + watching.burned : id}
        options={[
          { value: OFF, label: t("subtitles.off") },
          ...tracks.map((each) => ({ value: each.id, label: nameOf(each, i18n.language) })),
          ...pictures.map((each) => ({
            value: LAID_OVER + each.id,
            label: nameOf(each, i18n.language),
          })),
        ]}
        onChange={choose}
      />
      {watching.burned && <MenuNote>{t("subtitles.laid_over")}</MenuNote>}
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
function nameOf(track: Pick<SubtitleTrack, "id" | "title" | "language">, reader: string): string {
  return track.title || languageName(track.language, reader) || track.id;
}
