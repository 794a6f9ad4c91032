import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLive, useRoom } from "@/room/context";

const FORGET_MS = 6_000;

/** Who is writing; its height is kept free so that nothing jumps. */
export function TypingLine() {
  const { t } = useTranslation();
  const { store } = useLive();
  const typing = useRoom((state) => state.typing);
  const names = useRoom((state) =>
    state.typing.flatMap((id) => state.members.find((each) => each.id === id)?.name ?? []),
  );
  // Whoever closes the page while writing never says that they stopped.
  useEffect(() => {
    const timers = typing.map((id) => setTimeout(() => store.typing(id, false), FORGET_MS));
    return () => timers.forEach(clearTimeout);
  }, [typing, store]);
  return (
    <p aria-hidden={names.length === 0} className="h-5 truncate px-4 text-faint text-xs">
      {names.length > 0 &&
        t("chat.typing", {
          count: names.length,
          names: new Intl.ListFormat(undefined).format(names.slice(0, 3)),
        })}
    </p>
  );
}
