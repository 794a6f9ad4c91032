import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { cn } from "./cn";

export interface Tab<T extends string> {
  value: T;
  label: string;
  badge?: number;
}

/** A row of tabs over one panel, which the caller renders for the chosen value. */
export function Tabs<T extends string>(props: {
  label: string;
  value: T;
  tabs: readonly Tab<T>[];
  onChange: (value: T) => void;
  end?: ReactNode;
  className?: string;
  panelClassName?: string;
  children: ReactNode;
}) {
  return (
    <Base.Root
      value={props.value}
      onValueChange={(value: T) => props.onChange(value)}
      className={props.className}
    >
      <div className="flex items-center gap-1">
        <Base.List
          aria-label={props.label}
          className="flex min-w-0 flex-1 gap-1 overflow-x-auto p-1 [scrollbar-width:none]"
        >
          {props.tabs.map((each) => (
            <Base.Tab
              key={each.value}
              value={each.value}
              className={cn(
                "flex min-h-11 shrink-0 items-center gap-2 rounded-full px-4 font-medium text-dim text-sm transition-colors hover:text-ink",
                "data-active:bg-raised data-active:text-ink",
              )}
            >
              {each.label}
              {each.badge ? (
                <span className="tabular grid h-5 min-w-5 place-items-center rounded-full bg-accent px-1.5 font-semibold text-accent-ink text-xs">
                  {each.badge}
                </span>
              ) : null}
            </Base.Tab>
          ))}
        </Base.List>
        {props.end}
      </div>
      <Base.Panel value={props.value} keepMounted className={props.panelClassName}>
        {props.children}
      </Base.Panel>
    </Base.Root>
  );
}
