import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { buttonStyle } from "@/ui/button";
import { Empty } from "@/ui/states";

export function LostPage() {
  const { t } = useTranslation();
  return (
    <main className="grid min-h-dvh place-items-center">
      <Empty icon={<Compass />} title={t("lost.title")} text={t("lost.text")}>
        <Link to="/" className={buttonStyle({ tone: "primary" })}>
          {t("room.to_home")}
        </Link>
      </Empty>
    </main>
  );
}
