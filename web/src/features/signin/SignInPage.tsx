import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSetup } from "@/lib/account";
import { Button } from "@/ui/button";
import { AccountForm } from "./AccountForm";
import { Frame } from "./Frame";
import { PlexLink } from "./PlexLink";

export function SignInPage({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { data: setup } = useSetup();
  const [making, setMaking] = useState(false);
  const plex = setup?.providers.includes("plex") ?? false;
  const local = setup?.providers.includes("local") ?? true;
  return (
    <Frame title={making ? t("signin.make_title") : t("signin.title")} text={t("signin.text")}>
      {plex && !making && <PlexLink label={t("signin.with_plex")} onDone={onDone} />}
      {plex && local && !making && (
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
