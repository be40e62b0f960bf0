/* Shapes that Leaflet lacks: markers with the corners of CORNERS, halos that stand out from every ground, and shapes that a filter hides without taking them off the map. */
"use strict";
const HALO_WIDTH = 1.8, HALO_FROM_RADIUS = 2.4;
L.Canvas.include({
  _updateShape(layer) {
    if (!this._drawing || layer._empty()) return;
    const corners = CORNERS[layer.options.shape], at = layer._point, context = this._ctx, radius = Math.max(layer._radius, 1);
    context.beginPath();
    corners.forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](at.x + x * radius, at.y + y * radius));
    context.closePath();
    this._fillStroke(context, layer);
  },
});

const ShapeMarker = L.CircleMarker.extend({
  _updatePath() {
    if (CORNERS[this.options.shape]) this._renderer._updateShape(this);
    else this._renderer._updateCircle(this);
  },
});

/* A hidden shape is neither drawn nor hit; it keeps its place in the order of drawing. */
const hideable = (Base) => Base.extend({
  _updatePath() {
    if (this.hidden) return;
    const own = this.options, dot = this._radius && this._radius < HALO_FROM_RADIUS;
    if (own.halo && !dot) {
      this.options = { ...own, stroke: true, fill: false, color: own.halo, opacity: 1, weight: own.weight + HALO_WIDTH };
      Base.prototype._updatePath.call(this);
      this.options = own;
    }
    Base.prototype._updatePath.call(this);
  },
  _containsPoint(point) { return !this.hidden && Base.prototype._containsPoint.call(this, point); },
});
const Marker = hideable(ShapeMarker), Line = hideable(L.Polyline), Area = hideable(L.Polygon);

/* The sign of a class in the legend: the same shape, colours and line as on the map. */
function swatch(type, draw) {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
  svg.setAttribute("width", "24"); svg.setAttribute("height", "16"); svg.setAttribute("aria-hidden", "true");
  const corners = type === "point" && CORNERS[draw.shape];
  const shape = document.createElementNS(space, type === "line" ? "line" : corners ? "polygon" : type === "point" ? "circle" : "rect");
  const place = type === "line" ? { x1: 1, y1: 8, x2: 23, y2: 8 }
    : corners ? { points: corners.map(([x, y]) => `${12 + 5.5 * x},${8 + 5.5 * y}`).join(" ") }
    : type === "point" ? { cx: 12, cy: 8, r: 5.5 } : { x: 3, y: 2, width: 18, height: 12 };
  const look = {
    stroke: draw.stroke === false ? "none" : draw.color || "#333", "stroke-width": type === "line" ? Math.max(2, draw.weight || 2) : Math.min(2.5, draw.weight ?? 1),
    fill: type === "line" ? "none" : draw.fillColor || draw.color || "#999", "fill-opacity": draw.fillOpacity ?? 1, "stroke-dasharray": draw.dashArray || "",
  };
  const add = (element, attributes) => { for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value); svg.append(element); };
  if (type === "line" && draw.halo) add(shape.cloneNode(), { ...place, stroke: draw.halo, "stroke-width": look["stroke-width"] + HALO_WIDTH });
  add(shape, { ...place, ...look });
  return svg;
}
