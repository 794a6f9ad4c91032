import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe, useSetup, useSignOut } from "@/lib/account";
import { api } from "@/lib/api";
import { dateTime } from "@/lib/format";
import { sentence } from "@/lib/i18n";
import { chooseTheme, type ThemeChoice, themeChoice } from "@/lib/theme";
import type { Session } from "@/lib/types";
import { Button, buttonStyle } from "@/ui/button";
import { Choice } from "@/ui/field";
import { Skeleton, Trouble } from "@/ui/states";
import { notify } from "@/ui/toast";
import { HomeUsers } from "./HomeUsers";
import { Part, Row } from "./parts";
import { WaysIn } from "./WaysIn";

const THEMES: readonly ThemeChoice[] = ["system", "dark", "light"];

interface Props {
  /** The way to link Plex. */
  plex: ReactNode;
  /** The code of what went wrong while another provider was being linked. */
  problem?: string;
  onSignedOut: () => void;
}

/** Plain forms, each with what it does and what it is now. */
export function SettingsPage({ plex, problem, onSignedOut }: Props) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const { data: setup } = useSetup();
  const signOut = useSignOut(onSignedOut);
  const [theme, setTheme] = useState(themeChoice);
  const account = me?.account;
  return (
    <div className="mx-auto grid max-w-2xl gap-10 px-4 py-8 sm:px-8 sm:py-12">
      <h1 className="title text-4xl">{t("settings.title")}</h1>
      <Part title={t("settings.account")}>
        <Row
          name={account?.display_name ?? ""}
          text={account ? t(`settings.roles.${account.role}`, { username: account.username }) : ""}
        >
          <Button busy={signOut.isPending} onClick={() => signOut.mutate()}>
            {t("settings.sign_out")}
          </Button>
        </Row>
      </Part>
      <Part title={t("settings.plex")}>
        {account?.plex.linked ? (
          <>
            <Row
              name={account.plex.username ?? t("settings.linked")}
              text={t("settings.linked_text")}
            />
            <HomeUsers />
          </>
        ) : (
          <div className="grid gap-4">
            <p className="text-dim text-sm">{t("settings.not_linked")}</p>
            {plex}
          </div>
        )}
      </Part>
      {account && setup && (
        <Part title={t("settings.ways")} text={t("settings.ways_text")}>
          <WaysIn providers={setup.others} {...(problem ? { problem } : {})} />
        </Part>
      )}
      {account?.role === "owner" && (
        <Part title={t("settings.server")}>
          <Row name={t("settings.server_name")} text={t("settings.server_text")}>
            <Link to="/admin" className={buttonStyle({})}>
              {t("settings.server_open")}
            </Link>
          </Row>
        </Part>
      )}
      <Part title={t("settings.appearance")}>
        <Row name={t("settings.theme")} text={t("settings.theme_text")}>
          <Choice
            label={t("settings.theme")}
            value={theme}
            options={THEMES.map((value) => ({ value, label: t(`settings.themes.${value}`) }))}
            onChange={(value) => {
              chooseTheme(value);
              setTheme(value);
            }}
          />
        </Row>
      </Part>
      <Part title={t("settings.sessions")} text={t("settings.sessions_text")}>
        <Sessions />
      </Part>
      {setup && (
        <p className="text-faint text-sm">{t("settings.version", { version: setup.version })}</p>
      )}
    </div>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const query = useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => api.get<Session[]>("api/auth/sessions", signal),
  });
  const end = useMutation({
    mutationFn: (id: string) => api.delete(`api/auth/sessions/${encodeURIComponent(id)}`),
    onError: (error) => notify({ text: sentence(error), tone: "trouble" }),
    onSettled: () => cache.invalidateQueries({ queryKey: ["sessions"] }),
  });
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton className="h-28" />;
  return (
    <ul className="grid gap-4">
      {query.data.map((session) => (
        <li key={session.id}>
          <Row
            name={session.device}
            text={
              session.current
                ? t("settings.this_one")
                : t("settings.last_seen", { when: dateTime(session.last_seen_wall_ms) })
            }
          >
            {!session.current && (
              <Button
                tone="danger"
                aria-label={t("settings.end_of", { device: session.device })}
                busy={end.isPending && end.variables === session.id}
                onClick={() => end.mutate(session.id)}
              >
                {t("settings.end")}
              </Button>
            )}
          </Row>
        </li>
      ))}
    </ul>
  );
}
