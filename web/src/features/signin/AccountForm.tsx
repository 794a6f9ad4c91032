import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/lib/api";
import { sentence } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Field } from "@/ui/field";
import { type Credentials, useEnter } from "./api";

/** Username and password: to sign in, or to make an account. */
export function AccountForm(props: {
  kind: "login" | "register";
  submit: string;
  askSetupCode?: boolean;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const enter = useEnter(props.kind);
  const [values, setValues] = useState<Credentials>({ username: "", password: "" });
  const problem = enter.error instanceof ApiError ? enter.error : null;
  const fieldError = (name: keyof Credentials) =>
    problem?.errors.find((each) => each.field === name)?.message;
  const general = enter.error && !problem?.errors.length ? sentence(enter.error) : null;
  const set = (name: keyof Credentials) => (event: { target: { value: string } }) =>
    setValues((old) => ({ ...old, [name]: event.target.value }));
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate(values, { onSuccess: props.onDone });
  };
  const making = props.kind === "register";

  return (
    <form onSubmit={submitted} className="grid gap-4">
      <Field
        label={t("signin.username")}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        value={values.username}
        onChange={set("username")}
        error={fieldError("username")}
      />
      <Field
        label={t("signin.password")}
        name="password"
        type="password"
        autoComplete={making ? "new-password" : "current-password"}
        required
        value={values.password}
        onChange={set("password")}
        error={fieldError("password")}
        {...(making ? { hint: t("signin.password_hint") } : {})}
      />
      {props.askSetupCode && (
        <Field
          label={t("signin.setup_code")}
          name="setup_code"
          autoComplete="off"
          required
          value={values.setup_code ?? ""}
          onChange={set("setup_code")}
          hint={t("signin.setup_code_hint")}
          error={fieldError("setup_code")}
        />
      )}
      {general && (
        <p role="alert" className="text-danger text-sm">
          {general}
        </p>
      )}
      <Button type="submit" tone="primary" size="lg" busy={enter.isPending}>
        {props.submit}
      </Button>
    </form>
  );
}
