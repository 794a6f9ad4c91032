/** What leads into this account: its password, and accounts elsewhere (linked there and back). */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "@/lib/api";
import { sentence } from "@/lib/i18n";
import type { Setup, WaysIn as Ways } from "@/lib/types";
import { Button } from "@/ui/button";
import { Skeleton, Trouble } from "@/ui/states";
import { notify } from "@/ui/toast";
import { PasswordForm } from "./PasswordForm";
import { Row } from "./parts";

const WAYS_IN = ["ways-in"];
const PLEX = { name: "plex", label: "Plex" };

/** Those that are set up here, and those that are linked all the same: none may stay unseen. */
function listed(providers: Setup["others"], linked: Ways["linked"]): Setup["others"] {
  const known = [PLEX, ...providers];
  const more = linked.filter(({ provider }) => !known.some(({ name }) => name === provider));
  const plex = linked.some(({ provider }) => provider === PLEX.name) ? [PLEX] : [];
  return [...plex, ...providers, ...more.map(({ provider: name }) => ({ name, label: name }))];
}

export function WaysIn(props: { providers: Setup["others"]; problem?: string }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const query = useQuery({
    queryKey: WAYS_IN,
    queryFn: ({ signal }) => api.get<Ways>("api/auth/identities", signal),
  });
  const onError = (error: unknown) => notify({ text: sentence(error), tone: "trouble" });
  const link = useMutation({
    mutationFn: (name: string) => api.post<{ url: string }>(`${pathOf(name)}/link`),
    onSuccess: ({ url }) => location.assign(url),
    onError,
  });
  const unlink = useMutation({
    mutationFn: (name: string) => api.delete(`api/auth/identities/${encodeURIComponent(name)}`),
    onError,
    onSettled: () => cache.invalidateQueries({ queryKey: WAYS_IN }),
  });
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton className="h-14" />;
  return (
    <div className="grid gap-4">
      {props.problem && (
        <p role="alert" className="text-danger text-sm">
          {sentence({ code: props.problem })}
        </p>
      )}
      {query.data.password && <PasswordForm />}
      <ul className="grid gap-4 empty:hidden">
        {listed(props.providers, query.data.linked).map(({ name, label }) => {
          const linked = query.data.linked.find((each) => each.provider === name);
          const act = linked ? unlink : link;
          return (
            <li key={name}>
              <Row
                name={label}
                text={
                  linked
                    ? t("settings.way_linked", { username: linked.username })
                    : t("settings.way_free")
                }
              >
                {name !== PLEX.name && (
                  <Button
                    aria-label={t(linked ? "settings.unlink_of" : "settings.link_of", {
                      provider: label,
                    })}
                    busy={act.isPending && act.variables === name}
                    onClick={() => act.mutate(name)}
                  >
                    {t(linked ? "settings.unlink" : "settings.link")}
                  </Button>
                )}
              </Row>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const pathOf = (name: string) => `api/auth/oauth/${encodeURIComponent(name)}`;
