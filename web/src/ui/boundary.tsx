import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";
import { Empty } from "./states";

/** Keeps a failure inside its own part of the page. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    return this.state.failed ? <Broken /> : this.props.children;
  }
}

export function Broken() {
  const { t } = useTranslation();
  return (
    <div role="alert" className="grid h-full place-items-center">
      <Empty title={t("lost.broken")} text={t("lost.broken_text")}>
        <Button onClick={() => location.reload()}>{t("lost.reload")}</Button>
      </Empty>
    </div>
  );
}
