/** The page `/settings`: the widget module of notebooks, on a model that asks our server instead of a kernel. */
import type { WidgetModel } from "./widget-page.js";
import widget from "./widgets-view.js";

const address = "/huntbook/api/settings";
/** After a failure the server is asked again, and the person is told. */
const againMs = 2000;

type Listener = (content: unknown) => void;

class PageModel implements WidgetModel {
  readonly #xsrf: string;
  readonly #listeners = new Map<string, Set<Listener>>();
  #state: Readonly<Record<string, unknown>> = {};
  #sending: Promise<unknown> = Promise.resolve();
  readonly #problem: (text: string) => void;

  constructor(xsrf: string, problem: (text: string) => void) {
    this.#xsrf = xsrf;
    this.#problem = problem;
  }

  get(name: string): unknown {
    return this.#state[name];
  }
  on(event: string, listener: Listener): void {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known.add(listener));
  }
  off(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** One after the other: what was typed before a press must be there before it. */
  send(content: unknown): void {
    this.#sending = this.#sending.then(async () => {
      try {
        const response = await fetch(address, {
          method: "POST",
          headers: { "content-type": "application/json", "x-xsrftoken": this.#xsrf },
          body: JSON.stringify(content),
        });
        const answer = (await response.json()) as unknown;
        if (response.ok) this.#tell("msg:custom", answer);
        else this.#problem(messageOf(answer));
      } catch {
        this.#problem("The server does not answer: it was stopped. What was not saved is lost.");
      }
    });
  }

  /** Asks for what is new, for ever. */
  async follow(): Promise<void> {
    for (;;) {
      try {
        const response = await fetch(`${address}?after=${Number(this.#state["version"] ?? 0)}`);
        const answer = (await response.json()) as Record<string, unknown>;
        if (!response.ok) throw new Error(messageOf(answer));
        this.#problem("");
        this.#take(answer);
      } catch (error) {
        const isNetwork = error instanceof TypeError;
        this.#problem(
          isNetwork ? "The server does not answer: it was stopped." : error instanceof Error ? error.message : "",
        );
        await new Promise(resolve => setTimeout(resolve, againMs));
      }
    }
  }

  #take(next: Readonly<Record<string, unknown>>): void {
    const before = this.#state;
    this.#state = next;
    if (JSON.stringify(before["tree"]) !== JSON.stringify(next["tree"])) this.#tell("change:tree", undefined);
    else if (before["version"] !== next["version"]) this.#tell("change:values", undefined);
  }

  #tell(event: string, content: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(content);
  }
}

const messageOf = (answer: unknown): string =>
  typeof answer === "object" && answer !== null && "message" in answer
    ? String(answer.message)
    : "The request was refused.";

const place = document.getElementById("settings");
if (place !== null) {
  const problem = document.createElement("p");
  problem.className = "bad";
  problem.setAttribute("role", "alert");
  const model = new PageModel(place.dataset["xsrf"] ?? "", text => (problem.textContent = text));
  place.replaceChildren(problem);
  widget.render({ model, el: place });
  void model.follow();
}
