import { Popover as Base } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";
import { cn } from "./cn";

export function Popover(props: {
  trigger: ReactElement;
  title?: string;
  side?: "top" | "bottom";
  align?: "start" | "center" | "end";
  className?: string;
  children: ReactNode;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner
          side={props.side ?? "bottom"}
          align={props.align ?? "end"}
          sideOffset={8}
          collisionPadding={8}
          className="z-50"
        >
          <Base.Popup
            className={cn(
              "pop max-h-(--available-height) max-w-[calc(100vw-1rem)] overflow-y-auto rounded-xl bg-raised p-4 text-ink shadow-pop outline-none",
              props.className,
            )}
          >
            {props.title && (
              <Base.Title className="mb-2 font-medium text-sm">{props.title}</Base.Title>
            )}
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
