import { useLayoutEffect } from "react";

/** In a room the lights are off, whatever the theme. */
export function useRoomScene(): void {
  useLayoutEffect(() => {
    document.documentElement.dataset.scene = "room";
    return () => {
      delete document.documentElement.dataset.scene;
    };
  }, []);
}
