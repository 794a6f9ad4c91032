/** Quality, for oneself, and the sound track, for everybody. */
import { AudioLines } from "lucide-react";
import { useTranslation } from "react-i18next";
import { languageName } from "@/lib/format";
import { useCommands, useMay, useRoom } from "@/room/context";
import { usePlan, wordsOfPlan, wordsOfWay } from "@/room/plan";
import { Button } from "@/ui/button";
import { Menu, MenuChoice, MenuItem, MenuLine, MenuNote } from "@/ui/menu";
import type { Watching } from "./useWay";
import type { Quality, Sound, Ways } from "./way";

export function WayMenu({ watching, className }: { watching: Watching; className?: string }) {
  const { t } = useTranslation();
  return (
    <Menu
      side="top"
      trigger={
        <Button
          tone="ghost"
          size="icon"
          className={className}
          aria-label={t("quality.title")}
          title={t("quality.title")}
        >
          <AudioLines />
        </Button>
      }
    >
      <WayChoices watching={watching} />
    </Menu>
  );
}

/** The same choices, for inside of another menu. */
export function WayChoices({ watching }: { watching: Watching }) {
  return watching.ways ? (
    <Choices watching={watching} ways={watching.ways} />
  ) : (
    <Missing {...watching} />
  );
}

/** There is nothing to choose from yet, and why. */
function Missing({ failed, again }: Watching) {
  const { t } = useTranslation();
  if (!failed) return <MenuNote>{t("quality.listing")}</MenuNote>;
  return (
    <>
      <MenuNote>{t("quality.unlisted")}</MenuNote>
      <MenuItem onSelect={again}>{t("common.try_again")}</MenuItem>
    </>
  );
}

/** What is on for this film: it may lack what was chosen for another. */
function chosenOf(quality: Quality, options: readonly { value: Quality }[]): Quality {
  if (options.some(({ value }) => value === quality)) return quality;
  const largest = options.find(({ value }) => value !== "auto" && value !== "file");
  return (quality === "file" ? undefined : largest?.value) ?? "auto";
}

function Choices({ watching, ways }: { watching: Watching; ways: Ways }) {
  const { t } = useTranslation();
  const { way, quality } = watching;
  const plan = usePlan();
  const options: { value: Quality; label: string }[] = [
    {
      value: "auto",
      label:
        way && quality === "auto"
          ? t("quality.auto_now", { now: wordsOfWay(way.name, t) })
          : t("quality.auto"),
    },
    ...(ways.files.length > 0 ? [{ value: "file" as const, label: t("quality.file") }] : []),
    ...ways.boxes.map(({ name }) => ({ value: name as Quality, label: name })),
  ];
  const source = ways.source;
  const facts = {
    codec: source?.video_codec.toUpperCase() ?? "",
    height: source?.height ?? 0,
    now: way ? wordsOfWay(way.name, t) : "",
  };
  const room = plan && wordsOfPlan(plan, t);
  return (
    <>
      <MenuChoice
        label={t("quality.for_you")}
        value={chosenOf(quality, options)}
        options={options}
        onChange={watching.choose}
      />
      {way && <MenuNote>{t(`quality.why.${way.why}`, facts)}</MenuNote>}
      {room && <MenuNote>{room}</MenuNote>}
      <Sounds sounds={ways.sounds} />
    </>
  );
}

function Sounds({ sounds }: { sounds: readonly Sound[] }) {
  const { t, i18n } = useTranslation();
  const { sound } = useCommands();
  const may = useMay("playback.load");
  const host = useRoom(({ members }) => members.find((each) => each.host)?.name ?? null);
  if (sounds.length < 2) return null;
  const on = sounds.find((each) => each.on)?.id ?? "";
  return (
    <>
      <MenuLine />
      <MenuChoice
        label={t("quality.sound")}
        value={on}
        options={sounds.map((each) => ({
          value: each.id,
          label: each.title || languageName(each.language, i18n.language) || each.id,
        }))}
        disabled={!may}
        onChange={(id) => id !== on && void sound(id)}
      />
      {!may && (
        <MenuNote>
          {host ? t("quality.sound_host", { name: host }) : t("quality.sound_nobody")}
        </MenuNote>
      )}
    </>
  );
}
