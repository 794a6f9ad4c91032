import { DoorClosed, Ticket } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sentence } from "@/lib/i18n";
import { keep, kept } from "@/lib/kept";
import type { Account, Door } from "@/lib/types";
import { Avatar } from "@/ui/avatar";
import { Beam } from "@/ui/beam";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { Ambience, Poster } from "@/ui/poster";
import { Empty } from "@/ui/states";
import { Wordmark } from "@/ui/wordmark";
import { useJoinAsGuest } from "./api";

const FACES = 8;

/** What a link opens: what is on, who is inside, one field, one button. */
export function DoorPage(props: {
  door: Door;
  account: Account | null;
  invite: string | null;
  onEnter: () => void;
  onSignIn: () => void;
}) {
  const { t } = useTranslation();
  const { door } = props;
  if (door.closed) {
    return (
      <main className="grid min-h-dvh place-items-center">
        <Empty icon={<DoorClosed />} title={t("door.closed")} text={t("door.closed_text")} />
      </main>
    );
  }
  return (
    <main className="relative min-h-dvh">
      {door.item ? <Ambience src={door.item.backdrop ?? door.item.poster} /> : <Beam />}
      <div className="relative mx-auto flex min-h-dvh max-w-lg flex-col gap-6 px-5 py-6 sm:justify-center">
        <Wordmark />
        <div className="flex flex-1 flex-col justify-end gap-6 sm:flex-none">
          <header className="flex items-end gap-4">
            {door.item?.poster && (
              <Poster src={door.item.poster} eager className="w-24 shrink-0 shadow-pop sm:w-28" />
            )}
            <div className="min-w-0">
              <p className="text-dim text-sm">
                {door.host ? t("door.invites", { host: door.host }) : t("door.welcome")}
              </p>
              <h1 className="title mt-1 text-3xl sm:text-4xl">{door.item?.title ?? door.name}</h1>
              <p className="mt-1 text-dim">
                {door.item ? (door.item.subtitle ?? door.name) : null}
              </p>
            </div>
          </header>
          <People people={door.people} />
          {props.account ? (
            <Button tone="primary" size="lg" onClick={props.onEnter}>
              {t("door.enter_as", { name: props.account.display_name })}
            </Button>
          ) : (
            <GuestForm {...props} />
          )}
        </div>
      </div>
    </main>
  );
}

function People({ people }: { people: Door["people"] }) {
  const { t } = useTranslation();
  if (people.length === 0) return <p className="text-faint text-sm">{t("door.nobody")}</p>;
  const names = people.map((each) => each.name);
  const some =
    names.length > 3 ? [...names.slice(0, 3), t("wait.more", { count: names.length - 3 })] : names;
  return (
    <div className="flex items-center gap-3">
      <span className="flex -space-x-1.5">
        {people.slice(0, FACES).map((each) => (
          <Avatar
            key={each.name}
            name={each.name}
            colour={each.colour}
            className="ring-2 ring-bg"
          />
        ))}
      </span>
      <p className="min-w-0 text-dim text-sm">
        {t("door.inside", {
          count: names.length,
          names: new Intl.ListFormat(undefined).format(some),
        })}
      </p>
    </div>
  );
}

function GuestForm(props: {
  door: Door;
  invite: string | null;
  onEnter: () => void;
  onSignIn: () => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState(() => kept("name") ?? "");
  const join = useJoinAsGuest(props.door.code, props.onEnter);
  const needsInvite = props.door.invite_only && !props.invite;
  if (needsInvite) {
    return (
      <div className="grid gap-3">
        <p className="flex items-center gap-3 text-dim">
          <Ticket aria-hidden className="size-5 shrink-0 text-accent-text" />
          {t("door.invite_only")}
        </p>
        <Button onClick={props.onSignIn}>{t("door.sign_in")}</Button>
      </div>
    );
  }
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    keep("name", name.trim());
    join.mutate({ name: name.trim(), ...(props.invite ? { invite: props.invite } : {}) });
  };
  return (
    <form onSubmit={submitted} className="grid gap-4">
      <Field
        label={t("door.name")}
        name="name"
        autoComplete="nickname"
        enterKeyHint="go"
        required
        maxLength={40}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={join.error ? sentence(join.error) : undefined}
      />
      <Button type="submit" tone="primary" size="lg" busy={join.isPending} disabled={!name.trim()}>
        {t("door.enter")}
      </Button>
      <Button
        tone="link"
        size="inline"
        className="min-h-11 justify-self-center"
        onClick={props.onSignIn}
      >
        {t("door.have_account")}
      </Button>
    </form>
  );
}
