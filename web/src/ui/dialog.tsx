import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";
import { cn } from "./cn";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  /** A sheet takes the height it needs from the foot of the screen; a dialog floats. */
  shape?: "dialog" | "sheet";
  className?: string;
  children: ReactNode;
}

const SHAPES = {
  dialog:
    "top-1/2 left-1/2 w-[min(30rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] -translate-x-1/2 -translate-y-1/2 rounded-card dim-in",
  sheet: "inset-x-0 bottom-0 mx-auto w-full max-w-5xl h-[min(88dvh,56rem)] rounded-t-card slide-up",
};

export function Dialog({ shape = "dialog", ...props }: Props) {
  const { t } = useTranslation();
  return (
    <Base.Root open={props.open} onOpenChange={(open) => props.onOpenChange(open)}>
      <Base.Portal>
        <Base.Backdrop className="dim-in fixed inset-0 z-40 bg-black/60" />
        <Base.Popup
          className={cn(
            "fixed z-50 flex flex-col overflow-hidden bg-surface text-ink shadow-pop outline-none",
            SHAPES[shape],
            props.className,
          )}
        >
          <header className="flex items-center gap-3 px-5 pt-4 pb-2">
            <div className="min-w-0 flex-1">
              <Base.Title className="title truncate text-xl">{props.title}</Base.Title>
              {props.description && (
                <Base.Description className="mt-1 text-dim text-sm">
                  {props.description}
                </Base.Description>
              )}
            </div>
            <Base.Close
              render={
                <IconButton label={t("common.close")} className="-mr-2 self-start">
                  <X />
                </IconButton>
              }
            />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{props.children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
