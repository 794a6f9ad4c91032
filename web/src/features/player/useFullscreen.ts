import { type RefObject, useCallback, useEffect, useState } from "react";

type AppleVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/**
 * Fills the screen with the page, of which the stage then takes all: menus and notes lie beside the
 * stage in the document and would be hidden by the stage alone. On an iPhone only the video can.
 */
export function useFullscreen(video: RefObject<HTMLVideoElement | null>) {
  const [on, setOn] = useState(false);
  useEffect(() => {
    const changed = () => setOn(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  const toggle = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) {
      void document.documentElement.requestFullscreen().catch(() => undefined);
    } else (video.current as AppleVideo | null)?.webkitEnterFullscreen?.();
  }, [video]);
  return { on, toggle };
}
