/** As whom of the Plex home one sees Plex: oneself, or somebody else of the household. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/lib/api";
import { sentence } from "@/lib/i18n";
import type { HomeUser, PlexHome } from "@/lib/plexTypes";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Skeleton } from "@/ui/states";

const HOME = ["plex-home"];

/** Nothing at all for who lives alone, or while plex.tv does not say. */
export function HomeUsers() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: HOME,
    queryFn: ({ signal }) => api.get<PlexHome>("api/plex/home", signal),
    staleTime: 300_000,
    retry: false,
  });
  const change = useSwitch();
  if (query.isPending) return <Skeleton className="mt-4 h-16" />;
  if (query.isError || query.data.users.length < 2) return null;
  const { users, current } = query.data;
  return (
    <div className="mt-4 grid gap-2 border-raised border-t pt-4">
      <p className="font-medium">{t("settings.home.title")}</p>
      <p className="text-dim text-sm">{t("settings.home.text")}</p>
      <ul className="grid gap-1">
        <User name={t("settings.home.myself")} current={current === null} change={change} />
        {users.map((user) => (
          <User
            key={user.uuid}
            name={user.title}
            user={user}
            current={current === user.uuid}
            change={change}
          />
        ))}
      </ul>
    </div>
  );
}

type Switch = ReturnType<typeof useSwitch>;

/** Everything of Plex that the page holds was the other one's. */
function useSwitch() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ uuid, pin }: { uuid: string | null; pin: string }): Promise<unknown> =>
      uuid === null
        ? api.delete("api/plex/home")
        : api.put<PlexHome>(`api/plex/home/${encodeURIComponent(uuid)}`, { pin }),
    onSuccess: () => cache.invalidateQueries(),
  });
}

function User(props: { name: string; user?: HomeUser; current: boolean; change: Switch }) {
  const { t } = useTranslation();
  const { name, user, current, change } = props;
  const [asking, setAsking] = useState(false);
  const [pin, setPin] = useState("");
  const uuid = user?.uuid ?? null;
  const mine = change.variables?.uuid === uuid;
  const use = () => change.mutate({ uuid, pin }, { onSuccess: () => setAsking(false) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    use();
  };
  return (
    <li className="grid gap-2">
      <div className="flex min-h-11 items-center gap-3">
        <span dir="auto" className="min-w-0 flex-1 truncate">
          {name}
        </span>
        {current ? (
          <span className="flex items-center gap-1.5 text-accent-text text-sm">
            <Check aria-hidden className="size-4" />
            {t("settings.home.current")}
          </span>
        ) : (
          <Button
            aria-label={t("settings.home.use_as", { name })}
            busy={change.isPending && mine}
            onClick={() => (user?.protected && !asking ? setAsking(true) : use())}
          >
            {t("settings.home.use")}
          </Button>
        )}
      </div>
      {asking && !current && (
        <form onSubmit={submit}>
          <Field
            label={t("settings.home.pin", { name })}
            type="password"
            inputMode="numeric"
            autoComplete="off"
            autoFocus
            value={pin}
            onChange={(event) => setPin(event.target.value.replace(/\D/g, ""))}
            error={change.isError && mine ? sentence(change.error) : undefined}
          />
        </form>
      )}
      {!asking && change.isError && mine && (
        <p role="alert" className="text-danger text-sm">
          {sentence(change.error)}
        </p>
      )}
    </li>
  );
}
