import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "@/lib/i18n";
import { Button } from "./button";
import { cn } from "./cn";

/** A grey shape where something will be. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("skeleton rounded-tile", className)} />;
}

/** Says that nothing is here, and what one can do. */
export function Empty(props: {
  icon?: ReactNode;
  title: string;
  text?: string;
  children?: ReactNode;
}) {
  return (
    <div className="mx-auto grid max-w-sm justify-items-center gap-2 px-4 py-10 text-center">
      {props.icon && <div className="mb-1 text-faint [&_svg]:size-8">{props.icon}</div>}
      <p className="title text-xl">{props.title}</p>
      {props.text && <p className="text-dim text-sm">{props.text}</p>}
      {props.children && (
        <div className="mt-3 flex flex-wrap justify-center gap-2">{props.children}</div>
      )}
    </div>
  );
}

/** Something failed; says what, and offers to try again. */
export function Trouble(props: { error: unknown; onRetry?: () => void; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div
      role="alert"
      className="mx-auto grid max-w-md justify-items-center gap-3 px-4 py-10 text-center"
    >
      <CircleAlert aria-hidden className="size-8 text-danger" />
      <p className="text-dim">{sentence(props.error)}</p>
      <div className="flex flex-wrap justify-center gap-2">
        {props.onRetry && <Button onClick={props.onRetry}>{t("common.try_again")}</Button>}
        {props.children}
      </div>
    </div>
  );
}
