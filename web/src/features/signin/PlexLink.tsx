import { ExternalLink } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentence } from "@/lib/i18n";
import { Button, buttonStyle } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import { usePlexPin } from "./api";

/** A big button; then the code, the page in a new tab, and the wait for the answer. */
export function PlexLink({ label, onDone }: { label: string; onDone: () => void }) {
  const { t } = useTranslation();
  const plex = usePlexPin(onDone);
  if (!plex.pin) {
    return (
      <div className="grid gap-2">
        <Button tone="primary" size="lg" busy={plex.busy} onClick={plex.start}>
          {label}
        </Button>
        {plex.error && <p className="text-danger text-sm">{sentence(plex.error)}</p>}
      </div>
    );
  }
  if (plex.expired) {
    return (
      <div className="grid gap-3">
        <p className="text-dim">{t("plex.expired")}</p>
        <Button tone="primary" size="lg" onClick={plex.start}>
          {t("common.try_again")}
        </Button>
      </div>
    );
  }
  return (
    <div className="grid justify-items-center gap-3 rounded-card bg-raised p-5 text-center">
      <p className="text-dim text-sm">{t("plex.confirm")}</p>
      <p className="tabular title text-4xl tracking-[0.2em]">{plex.pin.code}</p>
      <a
        href={plex.pin.url}
        target="_blank"
        rel="noreferrer noopener"
        className={buttonStyle({ tone: "primary" })}
      >
        {t("plex.open")}
        <ExternalLink aria-hidden />
      </a>
      <p role="status" className="flex items-center gap-2 text-faint text-sm">
        <Spinner className="size-4" />
        {t("plex.waiting")}
      </p>
      <Button tone="link" size="inline" onClick={plex.cancel}>
        {t("common.cancel")}
      </Button>
    </div>
  );
}
