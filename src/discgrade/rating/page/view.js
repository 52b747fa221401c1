/** The picture: a slice drawn with square pixels, moved, enlarged, and with a window of grey values. */

import { byId, tell } from "./elements.js";
import { paint } from "./slices.js";

const MOST = 16;
const LEAST = 0.5;
const NEAR = 0.4;

/** Make the picture; `changed` is called when what lies over it has to be drawn anew. */
export function view(changed) {
  const stage = byId("stage");
  const canvas = byId("canvas");
  const slice = document.createElement("canvas");
  let picture = null;
  let series = null;
  let window = null;
  let zoom = 1;
  let shift = { x: 0, y: 0 };
  let isNear = false;
  let asked = false;
  let waits = false;

  new ResizeObserver(() => redraw()).observe(stage);

  /** Show a slice of a series; another series starts anew, with the window that suits the slice. */
  function show(next, of) {
    if (series !== of) whole();
    if (isOther(of) || !window) window = { center: next.center, width: next.width };
    series = of;
    picture = next;
    arrived();
    tell(byId("nothing"), "");
    repaint();
  }

  /** Await a slice: nothing can be done on the one before; that of another series, or study, goes at once. */
  function wait(of) {
    if (isOther(of)) blank("Loading …", of);
    waits = true;
    stage.dataset.waits = "";
    redraw();
  }

  function arrived() {
    waits = false;
    delete stage.dataset.waits;
  }

  const isOther = (of) => series?.key !== of?.key;

  /** Show a sentence in place of a slice. */
  function blank(text, of) {
    if (isOther(of)) window = null;
    series = of;
    picture = null;
    arrived();
    tell(byId("nothing"), text);
    redraw();
  }

  function repaint() {
    if (picture) paint(slice, picture, window);
    redraw();
  }

  function redraw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      render();
      changed();
    });
  }

  function render() {
    const sharp = globalThis.devicePixelRatio || 1;
    const [width, height] = [stage.clientWidth * sharp, stage.clientHeight * sharp].map(Math.round);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (!picture) return;
    const corner = toScreen(0, 0);
    const far = toScreen(picture.columns, picture.rows);
    context.imageSmoothingQuality = "high";
    const [left, upper] = [corner.x * sharp, corner.y * sharp];
    context.drawImage(slice, left, upper, far.x * sharp - left, far.y * sharp - upper);
  }

  /** Return how many pixels of the screen a column and a row take. */
  function steps() {
    const { columns, rows } = picture ?? series;
    const [along, down] = [series.column_spacing || 1, series.row_spacing || 1];
    const scale = zoom * Math.min(stage.clientWidth / (columns * along), stage.clientHeight / (rows * down));
    return { along: along * scale, down: down * scale, columns, rows };
  }

  /** Return where a pixel of the slice lies on the stage. */
  function toScreen(x, y) {
    const { along, down, columns, rows } = steps();
    return {
      x: stage.clientWidth / 2 + shift.x + (x - columns / 2) * along,
      y: stage.clientHeight / 2 + shift.y + (y - rows / 2) * down,
    };
  }

  /** Return which pixel of the slice lies at a point of the stage. */
  function toSlice(x, y) {
    const { along, down, columns, rows } = steps();
    return {
      x: (x - stage.clientWidth / 2 - shift.x) / along + columns / 2,
      y: (y - stage.clientHeight / 2 - shift.y) / down + rows / 2,
    };
  }

  /** Enlarge about a point of the stage, or its middle. */
  function enlarge(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const next = Math.max(LEAST, Math.min(MOST, zoom * factor));
    const [over, under] = [x - stage.clientWidth / 2, y - stage.clientHeight / 2];
    shift = { x: over - ((over - shift.x) * next) / zoom, y: under - ((under - shift.y) * next) / zoom };
    zoom = next;
    redraw();
  }

  function move(x, y) {
    shift = { x: shift.x + x, y: shift.y + y };
    redraw();
  }

  function fit() {
    isNear = false;
    whole();
  }

  function whole() {
    zoom = 1;
    shift = { x: 0, y: 0 };
    redraw();
  }

  /** Enlarge what is looked at from now on, or show the whole picture again. */
  function near() {
    if (isNear) fit();
    else isNear = true;
    redraw();
  }

  /** Bring a box into the middle of the stage, so large that it fills a good part of it. */
  function look({ x, y, width, height }) {
    whole();
    const { along, down, columns, rows } = steps();
    const most = Math.min(stage.clientWidth / (width * along), stage.clientHeight / (height * down));
    zoom = Math.max(1, Math.min(MOST, NEAR * most));
    shift = { x: (columns / 2 - x - width / 2) * along * zoom, y: (rows / 2 - y - height / 2) * down * zoom };
  }

  /** Change the window: centre and width by shares of its width. */
  function turn(brighter, wider) {
    if (!picture) return;
    const width = Math.max(window.width * (1 + wider), picture.scale);
    window = { center: window.center - brighter * window.width, width };
    repaint();
  }

  function setWindow(next) {
    if (!picture) return;
    window = { ...next };
    repaint();
  }

  const suits = () => ({ center: picture.center, width: picture.width });

  /** Return the grey value of a pixel; null beside the slice. */
  function grey(x, y) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (!picture || column < 0 || row < 0 || column >= picture.columns || row >= picture.rows) return null;
    return picture.offset + picture.scale * picture.values[row * picture.columns + column];
  }

  return {
    show, wait, blank, redraw, toScreen, toSlice, enlarge, move, fit, near, look, turn, setWindow, grey, suits,
    isNear: () => isNear,
    window: () => window,
    picture: () => picture,
    isReady: () => picture !== null && !waits,
    shows: (of) => picture !== null && !waits && series === of,
  };
}
