import { useCallback, useEffect, useRef, useState } from "react";

const AWAY_AFTER_MS = 2_800;

/** Controls show while somebody moves or the film stands, and go away while it plays. */
export function useFade(playing: boolean) {
  const [awake, setAwake] = useState(true);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wake = useCallback(() => {
    setAwake(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setAwake(false), AWAY_AFTER_MS);
  }, []);
  useEffect(() => {
    wake();
    addEventListener("keydown", wake);
    return () => {
      removeEventListener("keydown", wake);
      clearTimeout(timer.current);
    };
  }, [wake]);
  return { shown: awake || !playing, wake };
}
