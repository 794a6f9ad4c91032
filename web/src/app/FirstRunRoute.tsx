import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { FirstRunPage } from "@/features/signin/FirstRunPage";

export function FirstRunRoute() {
  const navigate = useNavigate();
  const done = useCallback(() => void navigate({ to: "/" }), [navigate]);
  return <FirstRunPage onDone={done} />;
}
