/** The room's timeline as a timing object, for the `timingsrc` library to follow. */
import { TimingObject } from "timing-object";
import { setTimingsrc } from "timingsrc";

/** Server seconds are the provider's time; how far they are from the page's is its skew. */
class Provider extends EventTarget {
  startPosition = Number.NEGATIVE_INFINITY;
  endPosition = Number.POSITIVE_INFINITY;
  readyState = "open";
  error = null;
  skew = 0;
  vector = { position: 0, velocity: 0, acceleration: 0, timestamp: 0 };
  update() {
    return Promise.reject(new Error("the room decides"));
  }
}

/** `clock.now()` is server time in ms. Returns what takes timelines. */
export function followByTimingsrc(video, clock) {
  const provider = new Provider();
  const adjust = () => {
    const now_ms = clock.now();
    if (now_ms === null) return;
    provider.skew = (now_ms - performance.now()) / 1_000;
    provider.dispatchEvent(new Event("adjust"));
  };
  adjust();
  setInterval(adjust, 100);
  let follows = false;
  return (timeline) => {
    adjust();
    const playing = timeline.state === "playing";
    provider.vector = {
      position: timeline.position_s,
      velocity: playing ? timeline.rate : 0,
      acceleration: 0,
      timestamp: timeline.as_of_ms / 1_000,
    };
    if (follows) return void provider.dispatchEvent(new Event("change"));
    follows = true;
    setTimingsrc(video, new TimingObject(provider));
  };
}
