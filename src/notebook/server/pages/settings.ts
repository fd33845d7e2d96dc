/** The settings page: an empty place, and the script that draws the editor in it. */
import { html } from "../../../view/index.js";
import type { Answer } from "../answer.js";
import { htmlAnswer } from "../answer.js";
import { pageFrame } from "./frame.js";

/** `hasNotebooks`: the same server has the Lab and the gallery. */
export function settingsPage(xsrf: string, { hasNotebooks }: { readonly hasNotebooks: boolean }): Answer {
  const body = html`<h1>Settings</h1>
<p class="faint">What is changed here is written to the file with Save Settings. Secrets that are in the file are not shown, and not sent to this page.</p>
<div id="settings" data-xsrf="${xsrf}"><p class="faint">Loading. Please wait.</p></div>
<noscript><p class="bad">This page needs JavaScript. <code>huntbook config</code> does the same on the command line.</p></noscript>
<script type="module" src="/settings.js"></script>`;
  const nav = hasNotebooks ? html`<a href="/gallery">Templates</a><a href="/lab">Open the Lab</a>` : html``;
  return htmlAnswer(200, pageFrame("Huntbook: settings", body, nav));
}
