/** What a browser without a session sees. */
import { html } from "../../../view/index.js";
import type { Answer } from "../answer.js";
import { htmlAnswer } from "../answer.js";
import { pageFrame } from "./frame.js";

/** It says how to get in, and takes the token. Nothing on it depends on the address that was asked for. */
export function loginPage(status: number, problem?: string): Answer {
  const body = html`<h1>This server needs its token</h1>
<p>Open the address that <code>huntbook start</code> printed, or paste the token from it here.</p>
${problem === undefined ? "" : html`<p class="bad" role="alert">${problem}</p>`}
<form method="post" action="/login" class="card">
<label for="token">Token</label>
<div class="row"><input id="token" name="token" type="password" autocomplete="off" autofocus required><button>Sign in</button></div>
</form>
<p class="faint">The token changes each time the server starts.</p>`;
  return htmlAnswer(status, pageFrame("Huntbook: sign in", body));
}
