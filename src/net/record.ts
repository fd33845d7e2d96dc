/** Exchanges kept in a file and given again: for tests, and for showing what a service answered. Holds no secrets. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { HuntError } from "../base/error.js";
import { Secret } from "../base/secret.js";
import type { HttpClient, HttpRequest, HttpResponse } from "./client.js";

interface Recorded {
  readonly method: string;
  /** With `{{name}}` where secrets stood. */
  readonly url: string;
  readonly body?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: string;
}

const keptHeaders = new Set(["content-type", "retry-after", "etag", "last-modified", "link"]);
/** Query parameters that hold keys whoever wrote the URL. */
const keyParameters = /([?&](?:api_?key|access_?key|key|token|auth|password|secret|pass|sig|signature)=)[^&#]*/gi;

/** The secrets that were put into a request, longest first. */
function secretsOf(request: HttpRequest): readonly string[] {
  const inHeaders = Object.values(request.headers ?? {}).filter(v => v instanceof Secret);
  const all = [...inHeaders, ...Object.values(request.secrets ?? {})].flatMap(s => {
    const value = s.reveal();
    const basic = /^Basic (.+)$/.exec(value)?.[1];
    const parts = basic === undefined ? [] : Buffer.from(basic, "base64").toString().split(":");
    return [value, ...parts, ...(basic === undefined ? [] : [basic])];
  });
  return all.filter(v => v.length >= 4).sort((a, b) => b.length - a.length);
}

function scrub(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap(s => [s, encodeURIComponent(s)]);
  return forms.reduce((t, s) => t.replaceAll(s, "<secret>"), text).replace(keyParameters, "$1<secret>");
}

const bodyOf = (request: HttpRequest): string | undefined =>
  request.json === undefined
    ? request.body === undefined || typeof request.body === "string"
      ? request.body
      : Buffer.from(request.body).toString("base64")
    : JSON.stringify(request.json);

function keyOf(method: string, url: string, body: string | undefined): string {
  return `${method} ${url}\n${body ?? ""}`;
}

function describe(request: HttpRequest): { method: string; url: string; body: string | undefined } {
  const secrets = secretsOf(request);
  const body = bodyOf(request);
  return {
    method: request.method ?? (body === undefined ? "GET" : "POST"),
    url: scrub(request.url, secrets),
    body: body === undefined ? undefined : scrub(body, secrets),
  };
}

/** A client that also writes every exchange to a file (JSON lines), secrets replaced. */
export function createRecordingClient(client: HttpClient, file: string): HttpClient {
  return {
    request: async request => {
      const response = await client.request(request);
      const { method, url, body } = describe(request);
      const headers = Object.fromEntries(Object.entries(response.headers).filter(([k]) => keptHeaders.has(k)));
      const answer = scrub(response.text(), secretsOf(request));
      const line: Recorded = {
        method,
        url,
        ...(body === undefined ? {} : { body }),
        status: response.status,
        headers,
        answer,
      };
      appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 });
      return response;
    },
    close: () => client.close(),
  };
}

/**
 * A client that answers from a recording and sends nothing. The same request asked again gets the next recorded answer, the
 * last one for ever.
 * @throws HuntError `net/not-recorded` from `request` for what was not recorded
 */
export function createReplayClient(file: string): HttpClient {
  const answers = new Map<string, Recorded[]>();
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  for (const line of lines.filter(l => l !== "")) {
    const recorded = JSON.parse(line) as Recorded;
    const key = keyOf(recorded.method, recorded.url, recorded.body);
    answers.set(key, [...(answers.get(key) ?? []), recorded]);
  }
  return {
    request: async request => {
      const { method, url, body } = describe(request);
      const list = answers.get(keyOf(method, url, body));
      const recorded = list !== undefined && list.length > 1 ? list.shift() : list?.[0];
      if (recorded === undefined)
        throw new HuntError(
          "net/not-recorded",
          `the recording has no ${method} to '${new URL(request.url.replace(/[{}]/g, "")).host}'`,
          {
            hint: "record it again with the network",
          },
        );
      return toResponse(recorded, request.url);
    },
    close: async () => undefined,
  };
}

function toResponse(recorded: Recorded, url: string): HttpResponse {
  return {
    status: recorded.status,
    headers: recorded.headers,
    url,
    body: new TextEncoder().encode(recorded.answer),
    attempts: 1,
    text: () => recorded.answer,
    json: () => {
      try {
        return JSON.parse(recorded.answer) as unknown;
      } catch (cause) {
        throw new HuntError("net/not-json", "the recorded answer is not JSON", { cause, hint: "record it again" });
      }
    },
  };
}
