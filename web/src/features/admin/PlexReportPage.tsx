/** For the owner: how Plex servers, the calls to them and the cache are doing. */
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Lightbulb } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/lib/api";
import type { PlexReport } from "@/lib/plexTypes";
import { Skeleton, Trouble } from "@/ui/states";
import { Figures } from "./Figures";

const EVERY_MS = 10_000;

export function PlexReportPage() {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ["plex-report"],
    queryFn: ({ signal }) => api.get<PlexReport>("api/admin/plex", signal),
    refetchInterval: EVERY_MS,
  });
  return (
    <div className="mx-auto grid max-w-4xl gap-10 px-4 py-8 sm:px-8 sm:py-12">
      <header>
        <h1 className="title text-4xl">{t("admin.title")}</h1>
        <p className="mt-2 text-dim">{t("admin.text")}</p>
      </header>
      {query.isError ? (
        <Trouble error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <Skeleton className="h-96" />
      ) : (
        <Report report={query.data} />
      )}
    </div>
  );
}

function Report({ report }: { report: PlexReport }) {
  const { t } = useTranslation();
  const share = (part: number) => `${Math.round(part * 100)} %`;
  const ms = (value: number | null) => (value === null ? "–" : `${Math.round(value)} ms`);
  return (
    <>
      <Part title={t("admin.advice")}>
        <Advice report={report} />
      </Part>
      <Part title={t("admin.servers")}>
        <Figures
          label={t("admin.servers")}
          head={[t("admin.name"), t("admin.link"), t("admin.version")]}
          rows={report.servers.map((each) => [
            each.name,
            t(each.link ? `admin.links.${each.link}` : "admin.links.none"),
            each.version ?? "–",
          ])}
        />
      </Part>
      <Part title={t("admin.cache")}>
        <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Fact name={t("admin.hit_rate")} value={share(report.hit_rate ?? 0)} />
          <Fact name={t("admin.answers")} value={report.cached_answers.toLocaleString()} />
          <Fact name={t("admin.changes")} value={report.changes_heard.toLocaleString()} />
          <Fact name={t("admin.redis")} value={t(`admin.redis_is.${report.redis.status}`)} />
        </dl>
        <Figures
          label={t("admin.cache")}
          head={[
            t("admin.question"),
            t("admin.asked"),
            t("admin.fresh"),
            t("admin.stale"),
            t("admin.missed"),
          ]}
          rows={report.kinds.map((each) => [
            each.kind,
            each.asked,
            each.fresh + each.unchanged + each.meanwhile + each.shared + each.merged,
            each.stale,
            each.missed,
          ])}
        />
      </Part>
      <Part title={t("admin.calls")}>
        <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
          <Fact name={t("admin.retries")} value={report.retries.toLocaleString()} />
          <Fact name={t("admin.hedges")} value={report.hedges.toLocaleString()} />
          <Fact name={t("admin.resting")} value={report.breakers_open.toLocaleString()} />
          <Fact name={t("admin.listening")} value={report.listened_to.toLocaleString()} />
        </dl>
        <Figures
          label={t("admin.calls")}
          head={[
            t("admin.call"),
            t("admin.asked"),
            t("admin.failing"),
            t("admin.usual"),
            t("admin.slowest"),
          ]}
          rows={report.endpoints.map((each) => [
            each.endpoint,
            each.calls,
            share(each.failing),
            ms(each.p50_ms),
            ms(each.p95_ms),
          ])}
        />
      </Part>
    </>
  );
}

function Advice({ report }: { report: PlexReport }) {
  const { t } = useTranslation();
  if (report.advice.length === 0) {
    return (
      <p className="flex items-center gap-3">
        <CircleCheck aria-hidden className="size-5 text-sync" />
        {t("admin.all_well")}
      </p>
    );
  }
  return (
    <ul className="grid gap-3">
      {report.advice.map(({ code, about }) => (
        <li key={`${code} ${Object.values(about).join(" ")}`} className="flex items-start gap-3">
          <Lightbulb aria-hidden className="mt-0.5 size-5 shrink-0 text-accent-text" />
          <span>{t(`admin.advise.${code}`, rounded(about))}</span>
        </li>
      ))}
    </ul>
  );
}

/** Shares as whole percent, times as whole milliseconds: what the words want. */
function rounded(about: Record<string, string | number>) {
  return Object.fromEntries(
    Object.entries(about).map(([name, value]) => [
      name,
      typeof value === "number" ? Math.round(value <= 1 ? value * 100 : value) : value,
    ]),
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid gap-4">
      <h2 className="title text-xl">{title}</h2>
      <div className="grid gap-5 rounded-card bg-surface p-4 sm:p-6">{children}</div>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-faint text-sm">{name}</dt>
      <dd className="tabular title text-2xl">{value}</dd>
    </div>
  );
}
