import { Search, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { cn } from "@/ui/cn";
import { inputStyle } from "@/ui/field";

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** "/" comes here from anywhere, Escape clears, the arrow down goes to what was found. */
export function SearchField(props: {
  value: string;
  onChange: (value: string) => void;
  onDown?: () => void;
  className?: string;
}) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.altKey || event.ctrlKey || event.metaKey) return;
      if (typing(event.target) || event.defaultPrevented) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  return (
    <search className={cn("relative block", props.className)}>
      <Search
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-4 size-4.5 text-faint"
      />
      <input
        ref={input}
        type="search"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && props.value) {
            event.stopPropagation();
            event.nativeEvent.stopImmediatePropagation();
            event.preventDefault();
            props.onChange("");
          }
          if (event.key === "ArrowDown" && props.onDown) {
            event.preventDefault();
            props.onDown();
          }
        }}
        dir="auto"
        maxLength={200}
        enterKeyHint="search"
        aria-keyshortcuts="/"
        aria-label={t("library.search")}
        placeholder={t("library.search")}
        className={cn(
          inputStyle,
          "min-h-11 rounded-full pr-11 pl-11 [&::-webkit-search-cancel-button]:hidden",
        )}
      />
      {props.value && (
        <IconButton
          label={t("library.clear")}
          className="absolute top-0 right-0"
          onClick={() => {
            props.onChange("");
            input.current?.focus();
          }}
        >
          <X />
        </IconButton>
      )}
    </search>
  );
}
