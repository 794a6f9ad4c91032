/**
 * Injected before any script of the page: keeps the untouched clocks and accessors to itself, gives
 * the page the clocks it shall believe in, and logs what is seen. `RIG_OPTIONS` is filled in.
 *
 * Everything logged goes by the untouched `performance.now()`, in milliseconds.
 */
(() => {
  const options = RIG_OPTIONS;
  const now = performance.now.bind(performance);
  const { get: readTime, set: writeTime } = Object.getOwnPropertyDescriptor(
    HTMLMediaElement.prototype,
    "currentTime",
  );
  const nextFrame = HTMLVideoElement.prototype.requestVideoFrameCallback;
  const every = window.setInterval.bind(window);
  const later = window.setTimeout.bind(window);

  const rig = {
    plant_s: 0,
    frames: [],
    samples: [],
    sets: [],
    events: [],
    sent: [],
    reads: [],
    now,
    readTime: (video) => readTime.call(video),
    forget() {
      for (const log of [rig.frames, rig.samples, rig.sets, rig.events, rig.sent, rig.reads]) {
        log.length = 0;
      }
    },
    take() {
      const { frames, samples, sets, events, sent, reads } = rig;
      const taken = { frames, samples, sets, events, sent, reads };
      const copy = JSON.stringify(taken);
      rig.forget();
      return copy;
    },
    /** Reads the picture on screen at an untouched time. */
    readAt(at) {
      later(() => rig.reads.push([now(), watched ? picture(watched) : null]), at - now());
    },
  };
  Object.defineProperty(window, "__rig", { value: rig });

  // ---- the clocks the page believes in
  const scale = 1 + options.drift_ppm * 1e-6;
  const believed = (at) => at * scale + options.offset_ms;
  if (scale !== 1 || options.offset_ms !== 0) {
    performance.now = () => believed(now());
    const stamp = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp").get;
    Object.defineProperty(Event.prototype, "timeStamp", {
      configurable: true,
      get() {
        return believed(stamp.call(this));
      },
    });
    const draw = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (call) => draw((at) => call(believed(at)));
    HTMLVideoElement.prototype.requestVideoFrameCallback = function (call) {
      return nextFrame.call(this, (at, meta) => {
        const told = { ...meta };
        for (const name of ["presentationTime", "expectedDisplayTime", "receiveTime"]) {
          if (name in told) told[name] = believed(told[name]);
        }
        call(believed(at), told);
      });
    };
  }
  if (options.date_ms !== 0) {
    const Real = Date;
    window.Date = new Proxy(Real, {
      construct: (target, given, made) =>
        given.length > 0
          ? Reflect.construct(target, given, made)
          : Reflect.construct(target, [Real.now() + options.date_ms], made),
      apply: () => new Real(Real.now() + options.date_ms).toString(),
      get: (target, name) =>
        name === "now" ? () => Real.now() + options.date_ms : Reflect.get(target, name),
    });
  }

  // ---- the position the page believes in, and every jump it makes
  Object.defineProperty(HTMLMediaElement.prototype, "currentTime", {
    configurable: true,
    enumerable: true,
    get() {
      return readTime.call(this) + rig.plant_s;
    },
    set(to) {
      rig.sets.push([now(), readTime.call(this), to - rig.plant_s, this.paused ? 1 : 0]);
      writeTime.call(this, to - rig.plant_s);
    },
  });

  // ---- what the page tells the server about being ready
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (message) {
    if (typeof message === "string" && message.includes('"member:ready"')) {
      rig.sent.push([now(), message.slice(0, 300)]);
    }
    return send.call(this, message);
  };

  // ---- pictures
  const canvas = document.createElement("canvas");
  canvas.width = 320;
  canvas.height = 2;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  function picture(video) {
    const { videoWidth: wide, videoHeight: high } = video;
    if (wide === 0) return null;
    pen.drawImage(video, 0, (high * 10) / 180, wide, (high * 4) / 180, 0, 0, 320, 2);
    const pixels = pen.getImageData(0, 0, 320, 1).data;
    let code = 0;
    for (let bit = 0; bit < 20; bit++) code = code * 2 + (pixels[(bit * 16 + 8) * 4] > 128 ? 1 : 0);
    const number = Math.floor(code / 16);
    const sum = [0, 4, 8, 12].reduce((total, shift) => total + ((number >> shift) & 15), 0);
    return ((sum & 15) ^ 15) === code % 16 ? number : null;
  }

  let watched = null;
  function watch(video) {
    watched = video;
    const seen = (at, meta) => {
      if (watched !== video) return;
      rig.frames.push([
        picture(video),
        meta.mediaTime,
        meta.expectedDisplayTime,
        meta.presentedFrames,
        at,
      ]);
      nextFrame.call(video, seen);
    };
    nextFrame.call(video, seen);
    for (const kind of ["seeking", "seeked", "waiting", "playing", "pause", "play", "stalled"]) {
      video.addEventListener(kind, () =>
        rig.events.push([now(), kind, readTime.call(video), video.readyState]),
      );
    }
  }

  // ---- ten times a second, what the page thinks; twenty times, where the element is
  let turn = 0;
  let app = [null, null, null, null, null];
  const motions = ["stopped", "starting", "running"];
  every(() => {
    const video = document.querySelector("video");
    if (!video) return;
    const position_s = readTime.call(video);
    const at = now();
    if (video !== watched) watch(video);
    let told = null;
    turn += 1;
    const page = window.__watchtogether;
    if (page && turn % 2 === 0) {
      const server_ms = page.serverNow();
      const read_at = now();
      const { uncertainty_ms, motion, muted } = page.state();
      app = [
        Number.isFinite(server_ms) ? server_ms : null,
        read_at,
        finite(page.expected()),
        finite(page.drift()),
        uncertainty_ms,
      ];
      told = [...app, motions.indexOf(motion), muted ? 1 : 0];
    }
    const flags = (video.paused ? 1 : 0) + (video.seeking ? 2 : 0) + (video.ended ? 4 : 0);
    rig.samples.push([
      at,
      position_s,
      video.playbackRate,
      flags,
      video.readyState,
      ahead(video, position_s),
      told,
    ]);
  }, 50);

  const finite = (value) => (Number.isFinite(value) ? value : null);

  function ahead(video, position_s) {
    const { buffered } = video;
    for (let i = 0; i < buffered.length; i++) {
      if (buffered.start(i) <= position_s + 0.1 && position_s <= buffered.end(i)) {
        return buffered.end(i) - position_s;
      }
    }
    return 0;
  }
})();
