import { Search, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { cn } from "@/ui/cn";
import { inputStyle } from "@/ui/field";

export function SearchField(props: {
  value: string;
  onChange: (value: string) => void;
  className?: string;
}) {
  const { t } = useTranslation();
  return (
    <search className={cn("relative block", props.className)}>
      <Search
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-4 size-4.5 text-faint"
      />
      <input
        type="search"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
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
          onClick={() => props.onChange("")}
        >
          <X />
        </IconButton>
      )}
    </search>
  );
}
