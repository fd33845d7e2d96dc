/** What we use of d3, in one file, so that the build can bundle it: a hundred small modules would cost 40 ms at each start. */
export { format as numberFormat } from "d3-format";
export { geoInterpolate, geoNaturalEarth1 } from "d3-geo";
export { scaleLinear, scaleLog, scaleUtc } from "d3-scale";
