/** A new password for the present one; it signs all other devices out. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/lib/account";
import { api } from "@/lib/api";
import { sentence } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { notify } from "@/ui/toast";
import { Row } from "./parts";

export function PasswordForm() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div className="grid gap-4">
      <Row name={t("settings.password.title")} text={t("settings.password.text")}>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? "settings.password.cancel" : "settings.password.change")}
        </Button>
      </Row>
      {open && <Form onDone={() => setOpen(false)} />}
    </div>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const cache = useQueryClient();
  const [current, setCurrent] = useState("");
  const [chosen, setChosen] = useState("");
  const change = useMutation({
    mutationFn: () =>
      api.post("api/auth/password", { current_password: current, new_password: chosen }),
    onSuccess: () => {
      notify({ text: t("settings.password.done") });
      void cache.invalidateQueries({ queryKey: ["sessions"] });
      onDone();
    },
  });
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submitted} className="grid gap-4">
      {/* For password managers: whose password this is. */}
      <input
        type="text"
        name="username"
        autoComplete="username"
        value={me?.account?.username ?? ""}
        readOnly
        hidden
      />
      <Field
        label={t("settings.password.current")}
        name="current-password"
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <Field
        label={t("settings.password.new")}
        name="new-password"
        type="password"
        autoComplete="new-password"
        required
        value={chosen}
        onChange={(event) => setChosen(event.target.value)}
        hint={t("signin.password_hint")}
      />
      {change.error && (
        <p role="alert" className="text-danger text-sm">
          {sentence(change.error)}
        </p>
      )}
      <Button type="submit" tone="primary" className="justify-self-start" busy={change.isPending}>
        {t("settings.password.save")}
      </Button>
    </form>
  );
}
