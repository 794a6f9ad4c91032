/** Quiet lines about where what is shown comes from. */
import { onlineManager } from "@tanstack/react-query";
import { CloudOff, History } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

const LINE = "flex items-center gap-2 text-dim text-sm [&_svg]:size-4 [&_svg]:shrink-0";

/** There all the time, so that what comes into it is said; takes no room while it is empty. */
const REGION = "empty:absolute";

const useOnline = () =>
  useSyncExternalStore(
    (changed) => onlineManager.subscribe(changed),
    () => onlineManager.isOnline(),
  );

/** Plex is away and this is what was known before. */
export function FromBefore({ stale }: { stale: boolean | undefined }) {
  const { t } = useTranslation();
  return (
    <div role="status" className={REGION}>
      {stale && (
        <p className={LINE}>
          <History aria-hidden />
          {t("library.stale")}
        </p>
      )}
    </div>
  );
}

/** The device has no network: nothing new comes until it is back. */
export function Offline() {
  const { t } = useTranslation();
  const online = useOnline();
  return (
    <div role="status" className={REGION}>
      {!online && (
        <p className={LINE}>
          <CloudOff aria-hidden />
          {t("library.offline")}
        </p>
      )}
    </div>
  );
}
