import { CornerUpLeft, Reply, Trash2 } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { clockTime, timeOfDay } from "@/lib/format";
import type { Message } from "@/lib/types";
import type { Draft } from "@/room/messages";
import { Avatar, personStyle } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { type Group, splitLinks } from "./groups";

interface Props {
  group: Group;
  own: boolean;
  mayDelete: boolean;
  newFrom: string | null;
  quoted: ReadonlyMap<string, Message>;
  onReply: (message: Message) => void;
  onDelete: (message_id: string) => void;
}

export const MessageGroup = memo(function MessageGroup(props: Props) {
  const { group } = props;
  const { t } = useTranslation();
  const first = group.messages[0] as Message;
  const marked = group.messages.some((each) => each.id === props.newFrom);
  return (
    <li className="grid grid-cols-[2.25rem_1fr] gap-x-3">
      {marked && (
        <p className="col-span-2 mb-3 flex items-center gap-3 font-medium text-accent-text text-xs after:h-px after:flex-1 after:bg-accent-wash">
          {t("chat.new")}
        </p>
      )}
      <Avatar name={group.name} colour={group.colour} />
      <div className="min-w-0">
        <p className="flex items-baseline gap-2">
          <span
            style={personStyle(group.colour)}
            className="person-name truncate font-semibold text-sm"
          >
            {props.own ? t("common.you") : group.name}
          </span>
          <Stamp wall_ms={first.wall_ms} position_s={first.position_s} />
        </p>
        {group.messages.map((message) => (
          <Line key={message.id} message={message} {...props} />
        ))}
      </div>
    </li>
  );
});

function Stamp({ wall_ms, position_s }: { wall_ms: number; position_s: number | null }) {
  const { t } = useTranslation();
  return (
    <span className="tabular shrink-0 text-faint text-xs">
      <time dateTime={new Date(wall_ms).toISOString()}>{timeOfDay(wall_ms)}</time>
      {position_s !== null && (
        <span title={t("chat.film_time")}>
          {t("common.dot")}
          {clockTime(position_s)}
        </span>
      )}
    </span>
  );
}

function Line({ message, quoted, mayDelete, onReply, onDelete }: Props & { message: Message }) {
  const { t } = useTranslation();
  if (message.text === null)
    return <p className="text-faint text-sm italic">{t("chat.deleted")}</p>;
  const original = message.reply_to ? quoted.get(message.reply_to) : undefined;
  return (
    <div className="group/line relative">
      {original && (
        <p className="mt-1 flex items-center gap-1.5 truncate text-faint text-xs">
          <CornerUpLeft aria-hidden className="size-3 shrink-0" />
          <span className="shrink-0 font-medium">{original.name}</span>
          <span className="truncate">{original.text ?? t("chat.deleted")}</span>
        </p>
      )}
      <MessageText text={message.text} />
      <span className="-top-3 absolute right-0 flex rounded-full bg-raised opacity-0 shadow-pop transition-opacity focus-within:opacity-100 group-hover/line:opacity-100">
        <LineButton
          label={t("chat.reply_to", { name: message.name })}
          onClick={() => onReply(message)}
        >
          <Reply />
        </LineButton>
        {mayDelete && (
          <LineButton label={t("chat.delete")} onClick={() => onDelete(message.id)}>
            <Trash2 />
          </LineButton>
        )}
      </span>
    </div>
  );
}

function LineButton(props: { label: string; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
      className="grid size-8 place-items-center rounded-full text-dim hover:text-ink pointer-coarse:size-11 [&_svg]:size-4"
    >
      {props.children}
    </button>
  );
}

function MessageText({ text, className }: { text: string; className?: string }) {
  return (
    <p className={cn("whitespace-pre-wrap text-[0.95rem] leading-snug wrap-anywhere", className)}>
      {splitLinks(text).map((part, index) =>
        part.link ? (
          <a
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text never change places
            key={index}
            href={part.text}
            target="_blank"
            rel="noreferrer noopener"
            className="text-accent-text underline underline-offset-2"
          >
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </p>
  );
}

/** A message of one's own under way: dimmed until it settles, with a way on when it failed. */
export function DraftLine(props: { draft: Draft; onAgain: () => void; onDiscard: () => void }) {
  const { t } = useTranslation();
  const { draft } = props;
  return (
    <li className="pl-12">
      <MessageText text={draft.text} className={cn(!draft.failed && "text-dim")} />
      {draft.failed && (
        <p className="flex flex-wrap items-center gap-x-3 text-danger text-sm">
          {t("chat.not_sent")}
          <Button tone="link" size="inline" onClick={props.onAgain}>
            {t("common.try_again")}
          </Button>
          <Button tone="link" size="inline" onClick={props.onDiscard}>
            {t("chat.discard")}
          </Button>
        </p>
      )}
    </li>
  );
}
