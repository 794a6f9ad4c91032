import { SendHorizontal, Smile, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/lib/types";
import { IconButton } from "@/ui/button";
import { cn } from "@/ui/cn";
import { inputStyle } from "@/ui/field";
import { Popover } from "@/ui/popover";
import type { useChat } from "./useChat";

const LONGEST = 2_000;
const REACTIONS = ["❤️", "😂", "😮", "😢", "👏", "🔥", "🍿", "😱"] as const;

export function Composer(props: {
  input: RefObject<HTMLTextAreaElement | null>;
  chat: ReturnType<typeof useChat>;
  reply: Message | null;
  onReplied: () => void;
}) {
  const { chat, reply, onReplied } = props;
  const { t } = useTranslation();
  const [text, setText] = useState("");

  const send = () => {
    const trimmed = text.trim();
    if (!trimmed) return;
    chat.send(trimmed, reply?.id ?? null);
    setText("");
    onReplied();
  };
  const keyed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      if (reply) onReplied();
      event.currentTarget.blur();
    }
  };

  return (
    <form
      className="px-3 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))]"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {reply && (
        <p className="flex items-center gap-2 pb-1 pl-3 text-dim text-xs">
          <span className="min-w-0 flex-1 truncate">
            {t("chat.replying", { name: reply.name })}{" "}
            <span className="text-faint">{reply.text}</span>
          </span>
          <IconButton label={t("chat.no_reply")} onClick={onReplied}>
            <X />
          </IconButton>
        </p>
      )}
      <div className="flex items-end gap-1">
        <Popover
          side="top"
          align="start"
          className="p-2"
          trigger={
            <IconButton label={t("chat.react")}>
              <Smile />
            </IconButton>
          }
        >
          <div className="grid grid-cols-4 gap-1">
            {REACTIONS.map((emoji) => (
              <button
                key={emoji}
                type="button"
                aria-label={t("chat.react_with", { emoji })}
                onClick={() => chat.react(emoji)}
                className="grid size-11 place-items-center rounded-lg text-2xl hover:bg-lifted"
              >
                {emoji}
              </button>
            ))}
          </div>
        </Popover>
        <textarea
          ref={props.input}
          rows={1}
          value={text}
          maxLength={LONGEST}
          aria-label={t("chat.write")}
          placeholder={t("chat.write")}
          enterKeyHint="send"
          onChange={(event) => {
            setText(event.target.value);
            if (event.target.value) chat.typing();
            else chat.stopTyping();
          }}
          onKeyDown={keyed}
          className={cn(
            inputStyle,
            "field-sizing-content max-h-32 min-h-11 resize-none rounded-3xl py-2.5 leading-snug",
          )}
        />
        <IconButton
          label={t("chat.send")}
          type="submit"
          tone={text.trim() ? "primary" : "ghost"}
          disabled={!text.trim()}
        >
          <SendHorizontal />
        </IconButton>
      </div>
    </form>
  );
}
