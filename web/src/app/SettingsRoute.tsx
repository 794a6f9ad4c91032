import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { SettingsPage } from "@/features/settings/SettingsPage";
import { PlexLink } from "@/features/signin/PlexLink";

const route = getRouteApi("/inside/settings");
const stay = () => undefined;

export function SettingsRoute() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { problem } = route.useSearch();
  const out = useCallback(
    () => void navigate({ to: "/sign-in", search: { next: undefined } }),
    [navigate],
  );
  return (
    <SettingsPage
      plex={<PlexLink label={t("settings.connect")} onDone={stay} />}
      {...(problem ? { problem } : {})}
      onSignedOut={out}
    />
  );
}
