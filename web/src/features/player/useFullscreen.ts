import { type RefObject, useCallback, useEffect, useState } from "react";

type AppleVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/** Fills the screen with the stage; on an iPhone only the video itself can. */
export function useFullscreen(
  stage: RefObject<HTMLElement | null>,
  video: RefObject<HTMLVideoElement | null>,
) {
  const [on, setOn] = useState(false);
  useEffect(() => {
    const changed = () => setOn(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  const toggle = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (stage.current?.requestFullscreen) {
      void stage.current.requestFullscreen().catch(() => undefined);
    } else (video.current as AppleVideo | null)?.webkitEnterFullscreen?.();
  }, [stage, video]);
  return { on, toggle };
}
