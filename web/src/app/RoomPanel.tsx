import { PanelRightClose } from "lucide-react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { ChatPanel } from "@/features/chat/ChatPanel";
import { MembersPanel } from "@/features/members/MembersPanel";
import { QueuePanel } from "@/features/rooms/QueuePanel";
import { useRoom } from "@/room/context";
import { Boundary } from "@/ui/boundary";
import { IconButton } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Tabs } from "@/ui/tabs";

export type PanelTab = "chat" | "members" | "queue";

/** The company: beside the film, below it, or as a veil over it on a phone lying down. */
export function RoomPanel(props: {
  tab: PanelTab;
  onTab: (tab: PanelTab) => void;
  unread: number;
  seen_seq: number;
  visible: boolean;
  input: RefObject<HTMLTextAreaElement | null>;
  onAdd: () => void;
  onClose?: () => void;
  className?: string;
}) {
  const { t } = useTranslation();
  const online = useRoom(({ members }) => members.filter((each) => each.online).length);
  const queued = useRoom(({ queue }) => queue.length);
  const ready = useRoom(({ phase }) => phase !== "connecting");
  const count = (label: string, n: number) => (n > 0 ? `${label} ${n}` : label);
  return (
    <aside
      aria-label={t("room.panel")}
      className={cn(
        "flex w-90 shrink-0 flex-col bg-surface lying:absolute lying:inset-y-0 lying:right-0 lying:z-20 lying:w-76 lying:bg-veil lying:backdrop-blur-md upright:min-h-0 upright:w-full upright:flex-1",
        props.className,
      )}
    >
      <Tabs
        label={t("room.panel")}
        value={props.tab}
        onChange={props.onTab}
        tabs={[
          { value: "chat", label: t("room.chat"), badge: props.tab === "chat" ? 0 : props.unread },
          { value: "members", label: count(t("room.members"), online) },
          { value: "queue", label: count(t("room.queue"), queued) },
        ]}
        end={
          props.onClose && (
            <IconButton label={t("room.close_panel")} className="mr-1" onClick={props.onClose}>
              <PanelRightClose />
            </IconButton>
          )
        }
        className="flex min-h-0 flex-1 flex-col pt-1"
        panelClassName="min-h-0 flex-1 outline-offset-[-2px]"
      >
        <Boundary key={props.tab}>
          {props.tab === "chat" && props.visible && ready && (
            <ChatPanel input={props.input} seen_seq={props.seen_seq} />
          )}
          {props.tab === "members" && <MembersPanel />}
          {props.tab === "queue" && <QueuePanel onAdd={props.onAdd} />}
        </Boundary>
      </Tabs>
    </aside>
  );
}
