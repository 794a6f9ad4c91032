import { useEffect, useState } from "react";
import { create } from "zustand";
import { cn } from "./cn";

/**
 * Short notes that pass by themselves. Our own, as the usual libraries inject styles that the
 * content security policy forbids.
 */
export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "trouble";
  key?: string;
  /** What one can do about it; such a note stays longer, and while it is pointed at. */
  actions?: readonly { label: string; act: () => void }[];
}

const STAY_MS = 4_200;
const STAY_WITH_ACTIONS_MS = 9_000;
const AT_MOST = 3;

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));
let last = 0;

/** Shows a note; one with the same `key` takes the place of the earlier one. */
export function notify(note: Omit<Toast, "id" | "tone"> & { tone?: Toast["tone"] }): void {
  const toast: Toast = { id: ++last, tone: "plain", ...note };
  const others = useToasts
    .getState()
    .toasts.filter((each) => !note.key || each.key !== note.key)
    .filter((each) => each.text !== note.text);
  useToasts.setState({ toasts: [...others, toast].slice(-AT_MOST) });
}

function dismiss(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== id) }));
}

export function Toaster() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div
      role="status"
      aria-live="polite"
      // In a room held upright the film is at the top and has to stay in view.
      className="pointer-events-none fixed inset-x-4 top-4 z-60 flex flex-col items-center gap-2 in-data-[scene=room]:top-20 upright:in-data-[scene=room]:top-auto upright:in-data-[scene=room]:bottom-20"
    >
      {toasts.map((each) => (
        <Note key={each.id} toast={each} />
      ))}
    </div>
  );
}

function Note({ toast }: { toast: Toast }) {
  const { id, actions } = toast;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(id), actions ? STAY_WITH_ACTIONS_MS : STAY_MS);
    return () => clearTimeout(timer);
  }, [id, actions, held]);
  return (
    <fieldset
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className={cn(
        "flex min-w-0 max-w-md animate-appear flex-wrap items-center gap-x-1 rounded-3xl bg-raised px-4 text-ink text-sm shadow-pop",
        toast.tone === "trouble" && "bg-danger text-bg",
        actions && "pointer-events-auto pr-1.5",
      )}
    >
      <p className="min-w-0 py-2">{toast.text}</p>
      {actions && (
        <span className="ml-auto flex">
          {actions.map((each) => (
            <button
              key={each.label}
              type="button"
              className="min-h-11 whitespace-nowrap rounded-full px-3 font-medium text-accent-text hover:bg-lifted"
              onClick={() => {
                dismiss(id);
                each.act();
              }}
            >
              {each.label}
            </button>
          ))}
        </span>
      )}
    </fieldset>
  );
}
