import { Captions, CaptionsOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { languageName } from "@/lib/format";
import { Button } from "@/ui/button";
import { Menu, MenuChoice, MenuLine, MenuNote, MenuStep, MenuTiles } from "@/ui/menu";
import type { SubtitleChoice } from "./useSubtitleChoice";
import { LOOKS, OFF, SIZES, type Subtitles } from "./useSubtitles";

const STEP_S = 0.1;

/** One's own subtitles; nothing while the film has none. Those of pictures are laid over the film. */
export function SubtitleMenu(props: { subtitles: Subtitles; choice: SubtitleChoice }) {
  const { subtitles, choice } = props;
  const { t, i18n } = useTranslation();
  if (choice.tracks.length === 0) return null;
  const written = subtitles.id !== OFF;
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
          {choice.value === OFF ? <CaptionsOff /> : <Captions className="text-accent-text" />}
        </Button>
      }
    >
      <MenuChoice
        label={t("subtitles.for_you")}
        value={choice.value}
        options={[
          { value: OFF, label: t("subtitles.off") },
          ...choice.tracks.map((each) => ({
            value: each.value,
            label: each.title || languageName(each.language, i18n.language) || each.id,
          })),
        ]}
        onChange={choice.choose}
      />
      {choice.laidOver && <MenuNote>{t("subtitles.laid_over")}</MenuNote>}
      {written && (
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
