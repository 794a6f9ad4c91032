import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMe, useSetup } from "@/lib/account";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { AccountForm } from "./AccountForm";
import { Frame } from "./Frame";
import { PlexLink } from "./PlexLink";

/** Three steps on one page: the owner, Plex, done. */
export function FirstRunPage({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { data: setup } = useSetup();
  const { data: me, refetch } = useMe();
  const account = me?.account ?? null;
  const linked = account?.plex.linked ?? false;
  const step = !account ? 1 : linked ? 3 : 2;
  return (
    <Frame title={t("first.title")} text={t("first.text")}>
      <ol className="grid gap-7">
        <Step
          number={1}
          now={step}
          title={account ? t("first.owner_done", { name: account.display_name }) : t("first.owner")}
        >
          <AccountForm
            kind="register"
            submit={t("first.make")}
            askSetupCode={setup?.setup_code_needed ?? false}
            onDone={() => void refetch()}
          />
        </Step>
        <Step number={2} now={step} title={t("first.plex")}>
          <p className="text-dim text-sm">{t("first.plex_text")}</p>
          <PlexLink label={t("first.connect")} onDone={() => void refetch()} />
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-dim text-sm">
            {setup?.demo ? (
              <>
                {t("first.demo_on")}
                <Button tone="link" size="inline" onClick={onDone}>
                  {t("first.demo_use")}
                </Button>
              </>
            ) : (
              <>
                {t("first.demo_off")}
                <Button tone="link" size="inline" onClick={onDone}>
                  {t("first.later")}
                </Button>
              </>
            )}
          </div>
        </Step>
        <Step number={3} now={step} title={t("first.done")}>
          <Button tone="primary" size="lg" onClick={onDone}>
            {t("first.go")}
          </Button>
        </Step>
      </ol>
      {setup && !setup.secure && <p className="text-faint text-sm">{t("first.insecure")}</p>}
    </Frame>
  );
}

function Step(props: { number: number; now: number; title: string; children: ReactNode }) {
  const done = props.number < props.now;
  const current = props.number === props.now;
  return (
    <li aria-current={current ? "step" : undefined} className="grid grid-cols-[2rem_1fr] gap-x-4">
      <span
        className={cn(
          "tabular grid size-8 place-items-center rounded-full font-semibold text-sm",
          current
            ? "bg-accent text-accent-ink"
            : done
              ? "bg-sync-wash text-sync"
              : "bg-raised text-faint",
        )}
      >
        {done ? <Check aria-hidden className="size-4" /> : props.number}
      </span>
      <h2 className={cn("self-center font-medium text-lg", !current && "text-dim")}>
        {props.title}
      </h2>
      {current && (
        <div className="col-start-2 grid animate-appear gap-4 pt-4">{props.children}</div>
      )}
    </li>
  );
}
