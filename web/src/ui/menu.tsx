import { Menu as Base } from "@base-ui/react/menu";
import { Check, Minus, Plus } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { cn } from "./cn";

const ROW =
  "flex min-h-11 w-full cursor-default select-none items-center gap-3 rounded-lg px-3 text-sm outline-none data-highlighted:bg-lifted [&_svg]:size-4.5 [&_svg]:shrink-0";

export function Menu(props: {
  trigger: ReactElement;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom";
  className?: string;
}) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner
          side={props.side ?? "bottom"}
          align={props.align ?? "end"}
          sideOffset={8}
          collisionPadding={8}
          className="z-50 outline-none"
        >
          <Base.Popup
            className={cn(
              "pop max-h-(--available-height) min-w-52 max-w-80 overflow-y-auto rounded-xl bg-raised p-1.5 text-ink shadow-pop outline-none",
              props.className,
            )}
          >
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem(props: {
  onSelect: () => void;
  icon?: ReactNode;
  danger?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Base.Item
      onClick={props.onSelect}
      className={cn(ROW, props.danger && "text-danger", props.className)}
    >
      {props.icon}
      {props.children}
    </Base.Item>
  );
}

export function MenuCheck(props: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Base.CheckboxItem
      checked={props.checked}
      onCheckedChange={(checked) => props.onChange(checked)}
      closeOnClick={false}
      className={ROW}
    >
      <span className="grid size-4.5 place-items-center">{props.checked && <Check />}</span>
      {props.children}
    </Base.CheckboxItem>
  );
}

export function MenuChoice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  disabled?: boolean;
  onChange: (value: T) => void;
}) {
  return (
    <Base.RadioGroup value={props.value} onValueChange={(value: T) => props.onChange(value)}>
      <Base.Group>
        <Base.GroupLabel className="px-3 pt-2 pb-1 text-faint text-xs">
          {props.label}
        </Base.GroupLabel>
        {props.options.map((each) => (
          <Base.RadioItem
            key={each.value}
            value={each.value}
            disabled={props.disabled ?? false}
            className={cn(ROW, "data-disabled:opacity-50")}
          >
            <span className="grid size-4.5 place-items-center">
              {each.value === props.value && <Check />}
            </span>
            {each.label}
          </Base.RadioItem>
        ))}
      </Base.Group>
    </Base.RadioGroup>
  );
}

/** A choice among a few short values, side by side. */
export function MenuTiles<T extends string | number>(props: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  disabled?: boolean;
  onChange: (value: T) => void;
}) {
  return (
    <Base.RadioGroup value={props.value} onValueChange={(value: T) => props.onChange(value)}>
      <Base.Group>
        <Base.GroupLabel className="px-3 pt-2 pb-1 text-faint text-xs">
          {props.label}
        </Base.GroupLabel>
        <div className="grid grid-cols-4 gap-1 px-1.5 pb-1">
          {props.options.map((each) => (
            <Base.RadioItem
              key={each.value}
              value={each.value}
              disabled={props.disabled ?? false}
              closeOnClick={false}
              className="tabular grid min-h-11 cursor-default select-none place-items-center rounded-lg px-2 text-sm outline-none data-disabled:opacity-50 data-checked:bg-accent-wash data-checked:font-medium data-checked:text-accent-text data-highlighted:bg-lifted"
            >
              {each.label}
            </Base.RadioItem>
          ))}
        </div>
      </Base.Group>
    </Base.RadioGroup>
  );
}

interface Step {
  label: string;
  onSelect: () => void;
}

/** A value between the two buttons that make it less and more; the menu stays open. */
export function MenuStep(props: { label: string; value: string; less: Step; more: Step }) {
  const button = (step: Step, icon: ReactNode) => (
    <Base.Item
      aria-label={step.label}
      closeOnClick={false}
      onClick={step.onSelect}
      className={cn(ROW, "w-11 justify-center px-0")}
    >
      {icon}
    </Base.Item>
  );
  return (
    <Base.Group className="flex items-center px-1.5">
      <Base.GroupLabel className="flex-1 px-1.5 text-faint text-xs">{props.label}</Base.GroupLabel>
      {button(props.less, <Minus />)}
      <span aria-live="polite" className="tabular min-w-14 text-center text-sm">
        {props.value}
      </span>
      {button(props.more, <Plus />)}
    </Base.Group>
  );
}

/** A sentence that explains what is around it. */
export function MenuNote({ children }: { children: ReactNode }) {
  return <p className="max-w-72 px-3 py-1.5 text-faint text-xs">{children}</p>;
}

export function MenuLine() {
  return <div aria-hidden className="mx-3 my-1.5 h-px bg-line" />;
}
