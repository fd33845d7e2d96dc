/**
 * Who may ask. Every request passes `check` before any route sees it; websockets too.
 *
 * The token in the printed address is exchanged for a cookie that scripts cannot read and other sites cannot use. The
 * cookie's sessions live in memory, so that they end with the server. Programs may send the token in a header instead.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { HuntError } from "../../base/error.js";
import { Secret } from "../../base/secret.js";

export interface AccessOptions {
  readonly token?: string;
  /** The port that the server really got. */
  readonly port: number;
  /** Further names under which a browser reaches the server, with port where it is not 80: `hunt.example:8888`. */
  readonly hosts?: readonly string[];
}

export interface Asking {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly kind: "http" | "websocket";
}

/** Who asks: a browser with a session, or a program with the token. */
export type Visitor = { readonly kind: "browser"; readonly xsrf: string } | { readonly kind: "program" } | undefined;

interface BrowserSession {
  readonly xsrf: string;
}

/** Enough for a person's browsers and tests; the oldest goes first. */
const maxSessions = 200;
const safeMethods = new Set(["GET", "HEAD"]);

export class Access {
  readonly token: Secret;
  readonly #hosts: ReadonlySet<string>;
  readonly #cookie: string;
  /** By the hash of the cookie's value: a dump of the memory opens nothing. */
  readonly #sessions = new Map<string, BrowserSession>();

  constructor(options: AccessOptions) {
    this.token = new Secret(options.token ?? randomBytes(32).toString("hex"), "server token");
    const { port } = options;
    const own = ["127.0.0.1", "localhost", "[::1]"].map(name => (port === 80 ? name : `${name}:${port}`));
    this.#hosts = new Set([...own, ...(options.hosts ?? [])].map(host => host.toLowerCase()));
    // Cookies do not know ports: two servers on one machine must not take each other's.
    this.#cookie = `huntbook-${port}`;
  }

  /**
   * Refuses what must not be answered at all: foreign hosts (DNS rebinding) and requests made by other sites' pages.
   *
   * @throws HuntError `server/forbidden`
   */
  checkSource(asking: Asking): void {
    const { headers } = asking;
    const host = headers.host?.toLowerCase();
    if (host === undefined || !this.#hosts.has(host)) throw refused("this server does not answer to that host name");
    const { origin } = headers;
    if (origin !== undefined && origin.toLowerCase() !== `http://${host}`)
      throw refused("requests of other sites are refused");
    const site = headers["sec-fetch-site"];
    const navigates = headers["sec-fetch-mode"] === "navigate" && asking.method === "GET" && asking.kind === "http";
    if ((site === "cross-site" || site === "same-site") && !navigates)
      throw refused("requests of other sites are refused");
  }

  /**
   * Who asks, undefined for a stranger.
   *
   * @throws HuntError `server/forbidden` for a browser's request that changes something and lacks its XSRF token, and for
   *   a browser's websocket without an origin
   */
  identify(asking: Asking): Visitor {
    if (this.#hasToken(asking)) return { kind: "program" };
    const session = this.#session(asking.headers);
    if (session === undefined) return undefined;
    if (asking.kind === "websocket") {
      if (asking.headers.origin === undefined) throw refused("a websocket of a browser needs an origin");
    } else if (!safeMethods.has(asking.method) && !sameText(asking.headers["x-xsrftoken"], session.xsrf)) {
      throw refused("the request lacks its XSRF token", "reload the page");
    }
    return { kind: "browser", xsrf: session.xsrf };
  }

  /** Exchanges the token for a session. @returns the `Set-Cookie` header, undefined when the token is wrong */
  login(token: string): string | undefined {
    if (!sameText(token, this.token.reveal())) return undefined;
    const value = randomBytes(32).toString("hex");
    this.#sessions.set(hash(value), { xsrf: randomBytes(32).toString("hex") });
    const oldest = this.#sessions.keys().next();
    if (this.#sessions.size > maxSessions && oldest.done !== true) this.#sessions.delete(oldest.value);
    return `${this.#cookie}=${value}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Ends a browser's session. @returns the `Set-Cookie` header that takes the cookie away */
  logout(headers: IncomingHttpHeaders): string {
    const value = readCookie(headers.cookie, this.#cookie);
    if (value !== undefined) this.#sessions.delete(hash(value));
    return `${this.#cookie}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`;
  }

  #session(headers: IncomingHttpHeaders): BrowserSession | undefined {
    const value = readCookie(headers.cookie, this.#cookie);
    return value === undefined ? undefined : this.#sessions.get(hash(value));
  }

  /** The header of Jupyter clients, or their query parameter where a header cannot be set. */
  #hasToken({ headers, url, kind }: Asking): boolean {
    const header = /^(?:token|bearer)\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
    if (header !== undefined) return sameText(header, this.token.reveal());
    if (kind === "http" && !url.pathname.startsWith("/api/")) return false;
    return sameText(url.searchParams.get("token") ?? undefined, this.token.reveal());
  }
}

const refused = (message: string, hint = "open the address that Huntbook printed") =>
  new HuntError("server/forbidden", message, { hint });

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Compares in constant time. */
function sameText(given: string | readonly string[] | undefined, wanted: string): boolean {
  if (typeof given !== "string") return false;
  return timingSafeEqual(Buffer.from(hash(given)), Buffer.from(hash(wanted)));
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && value !== "") return value;
  }
  return undefined;
}
