import { useTranslation } from "react-i18next";
import { Dialog } from "@/ui/dialog";

const KEYS = [
  { keys: ["space", "K"], word: "toggle" },
  { keys: ["J", "L"], word: "ten" },
  { keys: ["←", "→"], word: "five" },
  { keys: ["↑", "↓"], word: "volume" },
  { keys: ["F"], word: "fullscreen" },
  { keys: ["M"], word: "mute" },
  { keys: ["C"], word: "subtitles" },
  { keys: ["S"], word: "skip_marker" },
  { keys: ["<", ">"], word: "speed" },
  { keys: ["N"], word: "next" },
  { keys: ["O"], word: "out" },
  { keys: ["U"], word: "undo" },
  { keys: ["enter"], word: "chat" },
  { keys: ["esc"], word: "escape" },
  { keys: ["?"], word: "help" },
] as const;

export function KeysDialog(props: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <Dialog {...props} title={t("keys.title")}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-2 pt-2 text-sm">
        {KEYS.map(({ keys, word }) => (
          <div key={word} className="col-span-2 grid grid-cols-subgrid">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="grid h-8 min-w-8 place-items-center rounded-lg bg-raised px-2 font-sans text-xs"
                >
                  {key.length > 1 ? t(`keys.names.${key as "space"}`) : key}
                </kbd>
              ))}
            </dt>
            <dd className="self-center text-dim">{t(`keys.${word}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
