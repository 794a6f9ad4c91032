/**
 * A player without an app, held on a known position by the rig's own true clock: what the pictures
 * say of it must be what its `currentTime` says, and a planted offset must be read back.
 */
window.hold = async (url, navigation_start_ms, as_of_ms, position_s) => {
  const rig = window.__rig;
  const video = document.querySelector("video");
  const expected = () => position_s + (navigation_start_ms + rig.now() - as_of_ms) / 1000;
  video.preservesPitch = false;
  video.src = url;
  await new Promise((done) => video.addEventListener("loadeddata", done, { once: true }));
  for (let lead_s = 0.5; video.currentTime - expected() < 0.1; lead_s *= 2) {
    video.currentTime = expected() + lead_s;
    await new Promise((done) => video.addEventListener("canplay", done, { once: true }));
  }
  setTimeout(() => void video.play(), (video.currentTime - expected()) * 1000 - 60);
  let errors = [];
  let integral = 0;
  setInterval(() => {
    const at_s = video.currentTime;
    if (video.paused || video.seeking) return;
    errors.push(at_s - expected());
    if (errors.length < 10) return;
    const error_s = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    errors = [];
    if (Math.abs(error_s) < 0.008) integral = Math.max(-0.001, Math.min(0.001, integral - error_s / 20));
    const trim = Math.abs(error_s) < 0.0002 ? 0 : -error_s / (Math.abs(error_s) > 0.008 ? 0.7 : 1.5);
    video.playbackRate = 1 + Math.max(-0.04, Math.min(0.04, trim + integral));
  }, 50);
};
