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
}

const STAY_MS = 4_200;
const AT_MOST = 3;

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));
let last = 0;

/** Shows a note; one with the same `key` takes the place of the earlier one. */
export function notify(note: { text: string; tone?: Toast["tone"]; key?: string }): void {
  const toast: Toast = { id: ++last, tone: "plain", ...note };
  const others = useToasts
    .getState()
    .toasts.filter((each) => !note.key || each.key !== note.key)
    .filter((each) => each.text !== note.text);
  useToasts.setState({ toasts: [...others, toast].slice(-AT_MOST) });
  setTimeout(() => {
    useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== toast.id) }));
  }, STAY_MS);
}

export function Toaster() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none in-data-[scene=room]:top-20 fixed inset-x-4 top-4 z-60 flex flex-col items-center gap-2"
    >
      {toasts.map((each) => (
        <p
          key={each.id}
          className={cn(
            "animate-appear max-w-md rounded-full bg-raised px-4 py-2 text-sm shadow-pop",
            each.tone === "trouble" && "bg-danger text-bg",
          )}
        >
          {each.text}
        </p>
      ))}
    </div>
  );
}
