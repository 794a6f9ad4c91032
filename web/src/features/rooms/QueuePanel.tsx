import { ArrowDown, ArrowUp, ListPlus, ListVideo, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useCommands, useMay, useRoom } from "@/room/context";
import { Button, IconButton } from "@/ui/button";
import { Poster } from "@/ui/poster";
import { Empty } from "@/ui/states";

/** What comes next, in order. */
export function QueuePanel({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation();
  const { run } = useCommands();
  const queue = useRoom((state) => state.queue);
  const may = useMay("queue.edit");
  const add = may && (
    <Button onClick={onAdd}>
      <ListPlus />
      {t("queue.add")}
    </Button>
  );
  if (queue.length === 0) {
    return (
      <div className="h-full overflow-y-auto">
        <Empty icon={<ListVideo />} title={t("queue.empty")} text={t("queue.empty_text")}>
          {add}
        </Empty>
      </div>
    );
  }
  const move = (entry_id: string, to: number) => void run("queue:move", { entry_id, to });
  return (
    <div className="grid h-full content-start gap-3 overflow-y-auto p-3">
      <ol aria-label={t("queue.label")} className="grid gap-1">
        {queue.map((entry, index) => (
          <li key={entry.id} className="flex items-center gap-3 rounded-xl p-2 hover:bg-raised">
            <Poster src={entry.item.poster} className="w-11 shrink-0 rounded-md" />
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium text-sm">{entry.item.title}</p>
              <p className="truncate text-faint text-xs">
                {entry.item.subtitle && (
                  <>
                    {entry.item.subtitle}
                    {t("common.dot")}
                  </>
                )}
                {t("queue.by", { name: entry.by.name })}
              </p>
            </div>
            {may && (
              <span className="flex shrink-0">
                {index > 0 && (
                  <IconButton label={t("queue.up")} onClick={() => move(entry.id, index - 1)}>
                    <ArrowUp />
                  </IconButton>
                )}
                {index === 0 && queue.length > 1 && (
                  <IconButton label={t("queue.down")} onClick={() => move(entry.id, index + 1)}>
                    <ArrowDown />
                  </IconButton>
                )}
                <IconButton
                  label={t("queue.remove")}
                  onClick={() => void run("queue:remove", { entry_id: entry.id })}
                >
                  <Trash2 />
                </IconButton>
              </span>
            )}
          </li>
        ))}
      </ol>
      {add}
    </div>
  );
}
