import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSetup } from "@/lib/account";
import { resolve } from "@/lib/api";
import { sentence } from "@/lib/i18n";
import { Button, buttonStyle } from "@/ui/button";
import { AccountForm } from "./AccountForm";
import { Frame } from "./Frame";
import { PlexLink } from "./PlexLink";

/** `next` is the path to come back to; `problem` the code of what went wrong at a provider. */
export function SignInPage(props: { next: string; problem?: string; onDone: () => void }) {
  const { next, problem, onDone } = props;
  const { t } = useTranslation();
  const { data: setup } = useSetup();
  const [making, setMaking] = useState(false);
  const plex = setup?.providers.includes("plex") ?? false;
  const local = setup?.providers.includes("local") ?? true;
  const others = setup?.others ?? [];
  return (
    <Frame title={making ? t("signin.make_title") : t("signin.title")} text={t("signin.text")}>
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {sentence({ code: problem })}
        </p>
      )}
      {!making && (plex || others.length > 0) && (
        <div className="grid gap-3">
          {plex && <PlexLink label={t("signin.with_plex")} onDone={onDone} />}
          {others.map(({ name, label }) => (
            <a
              key={name}
              href={resolve(
                `api/auth/oauth/${encodeURIComponent(name)}?${new URLSearchParams({ next })}`,
              )}
              className={buttonStyle({})}
            >
              {t("signin.with", { provider: label })}
            </a>
          ))}
        </div>
      )}
      {(plex || others.length > 0) && local && !making && (
        <p className="flex items-center gap-4 text-faint text-sm before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
          {t("signin.or")}
        </p>
      )}
      {local && (
        <AccountForm
          key={String(making)}
          kind={making ? "register" : "login"}
          submit={making ? t("signin.make") : t("signin.enter")}
          onDone={onDone}
        />
      )}
      {local && setup?.sign_up === "open" && (
        <Button
          tone="link"
          size="inline"
          className="justify-self-start"
          onClick={() => setMaking(!making)}
        >
          {making ? t("signin.have_one") : t("signin.need_one")}
        </Button>
      )}
    </Frame>
  );
}
