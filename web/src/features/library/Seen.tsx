import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { clockTime } from "@/lib/format";
import type { ItemSummary, SeenBy } from "@/lib/plexTypes";
import { useRoom } from "@/room/context";
import { Avatar } from "@/ui/avatar";
import { seenQuery, sorted } from "./seenBy";

/** Who in this room has seen a title. Quiet when that cannot be known. */
export function Seen({ item }: { item: Pick<ItemSummary, "server" | "rating_key"> }) {
  const { t } = useTranslation();
  const code = useRoom((state) => state.room?.code ?? null);
  const query = useQuery({
    ...seenQuery(code ?? "", item.server, item.rating_key),
    enabled: code !== null,
  });
  const found = sorted(query.data?.members ?? []);
  if (found.seen.length + found.midway.length + found.not.length === 0) return null;
  return (
    <section aria-labelledby="who-has-seen" className="grid gap-2">
      <h3 id="who-has-seen" className="font-medium text-sm">
        {t("library.who_seen")}
      </h3>
      <ul className="flex flex-wrap gap-x-5 gap-y-2">
        {found.seen.map((each) => (
          <Person key={each.member_id} member={each} word={t("library.seen")} />
        ))}
        {found.midway.map((each) => (
          <Person
            key={each.member_id}
            member={each}
            word={t("library.seen_to", { position: clockTime(each.view_offset_s ?? 0) })}
          />
        ))}
        {found.not.map((each) => (
          <Person key={each.member_id} member={each} word={t("library.not_seen")} dimmed />
        ))}
      </ul>
    </section>
  );
}

function Person(props: { member: SeenBy["members"][number]; word: string; dimmed?: boolean }) {
  const { member } = props;
  const colour = useRoom(
    ({ members }) => members.find((each) => each.id === member.member_id)?.colour ?? 0,
  );
  return (
    <li className="flex min-w-0 items-center gap-2 text-sm">
      <Avatar name={member.name} colour={colour} size="sm" dimmed={props.dimmed ?? false} />
      <span className="min-w-0">
        <span dir="auto" className="block max-w-40 truncate">
          {member.name}
        </span>
        <span className="tabular block text-faint text-xs">{props.word}</span>
      </span>
    </li>
  );
}
