import { useQuery } from "@tanstack/react-query";
import { Check, Copy, Share2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { resolve } from "@/lib/api";
import { useRoom } from "@/room/context";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Dialog } from "@/ui/dialog";
import { inputStyle } from "@/ui/field";
import { makeInvite, qrPath } from "./api";

const COPIED_MS = 2_000;

/** The link, as text, as a code to scan, and for the share sheet of a phone. */
export function InviteDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <Dialog {...props} title={t("invite.title")} description={t("invite.text")}>
      <InviteBody />
    </Dialog>
  );
}

function InviteBody() {
  const { t } = useTranslation();
  const room = useRoom((state) => state.room);
  const host = useRoom((state) => state.you?.host ?? false);
  const [copied, setCopied] = useState(false);
  // A closed room needs a token in its link; only who may make one gets it.
  const invite = useQuery({
    queryKey: ["invite", room?.code],
    queryFn: () => makeInvite(room?.code ?? ""),
    enabled: host && room?.invite_only === true,
    staleTime: 300_000,
  });
  if (!room) return null;
  const link = absolute((invite.data?.link ?? room.link) || `r/${room.code}`);
  const copy = async () => {
    if (!(await copyText(link))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  const share = { title: room.name, text: t("invite.share_text", { name: room.name }), url: link };
  return (
    <div className="grid gap-4 pt-2">
      <img
        src={resolve(qrPath(room.code))}
        alt={t("invite.qr")}
        width={208}
        height={208}
        className="mx-auto size-52 rounded-card bg-[white] p-3"
      />
      <input
        readOnly
        value={link}
        aria-label={t("invite.link")}
        onFocus={(event) => event.currentTarget.select()}
        className={cn(inputStyle, "text-center text-sm")}
      />
      <div className="flex flex-wrap gap-2">
        <Button tone="primary" className="flex-1" onClick={() => void copy()}>
          {copied ? <Check /> : <Copy />}
          <span aria-live="polite">{copied ? t("invite.copied") : t("invite.copy")}</span>
        </Button>
        {"share" in navigator && (
          <Button
            className="flex-1"
            onClick={() => void navigator.share(share).catch(() => undefined)}
          >
            <Share2 />
            {t("invite.share")}
          </Button>
        )}
      </div>
      {room.invite_only && !host && <p className="text-faint text-sm">{t("invite.ask_host")}</p>}
    </div>
  );
}

/** The server's link, which carries its public address when it knows one. */
function absolute(link: string): string {
  return /^https?:\/\//.test(link) ? link : resolve(link);
}

/** The clipboard is missing on plain-HTTP addresses; the old way still works there. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.querySelector<HTMLInputElement>("input[readonly]");
    field?.select();
    return document.execCommand("copy");
  }
}
