/** The headers that every answer carries. */

const everywhere: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  // Not `no-referrer`: a form of our own page would then be sent with the origin `null`, and be refused.
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
};

/** Data: a browser that is led to it shows or runs nothing. */
const dataPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

/**
 * Pages: everything from this server. Styles are made at run time by JupyterLab and CodeMirror. Widgets bring their code
 * as text, which becomes a `blob:` module; text that an output holds never does. No inline script, no `eval`.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "object-src 'none'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

export function securityHeaders(kind: "page" | "data"): Readonly<Record<string, string>> {
  return { ...everywhere, "content-security-policy": kind === "page" ? pagePolicy : dataPolicy };
}
