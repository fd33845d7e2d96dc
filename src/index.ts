/** Huntbook's public API. */
export { HuntError, isHuntError } from "./base/error.js";
export { Secret } from "./base/secret.js";
