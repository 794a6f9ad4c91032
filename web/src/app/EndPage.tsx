import { Link } from "@tanstack/react-router";
import { DoorClosed, DoorOpen, Lightbulb, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/lib/account";
import { Button, buttonStyle } from "@/ui/button";
import { Empty } from "@/ui/states";

const ICONS = { kicked: DoorOpen, closed: Lightbulb, unknown: SearchX, refused: DoorClosed };

/** Where a visit ends: over, asked to leave, not found, not let in. */
export function EndPage(props: {
  phase: "kicked" | "closed" | "unknown" | "refused";
  text?: string | undefined;
  onKnock?: () => void;
}) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const Icon = ICONS[props.phase];
  const text = props.phase === "refused" ? props.text : t(`room.${props.phase}_text`);
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty icon={<Icon />} title={t(`room.${props.phase}`)} {...(text ? { text } : {})}>
        {props.onKnock && <Button onClick={props.onKnock}>{t("room.knock")}</Button>}
        {me?.account && (
          <Link to="/" className={buttonStyle({ tone: "primary" })}>
            {t("room.to_home")}
          </Link>
        )}
      </Empty>
    </main>
  );
}
